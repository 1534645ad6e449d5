"""The book builds without a warning, holds every page, and needs no network."""

import re
import struct
from html import unescape
from itertools import pairwise

import pytest
from conftest import once
from contents import PAGES, ROOT
from docutils import nodes
from docutils.utils import new_document
from fontTools.ttLib import TTFont
from mathml import KeepPunctuation


@pytest.fixture(scope="module")
def pages(site):
    """By name: 04_sigmoid is a chapter, exercises/04_sigmoid what belongs to it."""
    return {name_of(p, site / "book"): p.read_text(encoding="utf-8")
            for p in (site / "book").rglob("*.html")}


def name_of(path, book):
    return (path if path.parent == book else path.parent).relative_to(book).with_suffix(
        "").as_posix()


def test_every_page_is_built(pages):
    assert set(pages) == {name_of(ROOT / name, ROOT / "book") for name in PAGES}


def test_nothing_is_fetched_from_elsewhere(pages):
    fetched = re.compile(
        r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["'](?:https?:)?//""")
    for name, html in pages.items():
        assert not fetched.search(html), name
        assert "cdn" not in html.lower(), name


def test_formulas_need_no_script(site, pages):
    for name, html in pages.items():
        assert not re.search("<script[^>]*mathjax", html, re.IGNORECASE), name
        assert "$$" not in html and "\\(" not in html, name
    html = pages["06_gradient_descent"]
    assert html.count('<math display="block"') >= 7
    aligned = html[html.index('class="aligned"'):]
    aligned = aligned[:aligned.index("</mtable>")]
    assert (aligned.count("<mtr>"), aligned.count("<mtd>")) == (3, 6)
    assert "w_j \\leftarrow w_j - \\alpha" in html        # the LaTeX, for copying
    assert re.search(r'eqno">\(6\.1\)', html)


def test_every_formula_character_and_icon_is_in_its_font(site, pages):
    characters = {c for html in pages.values()
                  for formula in re.findall(r"<math.*?</annotation>", html, re.DOTALL)
                  for c in unescape(re.sub(r"<annotation.*|<[^>]*>", "", formula))}
    font = TTFont(site / "_static" / "formulas.woff2")
    assert {c for c in characters if not c.isspace() and ord(c) not in font.getBestCmap()} \
        <= {"\u2061"}
    assert "MATH" in font and 0x1D464 in font.getBestCmap()     # an italic w
    assert "<msqrt>" in pages["08_evaluation"] and ord("√") in font.getBestCmap()
    icons = TTFont(site / "_static/vendor/fontawesome/webfonts/fa-solid-900.woff2")
    assert {0xF0C9, 0xF002, 0xF019} <= set(icons.getBestCmap())  # bars, search, download


def test_fonts_are_small(site):
    icons = "vendor/fontawesome/webfonts"
    for name in ("formulas", f"{icons}/fa-solid-900", f"{icons}/fa-brands-400"):
        assert (site / "_static" / f"{name}.woff2").stat().st_size < 60_000


def test_every_picture_has_its_own_description(pages):
    pictures = 0
    for name, html in pages.items():
        for tag in re.findall(r"<img [^>]*_images[^>]*>", html):
            pictures += 1
            alt = re.search(r'alt="([^"]*)"', tag)[1]
            assert len(alt) > 60 and ".svg" not in alt, (name, tag)
    assert pictures >= 20


def test_links_to_figures_and_formulas_have_the_number_that_these_have(pages):
    """Numbers are typed in the notebooks, so that they are read outside the book too."""
    numbers = {
        anchor: number for html in pages.values() for anchor, number in
        re.findall(r'<figure[^>]* id="([^"]+)">.*?caption-number">(Fig\. [\d.]+) <',
                   html, re.DOTALL) + re.findall(r'id="(equation-[^"]+)".*?eqno">'
                                                 r"(\([\d.]+\))", html, re.DOTALL)}
    links = 0
    for name, html in pages.items():
        for anchor, words in re.findall(
                r'<a class="reference internal" href="[^"]*#((?:fig|equation)-[^"]+)">'
                r"(?:<[^>]*>)*([^<]+)<", html):
            links += 1
            assert words == numbers[anchor], (name, anchor)
    assert links > 20


def test_a_link_to_a_source_keeps_its_words(pages):
    link = r'<a class="reference internal" href="bibliography.html#id\d+">(?:<[^>]*>)?'
    assert re.search(link + "Nadeau and Bengio<", pages["07_splits"])


def test_pages_can_be_listened_to(pages):
    """Headings in order below a single one, a language, tables with heads."""
    tables = 0
    for name, html in pages.items():
        assert re.search('<html[^>]* lang="en"', html), name
        article = html[html.index("<article"):html.index("</article>")]
        levels = [int(n) for n in re.findall("<h([1-6])[ >]", article)]
        assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(b <= a + 1 for a, b in pairwise(levels)), name
        assert all(' alt="' in tag for tag in re.findall("<img[^>]*>", html)), name
        for table in re.findall("<table.*?</table>", html, re.DOTALL):
            tables += 1
            assert 'scope="col"' in table, name
            assert 'scope="row"' in table or "dataframe" not in table, name
            assert not re.search("<th(?![^>]* scope=)[ >]", table), name
    assert tables >= 40


def test_every_chapter_can_be_downloaded(site, pages):
    for source in (ROOT / "book").glob("*.ipynb"):
        link = f"_sources/book/{source.name}"
        assert f'href="../{link}" download' in pages[source.stem]
        assert (site / link).read_bytes() == source.read_bytes()


def test_every_page_has_its_own_title_and_description(pages):
    titles, descriptions = set(), set()
    for name, html in pages.items():
        title = unescape(re.search("<title>(.*?)</title>", html)[1])
        words, book = title.split(" — ")
        assert words[0].isalpha() and words != book == "One Neuron on the Titanic", title
        about, = re.findall('<meta name="description" content="([^"]*)"', html)
        about = unescape(about)
        assert 50 < len(about) <= 200 and about[0].isupper() and about[-1] == ".", about
        assert not re.search(r"[$\\{}<>|]|What you will|You will|Show ", about), about
        shared = dict(re.findall('<meta property="og:([^"]*)" content="([^"]*)"', html))
        assert unescape(shared["description"]) == about, name
        assert shared["title"] in title or name == "intro"
        assert shared["type"] == ("website" if name == "intro" else "article")
        titles.add(title)
        descriptions.add(about)
    assert len(titles) == len(descriptions) == len(pages)


def test_the_front_door_has_the_head_of_the_opening_page(site, pages):
    door = (site / "index.html").read_text(encoding="utf-8")
    tags = re.findall("<(?:meta (?:name|property)|title)[^\n]*", door)
    assert len(tags) == 6 and 'content="0; url=book/intro.html"' in door
    for tag in tags:
        assert tag in pages["intro"]


def test_the_card_is_as_large_as_it_says_and_no_page_loads_it(site, pages):
    card = (site / "_static" / "card.png").read_bytes()
    assert struct.unpack(">II", card[16:24]) == (1200, 630) and len(card) < 150_000
    assert not [name for name, html in pages.items() if "card.png" in html]


def test_by_itself_the_book_knows_no_address(site, pages):
    for html in [*pages.values(), (site / "index.html").read_text(encoding="utf-8")]:
        assert not re.search("mybinder|colab.research|github.com|REPOSITORY|OWNER|canonical"
                             "|og:url|og:image|twitter:|executablebooks", html)
    assert "Type this in the project" in pages["running"]


@pytest.mark.parametrize("ours, theirs", [
    # book/_templates
    ('title="Contents of the book"', "Toggle primary sidebar"),
    ('title="Contents of this page"', "Toggle secondary sidebar"),
    ('aria-label="Light, dark, or as the system"', "Color mode"),
    ('search-button-field[^>]* title="Search"', 'search-button-field[^>]* aria-label'),
    ('<summary aria-label="Exercises"><span', '<summary><span class="toctree-toggle'),
    ('<a href="[^"]*_sources/[^"]*" download', '_sources/[^"]*" target="_blank"'),
    ('<link rel="preload" as="script" href="[^"]*bootstrap', "<script[^>]*fontawesome"),
    ('<table role="presentation" class="indextable', '<table[^>]* style="width'),
    ('(?s)/searchtools.js".*/search_results.js"',
     '(?s)/search_results.js".*/searchtools.js"'),
    # book/_ext/html_writer.py, mathml.py, pandas_tables.py
    ('<div class="citation"[^>]* role="listitem"', "doc-biblioentry"),
    ('<summary>\n<p class="collapsed', "Toggle hidden content"),
    ('<span class="pre">titanic_<wbr>helpers', '<span class="pre">[^<]*[a-z]_(?!<wbr>)'),
    ('<span class="unbroken"><math(?:(?!</math>).)*</math>,</span>',
     r'(?<!unbroken">)(?<!unbroken">\()<math display="inline"[^>]*>'
     r'(?:(?!</math>).)*</math>[.,;:?!)]'),
    (r'<table[^>]* class="dataframe"[^>]*>\s*<thead>\s*<tr[^>]*>\s*<td></td>', "<th></th>"),
])
def test_the_theme_writes_what_the_book_makes_of_it(site, ours, theirs):
    """When one fails after an update, the theme has changed below what the book changes."""
    pages = "".join(p.read_text(encoding="utf-8") for p in [
        *site.glob("*.html"), *(site / "book").rglob("*.html")])
    assert re.search(ours, pages)
    assert not re.search(theirs, pages)


def test_every_page_names_its_licences(pages):
    for name, html in pages.items():
        footer = html[html.index('<footer class="bd-footer-content">'):]
        for words in ("The authors of One Neuron on the Titanic", "Code: BSD-3-Clause.",
                      "Text and figures: CC BY 4.0.", "Frank E. Harrell Jr."):
            assert words in footer, name


def test_a_formula_stays_with_its_punctuation():
    document = new_document("")
    line = nodes.paragraph("", "as (", nodes.math("", "a"), nodes.Text("), or "),
                           nodes.math("", "b"), nodes.Text(" and"))
    document += line
    KeepPunctuation(document).run()
    assert [part.astext() for part in line] == ["as ", "(a),", " or ", "b", " and"]


def test_stored_outputs_are_shown(pages):
    assert "1,309 passengers, 14 columns" in pages["01_data"]


def test_a_build_that_raises_is_told_to_everybody_who_waits(tmp_path):
    def make():
        made.append(1)
        raise TimeoutError("after 300 seconds")

    made = []
    for _ in range(2):
        with pytest.raises(AssertionError, match="after 300 seconds"):
            once(tmp_path / "done", make)
    assert made == [1]

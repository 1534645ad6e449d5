"""The book as a PDF: complete, in order, tagged, linked, and nothing folded or cut off."""

import json
import re
import subprocess
import sys
from itertools import count, pairwise

import browser
import make_pdf
import pytest
from contents import ROOT, TOC
from pypdf import PdfReader

WIDTH = 642         # of the text on A4 paper, in CSS pixels


def read(name):
    """The Markdown of a chapter, and its code cells."""
    if (path := ROOT / f"{name}.md").exists():
        return path.read_text(encoding="utf-8"), []
    cells = json.loads((ROOT / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    prose = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    return "\n\n".join(prose), [c for c in cells if c["cell_type"] == "code"]


def headings(name, level):
    text = re.sub("[`*]", "", read(name)[0]).replace("'", "’")
    return re.findall(rf"^{'#' * level} (.+)$", text, re.MULTILINE)


def chapters():
    """Each chapter's name, and its title with the number."""
    listed = [(c["file"], part.get("numbered", False))
              for part in TOC["parts"] for c in part["chapters"]]
    yield TOC["root"], headings(TOC["root"], 1)[0]
    number = count(1)
    for name, numbered in listed:
        title = headings(name, 1)[0]
        yield name, f"{next(number)}. {title}" if numbered else title


@pytest.fixture(scope="module")
def html(book_copy, site):
    """The long page, made from what was read for the website."""
    if not browser.find():
        pytest.skip(browser.HOW_TO_GET_ONE)
    return make_pdf.build(book_copy, book_copy)


@pytest.fixture(scope="module")
def printed(html):
    """The long page, after it was printed."""
    with make_pdf.printed(html, html.with_suffix(".pdf")) as page:
        yield page


@pytest.fixture(scope="module")
def pdf(printed, html):
    return PdfReader(html.with_suffix(".pdf"))


def outline(pdf):
    """Each chapter's entry in the outline, with those of its sections."""
    for entry, below in pairwise([*pdf.outline, None]):
        if not isinstance(entry, list):
            sections = below if isinstance(below, list) else []
            yield entry, [e for e in sections if not isinstance(e, list)]


@pytest.fixture(scope="module")
def starts(pdf):
    """Title and page, from 0, of each chapter."""
    return [(entry.title, pdf.get_destination_page_number(entry))
            for entry, _ in outline(pdf)]


@pytest.fixture(scope="module")
def paper(printed):
    """The long page, as wide as it is printed."""
    printed.set_viewport_size({"width": WIDTH, "height": 900})
    printed.emulate_media(media="print", color_scheme="dark")
    return printed


@pytest.fixture(scope="module")
def text(paper):
    """What the page says."""
    return paper.inner_text("body")


def test_the_outline_is_the_book(pdf, starts):
    assert [title for title, _ in starts] == [title for _, title in chapters()]
    for (name, title), (_, below) in zip(chapters(), outline(pdf), strict=True):
        sections = [re.sub(r"^[\d.]+ ", "", e.title) for e in below]
        sections = [section for section in sections if section != "Contents"]
        own = headings(name, 2)
        assert sections[:len(own)] == own, title


def test_each_chapter_starts_a_page_with_its_title_and_number(pdf, starts):
    assert all(entry.top > 720 for entry, _ in outline(pdf))    # points above the foot
    for title, page in starts[1:]:
        number, *lines = pdf.pages[page].extract_text().splitlines()
        assert number == str(page + 1)
        assert title in lines


def test_the_first_page_says_where_each_chapter_is(pdf, starts):
    text = pdf.pages[0].extract_text()
    assert text.startswith(starts[0][0])
    short = [chapter.get("title") for part in TOC["parts"] for chapter in part["chapters"]]
    numbers = [re.match(r"(\d+\. )?", title)[0] for title, _ in starts[1:]]
    assert [line for line in text.splitlines() if line[-1].isdigit()] == [
        f"{number}{name or title} {page + 1}" for number, name, (title, page)
        in zip(numbers, short, starts[1:], strict=True)]


def test_it_can_be_read_aloud(pdf, html):
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"] == "en" and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == headings(TOC["root"], 1)[0]
    figures = re.findall(rb"/S /Figure\b.*?endobj", html.with_suffix(".pdf").read_bytes(),
                         re.DOTALL)
    drawn = [cell for name, _ in chapters() for cell in read(name)[1]
             if "figure" in cell["metadata"].get("mystnb", {})]
    assert len(figures) >= len(drawn) > 20
    assert all(b"/Alt" in figure for figure in figures)


def test_the_same_book_is_the_same_file(pdf):
    assert not {"/CreationDate", "/ModDate"} & set(pdf.metadata)


def test_links_lead_into_the_book(pdf, html):
    targets = pdf.named_destinations
    within = 0
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            link = link.get_object()
            if "/A" in link:
                assert link["/A"]["/URI"].startswith("http")
            else:
                assert link["/Dest"] in targets
                within += 1
    assert within > 200
    ids = re.findall(' id="([^"]+)"', html.read_text(encoding="utf-8"))
    assert len(ids) == len(set(ids))


def test_a_link_leads_to_its_own_chapter(pdf, starts):
    """Each chapter has an id1: the sources cited, and the entries of the bibliography."""
    places = {name.removeprefix("/"): pdf.get_destination_page_number(place)
              for name, place in pdf.named_destinations.items()}
    ends = [page for _, page in starts[1:]] + [len(pdf.pages)]
    for (name, _), (_, start), end in zip(chapters(), starts, ends, strict=True):
        own = [page for target, page in places.items() if target.startswith(f"{name}:")]
        assert own and all(start <= page < end for page in own), name


def test_formulas_are_text(pdf, starts):
    here, following = next(
        (page, after) for (title, page), (_, after) in pairwise(starts)
        if title.endswith("Gradient descent"))
    text = "".join(page.extract_text() for page in pdf.pages[here:following])
    assert set("𝑤𝑦𝑧𝜎∂∑←−") <= set(text)
    assert "(6.1)" in text and "(6.4)" in text


def test_nothing_is_folded(text):
    for name, _ in chapters():
        for cell in read(name)[1]:
            tags = set(cell["metadata"].get("tags", []))
            if {"hide-input", "hide-cell"} & tags:
                assert "".join(cell["source"]).splitlines()[-1] in text
            if "hide-output" in tags and cell["outputs"][0]["output_type"] == "stream":
                assert "".join(cell["outputs"][0]["text"]).splitlines()[-1] in text


@pytest.mark.parametrize("words", ["Show code", "Hide code", "Show the code", "Show what",
                                   "Set-up", "Click to", "Search", "Back to top",
                                   "Skip to", "#\n"])
def test_nothing_is_there_to_click(text, words):
    assert words not in text


def add(paper, html):
    paper.evaluate("html => document.querySelector('article')"
                   ".insertAdjacentHTML('beforeend', html)", html)


TOO_WIDE = """all => all.filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && (box.left < -1 || box.right > innerWidth + 1
                       || e.scrollWidth > e.clientWidth + 1);
}).map(e => e.outerHTML.slice(0, 200))"""


def test_nothing_is_cut_off(paper):
    """With what the next chapters may bring: long lines, many columns, folded answers."""
    long, cells = "a long line of code " * 12, "<td>12.3456</td>" * 20
    add(paper, f"<pre>{long}</pre><pre>{long.replace(' ', '_')}</pre>"
               '<div class="cell"><div class="cell_output"><div class="output text_html">'
               f'<table class="dataframe"><tr>{cells}</tr></table></div></div></div>')
    assert paper.locator("article").locator(
        "pre, .formula .scroll, table, img, div.output, .cell_input").evaluate_all(
            TOO_WIDE) == []


def test_folded_answers_are_open(paper):
    add(paper, """
        <details class="dropdown admonition">
          <summary class="admonition-title">Answer</summary>
          <p class="answer">one</p></details>
        <details class="sd-dropdown"><summary>Answer</summary>
          <p class="answer">two</p></details>
        <div class="cell"><details class="admonition hide above-input">
          <summary>Show</summary><p class="answer">three</p></details></div>""")
    for answer in paper.locator(".answer").all():
        assert answer.bounding_box()["height"] > 10 and answer.is_visible()
        assert answer.evaluate("e => e.checkVisibility({opacityProperty: true})")
    assert paper.locator(".answer").count() == 3


def test_paper_is_white(paper):
    """A reader with a dark screen prints the light page, and then has the dark one."""
    theme = "document.documentElement.dataset.theme"
    assert paper.evaluate(theme) == "dark"
    for event, expected in [("beforeprint", "light"), ("afterprint", "dark")]:
        paper.evaluate(f"dispatchEvent(new Event('{event}'))")
        assert paper.evaluate(theme) == expected


def test_what_belongs_together_stays_together(paper):
    def rule(selector, name):
        return set(paper.locator(selector).evaluate_all(
            f"all => all.map(e => getComputedStyle(e).{name})"))
    for whole in ("figure", "table", "div.formula", "div.cell_input"):
        assert rule(f"article {whole}", "breakInside") == {"avoid"}, whole
    for heading in ("h2", "p:has(+ div.formula)"):
        assert rule(f"article {heading}", "breakAfter") == {"avoid"}, heading


def test_without_a_browser_it_says_so_at_once(monkeypatch):
    monkeypatch.setattr(browser, "find", lambda: None)
    monkeypatch.setattr(make_pdf, "build", lambda *_: pytest.fail("it built the page"))
    with pytest.raises(SystemExit) as stopped:
        make_pdf.main()
    assert stopped.value.code == f"Cannot make the PDF: {browser.HOW_TO_GET_ONE}."


@pytest.mark.parametrize("trouble, said", [
    (make_pdf.Error("Target crashed\nlog"), "Target crashed"),
    (make_pdf.PyPdfError("EOF marker not found"), "EOF marker not found"),
    (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
])
def test_a_failure_leaves_the_last_pdf_alone(tmp_path, monkeypatch, trouble, said):
    def fail(html, target):
        target.write_text("half")
        raise trouble

    last = tmp_path / "book.pdf"
    last.write_text("good")
    monkeypatch.setattr(browser, "find", lambda: "chromium")
    monkeypatch.setattr(make_pdf, "TARGET", last)
    monkeypatch.setattr(make_pdf, "build", lambda *_: tmp_path / "page.html")
    monkeypatch.setattr(make_pdf, "printed", fail)
    with pytest.raises(SystemExit) as stopped:
        make_pdf.main()
    assert stopped.value.code == f"Cannot make the PDF: {said}; {make_pdf.AS_IT_WAS}."
    assert last.read_text() == "good"


def test_a_browser_that_hangs_is_given_up(tmp_path):
    code = f"""if True:
        import sys, time
        sys.path.insert(0, {str(ROOT / "tools")!r})
        import make_pdf
        from pathlib import Path
        make_pdf.PATIENCE = 0.1
        make_pdf.browser.find = lambda: "chromium"
        make_pdf.build = lambda *_: Path("page.html")
        make_pdf.printed = lambda *_: time.sleep(60)
        make_pdf.main()"""
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, timeout=30,
                            capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 1
    assert "chromium has not answered" in result.stderr
    assert result.stderr.count("\n") == 1

"""The book's addresses: none by itself, and never a guessed one."""

import re
import shutil
from types import SimpleNamespace

import address
import pytest
from conftest import build_book
from contents import ROOT

SITE = "https://owner.github.io/name/"
REPOSITORY = "https://github.com/owner/name"
NOTEBOOKS = ["intro", "05_mae", "exercises/05_mae/05_mae"]


@pytest.fixture
def configured(monkeypatch):
    """The settings that the theme gets for some variables."""
    def configure(**variables):
        for name in address.SETTINGS:
            monkeypatch.setenv(name, variables.get(name, ""))
        config = SimpleNamespace(html_baseurl="", html_theme_options={})
        address.configure(SimpleNamespace(tags=set()), config)
        return config
    return configure


def test_nothing_set_changes_nothing(configured):
    config = configured()
    assert (config.html_baseurl, config.html_theme_options) == ("", {})


@pytest.mark.parametrize("site", [
    SITE, "https://owner.github.io/", "https://example.org/books/titanic/"])
def test_a_site_alone_brings_no_buttons(configured, site):
    config = configured(BOOK_SITE=site)
    assert (config.html_baseurl, config.html_theme_options) == (site, {})


def test_a_repository_alone_is_opened_at_its_main_branch(configured):
    config = configured(BOOK_REPOSITORY=REPOSITORY)
    assert config.html_theme_options["repository_branch"] == "main"
    assert config.html_baseurl == ""


@pytest.mark.parametrize(("name", "value"), [
    ("BOOK_SITE", "http://owner.github.io/name/"),
    ("BOOK_SITE", "https://owner.github.io/name"),
    ("BOOK_SITE", "https://owner.github.io"),
    ("BOOK_SITE", "owner.github.io/name/"),
    ("BOOK_SITE", "https://owner.github.io/a b/"),
    ("BOOK_SITE", "https://owner.github.io/?page=1/"),
    ("BOOK_SITE", f" {SITE}"),
    ("BOOK_SITE", f"{SITE}\n"),
    ("BOOK_REPOSITORY", "http://github.com/owner/name"),
    ("BOOK_REPOSITORY", "https://gitlab.com/owner/name"),
    ("BOOK_REPOSITORY", "https://github.com/owner"),
    ("BOOK_REPOSITORY", "https://github.com/owner/name/"),
    ("BOOK_REPOSITORY", "https://github.com/owner/name/tree/main"),
    ("BOOK_REPOSITORY", "https://github.com/owner/name.git"),
    ("BOOK_REPOSITORY", "https://github.com/OWNER/NAME?"),
    ("BOOK_REPOSITORY", "owner/name"),
    ("BOOK_BRANCH", "a/b"),
    ("BOOK_BRANCH", "--all"),
])
def test_a_wrong_value_is_one_clear_sentence(configured, name, value):
    with pytest.raises(SystemExit) as stopped:
        configured(**{name: value})
    sentence = stopped.value.code
    assert sentence.startswith(f"{name}: {value!r}; expected ") and "\n" not in sentence


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Four pages built with addresses. Their links to the others lead nowhere."""
    source = tmp_path_factory.mktemp("published")
    for name in ("_config.yml", "book/references.bib", "book/running.md",
                 *(f"book/{n}.ipynb" for n in NOTEBOOKS)):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    for name in ("_ext", "_static", "_templates"):
        shutil.copytree(ROOT / "book" / name, source / "book" / name)
    (source / "_toc.yml").write_text(
        f"format: jb-book\nroot: book/intro\nchapters:\n- file: book/{NOTEBOOKS[1]}\n"
        f"- file: book/{NOTEBOOKS[2]}\n- file: book/running\n")
    return source, build_book(
        source, BOOK_SITE=SITE, BOOK_REPOSITORY=REPOSITORY, BOOK_BRANCH="v1")


@pytest.fixture
def pages(published):
    built = published[0] / "_build" / "html" / "book"
    return {name: (built / f"{name}.html").read_text(encoding="utf-8")
            for name in [*NOTEBOOKS, "running", "../404"]}


@pytest.fixture
def downloads(published):
    folder = published[0] / "_build" / "html" / "_sources" / "book"
    return {name: (folder / f"{name}.ipynb").read_text(encoding="utf-8")
            for name in NOTEBOOKS}


def test_a_broken_link_stops_the_build(published):
    """Warnings are errors: show that one really stops it."""
    _, result = published
    missing = re.findall("cross-reference target not found: '([^']+)'", result.stderr)
    assert result.returncode != 0
    assert {"04_sigmoid.ipynb", "teaching.md", "log odds"} <= set(missing)
    assert len(missing) == result.stderr.count("WARNING: "), "something else stopped it"


@pytest.fixture
def page(pages):
    return pages["intro"]


def buttons(page):
    return sorted(re.findall('href="(https://[^"]*)" target="_blank"', page))


@pytest.mark.parametrize("name", ["intro", "05_mae"])
def test_buttons_open_this_very_page(pages, name):
    assert buttons(pages[name]) == [
        f"https://colab.research.google.com/github/owner/name/blob/v1/book/{name}.ipynb",
        "https://github.com/owner/name",
        f"https://mybinder.org/v2/gh/owner/name/v1?urlpath=lab/tree/book/{name}.ipynb"]


def test_no_button_opens_the_solutions_of_an_exercise(pages):
    page = pages["exercises/05_mae/05_mae"]
    assert buttons(page) == ["https://github.com/owner/name"]
    assert not re.search("colab|mybinder|github.com/owner/name/", page)
    assert 'href="../../../_sources/book/exercises/05_mae/05_mae.ipynb" download' in page


@pytest.mark.parametrize("name", ["intro", "05_mae", "exercises/05_mae/05_mae"])
def test_pages_and_downloads_say_what_to_install_from_where(pages, downloads, name):
    there = f"titanic-helpers[chapters] @ git+{REPOSITORY}"
    for text in (pages[name], downloads[name]):
        assert there in text and "in the folder of the book" not in text
    assert "SOLUTION" not in downloads[name]


def test_the_page_says_where_it_is(page):
    assert f'<link rel="canonical" href="{SITE}book/intro.html" />' in page
    assert f'<meta property="og:url" content="{SITE}book/intro.html" />' in page
    assert f'<meta property="og:image" content="{SITE}_static/card.png" />' in page
    assert '<meta name="twitter:card" content="summary_large_image" />' in page


def test_without_a_script_the_page_for_lost_readers_starts_at_the_site(pages):
    page = pages["../404"]
    assert page.index('<base href="/name/" />') < page.index("<link")


def test_what_to_install_names_the_repository(pages):
    running = pages["running"]
    assert f"[chapters] @ git+{REPOSITORY}" in running
    assert running.count(f"git+{REPOSITORY}") == 2
    assert "REPOSITORY" not in running and "Type this in the project" not in running
    assert "Launch on Colab; Running this book says what to run" in pages["intro"]

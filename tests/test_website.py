"""The site in a real browser, as a reader uses it: from a server and as files."""

import re
import sys
from pathlib import Path

import axe_playwright_python
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tools"))

import browser  # noqa: E402
import weigh_pages  # noqa: E402

if not browser.find():
    pytest.skip(browser.HOW_TO_GET_ONE, allow_module_level=True)

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {       # a dark page is the light one in other colours
    "light": {"type": "tag", "values": TAGS},
    "dark": {"type": "rule", "values": ["color-contrast"]},
}
PAGES = [f"book/{p.stem}.html" for p in sorted((ROOT / "book").iterdir())
         if p.suffix in (".ipynb", ".md")] + ["search.html", "genindex.html"]


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(site):
    with browser.serve(site) as address:
        yield address


@pytest.fixture
def visit(chromium):
    """Open a page; whatever goes wrong on the way is in page.trouble."""
    contexts = []

    def open_page(url, **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("console", lambda m: m.type in ("error", "warning")
                and page.trouble.append(f"{m.type}: {m.text}"))
        page.on("pageerror", lambda e: page.trouble.append(str(e)))
        page.on("requestfailed", lambda r: page.trouble.append(f"failed: {r.url}"))
        page.on("request", lambda r: r.url.startswith(("data:", url[:12]))
                or page.trouble.append(f"foreign: {r.url}"))
        page.on("response", lambda r: r.status >= 400
                and page.trouble.append(f"{r.status}: {r.url}"))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_page(visit, address, name):
    """Quiet, accessible in both themes, formulas in their font, no wider than a phone."""
    page = visit(f"{address}/{name}", color_scheme="light")
    assert page.locator("html").get_attribute("lang") == "en"
    check_formulas(page)
    page.evaluate(AXE)
    page.add_style_tag(content="* { transition: none !important; }")
    # code has the same few colours on every page; looking at each word takes long
    left_out = [] if name == "book/01_data.html" else ["div.highlight"]
    for theme, rules in RULES.items():
        page.emulate_media(color_scheme=theme)
        page.locator(f"html[data-theme={theme}]").wait_for()
        found = page.evaluate(
            "([left_out, rules]) => axe.run({exclude: left_out}, {preload: false, "
            "runOnly: rules, resultTypes: ['violations']})", [left_out, rules])
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.trouble == []


def check_formulas(page):
    if not page.locator("math").count():
        return
    page.evaluate("document.fonts.ready")
    assert "Formulas" in page.evaluate(
        "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family).join()")
    for width, height in page.locator("math").evaluate_all(
            "all => all.map(m => m.getBoundingClientRect()).map(r => [r.width, r.height])"):
        assert width > 3 and height > 5


@pytest.mark.parametrize("name", ["book/intro.html", "book/05_mae.html"])
def test_page_works_as_a_file_on_a_phone(visit, site, name):
    page = visit((site / name).as_uri(), viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    check_formulas(page)
    assert page.trouble == []


def test_contents_open_on_a_phone(visit, address):
    page = visit(f"{address}/book/intro.html", viewport={"width": 360, "height": 740})
    link = page.get_by_role("link", name="4. Sigmoid", exact=True)
    assert link.count() == 0
    page.locator("button.primary-toggle").first.click()
    link.click()
    page.wait_for_url("**/04_sigmoid.html")


def test_contents_close_and_open_on_a_screen(visit, address):
    page = visit(f"{address}/book/intro.html", viewport={"width": 1280, "height": 800})
    sidebar = page.locator("#pst-primary-sidebar")
    assert sidebar.is_visible()
    page.locator("button.primary-toggle").first.click()
    sidebar.wait_for(state="hidden")


def test_dark_switch(visit, address):
    page = visit(f"{address}/book/intro.html", color_scheme="light")
    themes = set()
    for _ in range(3):
        page.locator("button.theme-switch-button").first.click()
        themes.add(page.locator("html").get_attribute("data-theme"))
    assert themes == {"light", "dark"}


def test_search_finds_a_word(visit, site, address):
    for start in (address, site.as_uri()):
        page = visit(f"{start}/search.html?q=imputation")
        page.locator("ul.search li").first.wait_for()
        found = page.locator("ul.search").inner_text()
        assert "Missing values" in found, start


def test_code_behind_a_figure_unfolds(visit, address):
    page = visit(f"{address}/book/01_data.html")
    fold = page.locator("details.hide").first
    assert fold.get_attribute("open") is None
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.get_attribute("open") is not None


def test_next_leads_through_the_whole_book(visit, address, site):
    page = visit(f"{address}/index.html")
    page.wait_for_url("**/intro.html")
    page.locator("a.right-next").click()
    page.wait_for_url("**/01_data.html")
    seen = ["intro.html"]
    while following := re.search(r'class="right-next"\s+href="([^"]+)"',
                                 (site / "book" / seen[-1]).read_text("utf-8")):
        seen.append(following[1])
    assert seen[-1] == "bibliography.html"
    assert seen[1:9] == sorted(seen[1:9]) and len(seen) == 12


def test_weight_of_the_heaviest_pages(site, chromium):
    heaviest = ["01_data", "06_gradient_descent"]    # without and with formulas
    for name, formulas, first, added in weigh_pages.table(site, chromium, heaviest):
        assert first <= (1000 if formulas else 250), name
        assert added <= 150, name

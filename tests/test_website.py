"""The site in a real browser, as a reader uses it: from a server and as files."""

import json
import os
import re
from pathlib import Path

import axe_playwright_python
import browser
import pytest
import weigh_pages
from contents import PAGES, ROOT, TOC

if not browser.find():
    if os.environ.get("GITHUB_ACTIONS"):    # where nobody would see that tests are missing
        pytest.fail(browser.HOW_TO_GET_ONE, pytrace=False)
    pytest.skip(browser.HOW_TO_GET_ONE, allow_module_level=True)

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, SCREEN = {"width": 360, "height": 740}, {"width": 1280, "height": 800}
LOOKS = [("dark", PHONE), ("light", PHONE), ("light", SCREEN), ("dark", SCREEN)]
# One page of each kind is looked at in every look, the others on a phone in the dark.
ONE_OF_EACH_KIND = [TOC["root"], "book/04_sigmoid", "book/exercises/05_mae/05_mae",
                    "book/glossary", "search", "genindex"]


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


BOXES_OUT_OF_REACH = """() => [...document.querySelectorAll("main *")].filter(
  e => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0
    && getComputedStyle(e).overflowX == "auto").map(e => e.outerHTML)"""


@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_page(visit, address, name):
    """Quiet and accessible."""
    page = visit(f"{address}/{name}.html", color_scheme="dark", viewport=PHONE)
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(BOXES_OUT_OF_REACH) == []
    check_formulas(page)
    page.evaluate(AXE)
    page.add_style_tag(content="* { transition: none !important; }")
    if name != "book/04_sigmoid":       # the same few colours, thousands of words
        page.locator("pre, math").evaluate_all(
            "all => all.forEach(e => e.textContent = e.textContent)")
    for theme, size in LOOKS if name in ONE_OF_EACH_KIND else LOOKS[:1]:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(size)
        page.locator(f"html[data-theme={theme}]").wait_for()
        found = page.evaluate(
            "tags => axe.run({preload: false, runOnly: tags, resultTypes: ['violations']})",
            TAGS)
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
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
    page = visit((site / name).as_uri(), viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    check_formulas(page)
    assert page.trouble == []


# What can be focused, and how each is ringed: by itself or, in a form, by its parent.
PREPARE = """() => {
  const face = e => e.querySelector(".toctree-toggle") ?? e;      // what of it is drawn
  const ring = e => [face(e), e.parentElement].map(x => getComputedStyle(x)).map(
    s => s.outlineStyle == "none" ? s.boxShadow : s.outlineWidth + s.outlineColor).join();
  window.wanted = [...document.querySelectorAll(
    "a[href], button, input, summary, [tabindex='0']")].filter(
    e => e.checkVisibility({visibilityProperty: true}));
  const plain = wanted.map(ring);
  window.seen = [];
  document.addEventListener("focusin", ({target}) => {
    const n = wanted.indexOf(target);
    const {left, right, height} = face(target).getBoundingClientRect();
    const shown = left < innerWidth && right > 0 && height > 0 && target.checkVisibility(
      {visibilityProperty: true, opacityProperty: true});
    seen.push([n, shown && ring(target) != plain[n] ? "" : target.outerHTML]);
  });
  return wanted.length;
}"""


@pytest.mark.parametrize("name, size", [
    ("book/05_mae.html", SCREEN), ("book/05_mae.html", PHONE),
    ("book/glossary.html", PHONE), ("search.html?q=imputation", PHONE),
    ("genindex.html", SCREEN),
])
def test_tab_leads_to_everything_in_order(visit, address, name, size):
    """And what has the focus shows it; what cannot be seen cannot have it."""
    page = visit(f"{address}/{name}", viewport=size)
    page.add_style_tag(content="* { transition: none !important; }")
    if "search" in name:
        page.locator("ul.search li").first.wait_for()
    stops = page.evaluate(PREPARE)
    for _ in range(stops):
        page.keyboard.press("Tab")
    seen = page.evaluate("seen")
    assert [html for _, html in seen if html] == []
    assert [n for n, _ in seen] == list(range(stops)), "trapped, or left something out"


def test_header_by_keyboard(visit, address):
    page = visit(f"{address}/book/05_mae.html", viewport=SCREEN)
    press, has_focus = page.keyboard.press, "e => e == document.activeElement"

    press("Tab")
    press("Enter")
    press("Tab")
    assert page.evaluate("document.activeElement.closest('main').id") == "main-content"

    link = page.locator("article p a").first
    search = page.locator(".search-button-field")
    for start, key in [(search, "Enter"), (link, "Control+k")]:
        start.focus()
        press(key)
        assert page.locator("#pst-search-dialog input").evaluate(has_focus)
        press("Escape")
        assert start.evaluate(has_focus)

    for button in ("primary-toggle", "theme-switch-button"):
        page.locator(f"button.{button}").first.focus()
        press("Enter")
        assert page.locator(f"button.{button}").first.evaluate(has_focus)
    page.locator("#pst-primary-sidebar").wait_for(state="hidden")
    assert page.trouble == []


def test_header_by_mouse(visit, address):
    """A button that was clicked leaves no focus behind, and with it no tooltip."""
    page = visit(f"{address}/book/05_mae.html", viewport=SCREEN)
    button = page.locator("button.theme-switch-button")
    button.click()
    assert not button.evaluate("e => e == document.activeElement")
    page.mouse.move(0, 0)
    page.locator(".tooltip").wait_for(state="detached")


@pytest.mark.parametrize("button, name", [
    (".search-button-field", "Search"), ("button.primary-toggle", "Contents of the book"),
    ("button.secondary-toggle", "Contents of this page")])
def test_dialogs_have_names(visit, address, button, name):
    page = visit(f"{address}/book/05_mae.html", viewport=PHONE)
    if "search" in button:
        page.keyboard.press("Control+k")
    else:
        page.locator(button).first.click()
    page.get_by_role("dialog", name=name, exact=True).wait_for()


def test_chapter_can_be_downloaded_by_keyboard(visit, address):
    page = visit(f"{address}/book/05_mae.html", viewport=SCREEN)
    menu = page.locator(".dropdown-download-buttons > button")
    menu.focus()
    for key in ("Enter", "ArrowDown"):
        page.keyboard.press(key)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    got = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "05_mae.ipynb"
    assert json.loads(got) and got == (ROOT / "book" / "05_mae.ipynb").read_bytes()
    menu.focus()
    for key in ("Enter", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    assert menu.evaluate("e => e == document.activeElement")
    assert not page.locator(".btn-download-source-button").is_visible()


@pytest.mark.parametrize("which", ["primary", "secondary"])
def test_contents_open_on_a_phone(visit, address, which):
    page = visit(f"{address}/book/intro.html", viewport=PHONE)
    link = {"primary": page.get_by_role("link", name="4. Sigmoid", exact=True),
            "secondary": page.locator(".page-toc a").last}[which]
    button = page.locator(f"button.{which}-toggle").first
    assert not link.is_visible()
    button.focus()
    page.keyboard.press("Enter")
    link.wait_for()
    assert page.evaluate("document.activeElement.closest('dialog[open]') != null")
    page.keyboard.press("Escape")
    link.wait_for(state="hidden")
    assert button.evaluate("e => e == document.activeElement")
    button.click()
    link.click()
    page.wait_for_url({"primary": "**/04_sigmoid.html", "secondary": "**#how-far*"}[which])


def test_contents_close_and_open_on_a_screen(visit, address):
    page = visit(f"{address}/book/intro.html", viewport=SCREEN)
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


def test_search_shows_prose(visit, address):
    """Not the buttons and the contents above a chapter, and each formula once."""
    page = visit(f"{address}/search.html?q=sigma")
    page.locator("ul.search p.context").first.wait_for()
    shown = page.evaluate("""fetch("book/04_sigmoid.html").then(r => r.text())
                             .then(html => Search.htmlToText(html))""")
    shown = " ".join(shown.split())
    assert shown.startswith("4. Sigmoid ") and "Contents" not in shown[:100]
    assert "σ" in shown and "\\sigma" not in shown


def test_code_behind_a_figure_unfolds(visit, address):
    page = visit(f"{address}/book/01_data.html")
    fold = page.locator("details.hide").first
    assert fold.get_attribute("open") is None
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.get_attribute("open") is not None


def test_a_chapter_on_paper_has_its_title_and_no_frame(visit, address):
    page = visit(f"{address}/book/03_encoding.html")
    page.emulate_media(media="print")
    assert page.inner_text("body").startswith("3. Encoding\n")
    for role in ("button", "navigation", "search"):
        assert page.get_by_role(role).count() == 0, role


def test_next_leads_through_the_whole_book(visit, address, site):
    page = visit(f"{address}/index.html")
    page.wait_for_url("**/intro.html")
    page.locator("a.right-next").click()
    page.wait_for_url("**/01_data.html")
    page = site / "book" / "intro.html"
    seen = [page.stem]
    while following := re.search(r'class="right-next"\s+href="([^"]+)"',
                                 page.read_text("utf-8")):
        page = (page.parent / following[1]).resolve()
        seen.append(page.stem)
    assert seen == [Path(name).name for name in PAGES]


def test_weight_of_the_heaviest_pages(site, chromium):
    heaviest = ["01_data", "06_gradient_descent"]    # without and with formulas
    heaviest += [f"exercises/{name}/{name}" for name in ("01_data", "05_mae")]
    for name, formulas, first, added in weigh_pages.table(site, chromium, heaviest):
        assert first <= (1000 if formulas else 250), name
        assert added <= 150, name

"""The site in a real browser, as a reader uses it."""

import json
import re
from pathlib import Path

import pytest
import weigh_pages
from conftest import PHONE, SCREEN
from contents import PAGES, ROOT

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


@pytest.mark.parametrize("name, size, colours", [
    ("book/05_mae.html", SCREEN, "active"), ("book/05_mae.html", PHONE, "none"),
    ("book/glossary.html", PHONE, "none"), ("search.html?q=imputation", PHONE, "active"),
    ("genindex.html", SCREEN, "none"),
    pytest.param("book/05_mae.html", SCREEN, "none", marks=pytest.mark.slow),
    pytest.param("book/05_mae.html", PHONE, "active", marks=pytest.mark.slow),
])
def test_tab_leads_to_everything_in_order(visit, address, name, size, colours):
    """And what has the focus shows it; what cannot be seen cannot have it.

    Where the reader's system sets few colours of its own, no shadow is drawn.
    """
    page = visit(f"{address}/{name}", viewport=size, forced_colors=colours)
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


@pytest.mark.slow
def test_header_by_mouse(visit, address):
    """A button that was clicked leaves no focus behind, and with it no tooltip."""
    page = visit(f"{address}/book/05_mae.html", viewport=SCREEN)
    button = page.locator("button.theme-switch-button")
    button.click()
    assert not button.evaluate("e => e == document.activeElement")
    page.mouse.move(0, 0)
    page.locator(".tooltip").wait_for(state="detached")


@pytest.mark.slow
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
        page.locator("ul.search li", has_text="Missing values").first.wait_for()


@pytest.mark.slow
def test_search_shows_prose(visit, address):
    """Not the buttons and the contents above a chapter, and each formula once."""
    page = visit(f"{address}/search.html?q=sigma+number")
    shown = page.locator("p.context", has_text="=σ(z)").first
    shown.wait_for()
    assert "=σ(z)=11+e−z" in shown.inner_text() and "\\sigma" not in shown.inner_text()
    page = visit(f"{address}/search.html?q=seven+numbers+become+a+probability")
    top = re.compile(r"^4\. [^.]+ Sigmoid Suppose ")
    page.locator("p.context", has_text=top).wait_for()


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
    assert re.match(r"3\. .+ Encoding\n", page.inner_text("body"))
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

"""Every page in a real browser: quiet, accessible, whole; and reached by the Tab key."""

from pathlib import Path

import axe_playwright_python
import pytest
from conftest import PHONE, SCREEN
from contents import PAGES

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("dark", PHONE), ("light", PHONE), ("light", SCREEN), ("dark", SCREEN)]
# Of the thousands of words in code and formulas, one of each kind is enough for axe.
ONE_OF_EACH_COLOUR = """() => {
  const seen = new Set();
  for (const part of document.querySelectorAll("pre span, math *")) {
    if (!part.isConnected) continue;        // it was within one that is gone
    const kind = part.className + part.closest("pre, math").parentElement.className;
    if (seen.has(kind) || !part.checkVisibility()) part.replaceWith(part.textContent);
    else seen.add(kind);
  }
}"""
# The contrast is the dearest rule by far. Texts that have the same colour and size, and the
# same behind them, have the same contrast: it looks at the first of each kind in this tab.
VIOLATIONS = """async ([within, tags]) => {
  const NOTHING = "rgba(0, 0, 0, 0),none,1,none,static";
  const behind = e => {
    if (!e) return "";
    const {backgroundColor: plain, backgroundImage, opacity, filter, position}
      = getComputedStyle(e);
    const own = [plain, backgroundImage, opacity, filter, position] + "";
    return (own == NOTHING ? "" : own) + behind(e.parentElement);
  };
  const kinds = new Set(JSON.parse(sessionStorage.getItem("kinds")));
  for (const e of document.querySelectorAll(`${within} *`)) {
    delete e.dataset.contrast;
    const text = e.matches("input, select")
      || [...e.childNodes].some(n => n.nodeType == Node.TEXT_NODE && n.data.trim());
    if (!text || !e.checkVisibility()) continue;
    const {color, fontSize, fontWeight, textShadow} = getComputedStyle(e);
    const kind = [color, fontSize, fontWeight, textShadow] + behind(e);
    if (!kinds.has(kind)) e.dataset.contrast = "";
    kinds.add(kind);
  }
  sessionStorage.setItem("kinds", JSON.stringify([...kinds]));
  axe.configure({rules: [{id: "color-contrast", selector: "[data-contrast]"}]});
  const found = await axe.run(
    within, {preload: false, runOnly: tags, resultTypes: ["violations"]});
  return found.violations.map(v => [v.id, v.nodes[0].html]);
}"""
# One page of each kind is looked at in every look, the others on a phone in the dark.
ONE_OF_EACH_KIND = ["book/04_sigmoid", "book/exercises/04_sigmoid/04_sigmoid",
                    "book/teaching", "search", "genindex"]

BOXES_OUT_OF_REACH = """() => [...document.querySelectorAll("main *")].filter(
  e => e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0
    && getComputedStyle(e).overflowX == "auto").map(e => e.outerHTML)"""


@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_page(tab, address, name):
    """Quiet and accessible."""
    page = tab
    page.trouble.clear()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/{name}.html")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(BOXES_OUT_OF_REACH) == []
    check_formulas(page)
    page.evaluate(AXE)
    page.add_style_tag(content="* { transition: none !important; }")
    page.evaluate(ONE_OF_EACH_COLOUR)
    for theme, size in LOOKS if name in ONE_OF_EACH_KIND else LOOKS[:1]:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size(size)
        page.locator(f"html[data-theme={theme}]").wait_for()
        assert page.evaluate(VIOLATIONS, ["html", TAGS]) == []
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

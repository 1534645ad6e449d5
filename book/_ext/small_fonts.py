"""The icon fonts and the formula font, cut down to the characters that the book uses."""

import html
import re
from importlib.resources import files
from logging import WARNING, getLogger
from pathlib import Path

from fontTools import subset, ttLib
from sphinx.application import Sphinx

FORMULAS = Path(str(files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"))
# A single letter in a formula is drawn from the alphabet of mathematical italics.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ITALIC = {c: chr(0x1D434 + i) for i, c in enumerate(LETTERS)} | {"h": "\u210e"}
ITALIC |= {c: chr(0x1D6FC + i) for i, c in enumerate("αβγδεζηθικλμνξοπρςστυφχψω")}
ITALIC |= {"∂": "\U0001d715"}
BOLD = {c: chr(0x1D400 + i) for i, c in enumerate(LETTERS)}

getLogger("fontTools").setLevel(WARNING)


def cut_fonts(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    pages = "".join(page.read_text(encoding="utf-8") for page in out.rglob("*.html"))
    cut_icons(out / "_static", pages)
    cut_formulas(out / "_static", pages)


def cut_icons(static: Path, pages: str) -> None:
    css = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    icons = set(re.findall(r'--pst-icon-[\w-]+:"(.)"', css)) | {"\uf107"}
    for name in set(re.findall(r"\bfa-([\w-]+)", pages)):
        code = re.search(rf'\.fa-{name}:before[^{{}}]*{{content:"\\(\w+)"', css)
        icons |= {chr(int(code[1], 16))} if code else set()
    for name in ("fa-solid-900", "fa-brands-400"):
        font = static / "vendor" / "fontawesome" / "webfonts" / f"{name}.ttf"
        write_font(font, icons, font.with_suffix(".woff2"))


def cut_formulas(static: Path, pages: str) -> None:
    formulas = "".join(re.findall(r"<math.*?</math>", pages, re.DOTALL))
    used = set(html.unescape(re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", formulas)))
    used |= {ITALIC[c] for c in used if c in ITALIC} | {BOLD[c] for c in used if c in BOLD}
    used |= {"√"} if "<msqrt>" in formulas else set()     # drawn, but in no page
    write_font(FORMULAS, used, static / "formulas.woff2")


def write_font(source: Path, characters: set[str], target: Path) -> None:
    font = ttLib.TTFont(source, recalcTimestamp=False)
    options = subset.Options(layout_features=["*"], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, characters))
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(target)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", cut_fonts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

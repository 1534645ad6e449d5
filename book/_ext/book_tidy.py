"""After a build: fonts cut down to what is used, and the theme's HTML put right.

The rules edit finished pages, so each must find its place in a full build; one that
finds nothing means that the theme has changed, and is a warning (an error with -W).
"""

import html
import re
from importlib.resources import files
from logging import WARNING, getLogger
from pathlib import Path

from fontTools import subset, ttLib
from sphinx.application import Sphinx
from sphinx.util import logging

# A single letter in a formula is drawn from the alphabet of mathematical italics.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ITALIC = {c: chr(0x1D434 + i) for i, c in enumerate(LETTERS)} | {"h": "\u210e"}
ITALIC |= {c: chr(0x1D6FC + i) for i, c in enumerate("αβγδεζηθικλμνξοπρςστυφχψω")}
ITALIC |= {"∂": "\U0001d715"}
BOLD = {c: chr(0x1D400 + i) for i, c in enumerate(LETTERS)}

log = logging.getLogger(__name__)
getLogger("fontTools").setLevel(WARNING)

RULES = {
    # 1.4 MB on every page; the icons also come from the theme's style sheet
    "icon script": (r'\s*<script[^>]* src="[^"]*fontawesome[^"]*\.js[^"]*"></script>', ""),
    # a button's name must contain what is written on it
    "search button": (r'(<button class="btn search-button-field[^>]*?) aria-label="Search"',
                      r"\1"),
    "folded code": (r'<summary aria-label="[^"]*"', "<summary"),
    # the theme's words for its parts are not the reader's
    "book contents": (r'"Toggle primary sidebar"', '"Contents of the book"'),
    "page contents": (r'"Toggle secondary sidebar"', '"Contents of this page"'),
    "theme switch": (r'"Color mode"', '"Light, dark, or as the system"'),
    "dialog search": (r'(<dialog id="pst-search-dialog")>', r'\1 aria-label="Search">'),
    "dialog book": (r'(<dialog id="pst-primary-sidebar-modal")>',
                    r'\1 aria-label="Contents of the book">'),
    "dialog page": (r'(<dialog id="pst-secondary-sidebar-modal")>',
                    r'\1 aria-label="Contents of this page">'),
    # a notebook is there to be kept, not to be looked at as JSON
    "download": (r'(<a href="[^"]*_sources/[^"]*") target="_blank"', r"\1 download"),
    "chapter's fold": (r'<summary>(<span class="toctree-toggle")',
                       r'<summary aria-label="Exercises">\1'),
    # everything on a page must lie in a landmark
    "sidebar": (r'<div id="pst-primary-sidebar"',
                r'<div role="region" aria-label="Book" id="pst-primary-sidebar"'),
    # the empty corner of a pandas table heads nothing
    "table corner": (r"<th></th>", "<td></td>"),
    "column heads": (r"(?s)<thead>.*?</thead>", lambda head: re.sub(
        r"<th\b(?! scope)", '<th scope="col"', head[0])),
    "row heads": (r"(?s)<tbody>.*?</tbody>", lambda body: re.sub(
        r"<th\b(?! scope)", '<th scope="row"', body[0])),
    "index": (r'<table style="width: 100%"', '<table role="presentation"'),
    "bibliography": (r'role="doc-biblioentry"', 'role="listitem"'),
    # a formula keeps its comma
    "commas": (r'(?s)(?<!unbroken">)(\(?<math display="inline">(?:(?!</math>).)*</math>)'
               r"([.,;:?!)]+)", r'<span class="unbroken">\1\2</span>'),
    # long names break on a phone, at their underscores
    "long names": (r"(?<=[a-z])_(?=[\w.()]*</span></code>)", "_<wbr>"),
    # who uses the keyboard keeps the place; a mouse leaves no tooltip behind
    "focus": (r"(?<!\|\|)\bt\.blur\(\)", 't.matches(":focus-visible")||t.blur()'),
    # what a search shows is prose, without buttons, and formulas once
    "search results": (r'\["\.headerlink", "script", "style"\]',
                       '[".bd-header-article", ".onlyprint", ".headerlink", "annotation", '
                       '"script", "style"]'),
}
SCRIPTS = ("searchtools.js", "scripts/sphinx-book-theme.js")


def tidy(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    found = dict.fromkeys(RULES, 0)
    pages = ""
    static = Path(app.outdir, "_static")
    for page in [*Path(app.outdir).rglob("*.html"), *(static / name for name in SCRIPTS)]:
        text = tidied = page.read_text(encoding="utf-8")
        pages += text
        for name, (pattern, replacement) in RULES.items():
            tidied, n = re.subn(pattern, replacement, tidied)
            found[name] += n
        if tidied != text:
            page.write_text(tidied, encoding="utf-8")
    cut_fonts(static, pages)
    everything_was_written = set(app.env.found_docs) == app.builder.env_written
    if everything_was_written:
        for name in (name for name, n in found.items() if n == 0):
            log.warning("book_tidy: rule %r finds nothing; has the theme changed?", name)


def cut_fonts(static: Path, pages: str) -> None:
    """Write the icon fonts and the formula font with the characters that occur."""
    css = (static / "styles" / "pydata-sphinx-theme.css").read_text(encoding="utf-8")
    icons = set(re.findall(r'--pst-icon-[\w-]+:"(.)"', css)) | {"\uf107"}
    for name in set(re.findall(r"\bfa-([\w-]+)", pages)):
        code = re.search(rf'\.fa-{name}:before[^{{}}]*{{content:"\\(\w+)"', css)
        icons |= {chr(int(code[1], 16))} if code else set()
    for name in ("fa-solid-900", "fa-brands-400"):
        icon_font = static / "vendor" / "fontawesome" / "webfonts" / f"{name}.ttf"
        write_font(icon_font, icons, icon_font.with_suffix(".woff2"))

    formulas = "".join(re.findall(r"<math.*?</math>", pages, re.DOTALL))
    used = set(html.unescape(re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", formulas)))
    used |= {ITALIC[c] for c in used if c in ITALIC} | {BOLD[c] for c in used if c in BOLD}
    used |= {"√"} if "<msqrt>" in formulas else set()     # drawn, but nowhere written
    source = Path(str(files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"))
    write_font(source, used, static / "formulas.woff2")


def write_font(source: Path, characters: set[str], target: Path) -> None:
    font = ttLib.TTFont(source, recalcTimestamp=False)
    options = subset.Options(layout_features=["*"], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=map(ord, characters))
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(target)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", lambda app, name, *_: app.builder.env_written.add(name)
                if name in app.env.found_docs else None)
    app.connect("builder-inited", lambda app: setattr(app.builder, "env_written", set()))
    app.connect("build-finished", tidy, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}

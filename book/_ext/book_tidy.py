"""After a build: formulas without a network, and the theme's HTML put right.

The rules edit finished pages, so each must find its place in a full build; one that
finds nothing means that the theme has changed, and is a warning (an error with -W).
"""

import re
import shutil
from importlib.metadata import files
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

log = logging.getLogger(__name__)

RULES = {
    # 1.4 MB on every page; the icons also come from the theme's style sheet
    "icon script": (r'\s*<script[^>]* src="[^"]*fontawesome[^"]*\.js[^"]*"></script>', ""),
    # a button's name must contain what is written on it
    "search button": (r'(<button class="btn search-button-field[^>]*?) aria-label="Search"',
                      r"\1"),
    # everything on a page must lie in a landmark
    "sidebar": (r'<div id="pst-primary-sidebar"',
                r'<div role="region" aria-label="Book" id="pst-primary-sidebar"'),
    # the empty corner of a pandas table heads nothing
    "table corner": (r"<th></th>", "<td></td>"),
    "bibliography": (r'role="doc-biblioentry"', 'role="listitem"'),
}


def tidy(app: Sphinx, exception: Exception | None) -> None:
    if exception or app.builder.format != "html":
        return
    mathjax = next(f for f in files("sphinx-mathjax-offline") if f.name == "tex-svg.js")
    target = Path(app.outdir, "_static", "mathjax", mathjax.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(mathjax.locate(), target)

    found = dict.fromkeys(RULES, 0)
    for page in Path(app.outdir).rglob("*.html"):
        text = tidied = page.read_text(encoding="utf-8")
        for name, (pattern, replacement) in RULES.items():
            tidied, n = re.subn(pattern, replacement, tidied)
            found[name] += n
        if tidied != text:
            page.write_text(tidied, encoding="utf-8")
    everything_was_written = set(app.env.found_docs) == app.builder.env_written
    if everything_was_written:
        for name in (name for name, n in found.items() if n == 0):
            log.warning("book_tidy: rule %r finds nothing; has the theme changed?", name)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", lambda app, name, *_: app.builder.env_written.add(name)
                if name in app.env.found_docs else None)
    app.connect("builder-inited", lambda app: setattr(app.builder, "env_written", set()))
    app.connect("build-finished", tidy, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": False}

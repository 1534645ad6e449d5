"""Figures that move: their scripts where there is one, and links to their states.

A link such as [the corner](#two-losses?weight-men=-6&weight-women=6) sets the figure
two-losses of the same page. On paper it is plain text.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

FIGURE = re.compile('<titanic-figure data-figure="([a-z-]+)">')
STATE = re.compile(r"#([a-z-]+)\?")

log = logging.getLogger(__name__)


class KeepStates(SphinxTransform):
    """Before MyST looks for a heading of that name."""

    default_priority = 870

    def apply(self) -> None:
        for link in self.document.findall(nodes.reference):
            if STATE.match(link.get("refuri", "")):
                link.attributes.pop("id_link", None)
                link["internal"] = True


def figures_of(document: nodes.document) -> list[str]:
    found = (FIGURE.search(raw.astext()) for raw in document.findall(nodes.raw))
    return list(dict.fromkeys(match[1] for match in found if match))


def check_states(app: Sphinx, document: nodes.document, name: str) -> None:
    figures = figures_of(document)
    for link in list(document.findall(nodes.reference)):
        if state := STATE.match(link.get("refuri", "")):
            if state[1] not in figures:
                log.warning("no figure %s on this page", state[1], location=link)
            if app.builder.name != "html":
                link.replace_self(link.children)


def load_scripts(
    app: Sphinx, name: str, template: str, context: dict, document: nodes.document | None
) -> None:
    if app.builder.name == "html" and document and (figures := figures_of(document)):
        for script in ("neuron", "figures", *figures):
            app.add_js_file(f"{script.replace('-', '_')}.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_css_file("figures.css")
    app.add_transform(KeepStates)
    app.connect("doctree-resolved", check_states)
    app.connect("html-page-context", load_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

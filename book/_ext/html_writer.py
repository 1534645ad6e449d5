"""Where docutils and MyST-NB write HTML that misleads a screen reader, or a phone.

The heads of a table say what they head. A source in the bibliography is an entry of a
list. Folded code is called what is written on it. A box of the class dropdown is an element
that the browser folds itself, and opens when a search finds something in it. Long names in
the text may break at their underscores.
"""

import re

from docutils import nodes
from myst_nb import sphinx_ as myst_nb
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


class Writer(HTML5Translator):
    """Mixed into the theme's own."""

    def starttag(
        self, node: nodes.Node, tagname: str, *args: object, **attributes: object
    ) -> str:
        if tagname == "th":
            attributes["scope"] = "col" if "head" in attributes["classes"] else "row"
        if attributes.get("role") == "doc-biblioentry":
            attributes["role"] = "listitem"
        return super().starttag(node, tagname, *args, **attributes)

    def visit_Text(self, node: nodes.Text) -> None:
        start = len(self.body)
        super().visit_Text(node)
        if self.protect_literal_text:
            self.body[start:] = [
                re.sub("(?<=[a-z])_", "_<wbr>", word) for word in self.body[start:]]

    def visit_admonition(self, node: nodes.Element, name: str = "") -> None:
        start = len(self.body)
        super().visit_admonition(node, name)
        if is_fold(node):
            self.body[start] = self.body[start].replace("<div", "<details", 1)

    def depart_admonition(self, node: nodes.Element | None = None) -> None:
        super().depart_admonition(node)
        if is_fold(node):
            self.body[-1] = "</details>\n"

    def visit_title(self, node: nodes.title) -> None:
        if not is_fold(node.parent):
            super().visit_title(node)
            return
        self.body.append(self.starttag(node, "summary", "", CLASS="admonition-title"))
        self.context.append("</summary>\n")


def is_fold(node: nodes.Element | None) -> bool:
    return isinstance(node, nodes.Admonition) and "dropdown" in node["classes"]


def visit_fold(self: Writer, node: nodes.Element) -> None:
    start = len(self.body)
    myst_nb.visit_HideCellInput(self, node)
    self.body[start:] = [
        tag.replace(' aria-label="Toggle hidden content"', "") for tag in self.body[start:]]


def mix_in(app: Sphinx, writer: type) -> None:
    """Let the builder write with this class before its own."""
    own = app.registry.get_translator_class(app.builder)
    mixed = type(writer.__name__, (writer, own), {})
    app.set_translator(app.builder.name, mixed, override=True)


def use_writer(app: Sphinx) -> None:
    if app.builder.format == "html":
        mix_in(app, Writer)


def setup(app: Sphinx) -> dict[str, bool]:
    fold = (visit_fold, myst_nb.depart_HideCellInput)
    app.add_node(myst_nb.HideCodeCellNode, override=True, html=fold)
    app.connect("builder-inited", use_writer, priority=900)     # after the theme's
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""The whole book as one page, for the PDF: what Sphinx's builder singlehtml leaves open.

It hangs the chapters below the opening page, as its sections. It keeps the ids of each
chapter, so that some are there several times, and a link leads to the first of them. And
it puts the page into a folder, with links as if it lay beside that folder.

The ids are renamed in the finished page, because Sphinx makes some of them while it writes.
"""

import re
from pathlib import Path

from docutils import nodes
from html_writer import mix_in
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

CHAPTER = re.compile(r'(?=<span id="document-([^"]+)"></span>)')


class TaggedWriter(HTML5Translator):
    """Write HTML from which the browser can make the tags of the PDF."""

    def starttag(
        self, node: nodes.Node, tagname: str, *args: object, **attributes: object
    ) -> str:
        if tagname == "figure":     # the picture in it already has a description
            attributes["role"] = "group"
        if attributes.get("ROLE") == "heading":     # the names of parts, in the contents,
            del attributes["ROLE"]                  # head nothing there
        return super().starttag(node, tagname, *args, **attributes)


def is_one_page(app: Sphinx) -> bool:
    return app.builder.name == "singlehtml"


def use_writer(app: Sphinx) -> None:
    if is_one_page(app):
        mix_in(app, TaggedWriter)


def put_chapters_side_by_side(app: Sphinx, book: nodes.document, _: str) -> None:
    if not is_one_page(app):
        return
    opening = next(book.findall(nodes.section))
    for part in opening.children[:]:
        if "toctree-wrapper" in part.get("classes", []):
            opening.remove(part)
            book += part.children


def name_the_chapter_in_links(app: Sphinx, book: nodes.document, _: str) -> None:
    """#document-book/01_data#id1 becomes #book/01_data:id1; Sphinx would make it #id1."""
    if not is_one_page(app):
        return
    for link in book.findall(nodes.reference):
        if to := re.fullmatch("#document-(.+)#(.+)", link.get("refuri", "")):
            link["refuri"] = f"#{to[1]}:{to[2]}"


def name_the_chapter_in_ids(article: str, first: str) -> str:
    """The same for ids, and for links within a chapter."""
    parts = CHAPTER.split(f'<span id="document-{first}"></span>{article}')
    return "".join(
        re.sub(r'( id="| href="#)(?!document-)([^":]+")', rf"\1{name}:\2", part)
        for name, part in zip(parts[1::2], parts[2::2], strict=True))


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception or not is_one_page(app):
        return
    written = Path(app.outdir, app.config.root_doc + app.builder.out_suffix)
    html = written.read_text(encoding="utf-8")
    before, article, after = re.split("(<article.*</article>)", html, flags=re.DOTALL)
    article = name_the_chapter_in_ids(article, app.config.root_doc)
    Path(app.outdir, "book.html").write_text(before + article + after, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", use_writer, priority=950)     # before the theme's
    app.connect("doctree-resolved", put_chapters_side_by_side)
    app.connect("doctree-resolved", name_the_chapter_in_links)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

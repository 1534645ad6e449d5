"""What a search engine, or anyone who is sent a link, sees of a page: title, description.

A description is the page's first paragraph: in a chapter, what the reader will do there.
With the site's address (see address.py) its picture and its own address come along; both
must be absolute, so that without it they are left out.

sphinxext-opengraph cuts a description off within a word, takes bold leads and mottos into
it, and without a site gives addresses that lead nowhere.
"""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from words import WORDS

LENGTH = 200            # what is shown of a description, roughly; whole sentences only
CARD = {
    "og:image:width": "1200",
    "og:image:height": "630",
    "og:image:alt": WORDS["card"],
}

log = logging.getLogger(__name__)


def description(document: nodes.document) -> str:
    """Take the first paragraph's first sentences, without a bold lead or a motto."""
    for paragraph in document.findall(nodes.paragraph):
        if not isinstance(paragraph.parent, nodes.section):
            continue            # it belongs to a list, a source or a caption
        plain = [part for part in paragraph if not isinstance(part, nodes.strong)]
        text = " ".join("".join(part.astext() for part in plain).split())
        motto = len(paragraph) == 1 and isinstance(paragraph[0], nodes.emphasis)
        if motto or not text:
            continue
        first, *others = re.split(r"(?<=[.?!]) (?=[A-Z])", text)
        for sentence in others:
            if len(first) + 1 + len(sentence) > LENGTH:
                break
            first = f"{first} {sentence}"
        return first
    return ""


def fill_head(
    app: Sphinx, name: str, template: str, context: dict, document: nodes.document | None
) -> None:
    if document is None or app.builder.name != "html":
        return
    site, home = context["docstitle"], name == app.config.root_doc
    title = app.env.titles[name].astext()       # without the number of the chapter
    context["title"] = WORDS["subtitle"] if home else escape(title)
    about = description(document)
    if not about:
        log.warning("no paragraph to describe the page by", location=name)
    tags = {
        "description": about, "og:title": title, "og:description": about,
        "og:type": "website" if home else "article", "og:site_name": site}
    if context["pageurl"]:
        picture = app.config.html_baseurl + "_static/card.png"
        tags |= {"og:url": context["pageurl"], "og:image": picture, **CARD,
                 "twitter:card": "summary_large_image"}
    context["metatags"] += "".join(
        f'\n<meta {"property" if key.startswith("og:") else "name"}="{key}" '
        f'content="{escape(value)}" />' for key, value in tags.items())


def describe_the_front_door(app: Sphinx, exception: Exception | None) -> None:
    """Sites do not follow index.html to the opening page, so it carries the same head."""
    if exception or app.builder.name != "html":
        return
    opening = app.builder.get_target_uri(app.config.root_doc)
    page = Path(app.outdir, opening).read_text(encoding="utf-8")
    head = re.findall(r'<title>.*?</title>|<meta (?:name="(?:description|twitter:card)"|'
                      r'property="og:[\w:]+") [^>]*>|<link rel="canonical"[^>]*>', page)
    Path(app.outdir, "index.html").write_text("\n".join([
        f'<!DOCTYPE html>\n<html lang="{app.config.language}">\n<head>',
        '<meta charset="utf-8" />\n<style>:root { color-scheme: light dark; }</style>',
        f'<meta http-equiv="refresh" content="0; url={opening}" />', *head,
        f'</head>\n<body><a href="{opening}">{WORDS["open_book"]}</a></body>\n</html>\n']),
        encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", fill_head, priority=600)
    app.connect("build-finished", describe_the_front_door, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

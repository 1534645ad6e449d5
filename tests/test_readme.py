"""README.md: what it shows and names is there."""

import re

import nbformat
from contents import ROOT
from run_notebooks import DARK, OPENING, PICTURE, first_figure

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_picture_is_the_opening_pages_figure_described_and_dark_on_a_dark_page():
    figure = first_figure(nbformat.read(OPENING, as_version=4))
    assert PICTURE.read_text(encoding="utf-8") == figure, "python run.py notebooks intro"
    (alt, path), = re.findall(r"!\[([^]]+)\]\((.+?)\)", README)
    assert ROOT / path == PICTURE and len(alt) > 60
    inverted = re.search(r"filter: [^;}]+", DARK)[0]
    css = (ROOT / "book" / "_static" / "book.css").read_text(encoding="utf-8")
    assert f"{inverted}; }}" in css and DARK in figure

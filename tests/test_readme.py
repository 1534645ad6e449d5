"""The pages beside the book, README.md first: what they name is there."""

import re

import nbformat
import pytest
from address import SETTINGS
from contents import ROOT
from run_notebooks import DARK, OPENING, PICTURE, first_figure

import run

PACKAGE = ROOT / "titanic_helpers"
README, CONTRIBUTING, PUBLISHING = TEXTS = [
    (ROOT / f"{name}.md").read_text(encoding="utf-8")
    for name in ("README", "CONTRIBUTING", "PUBLISHING")]


def test_the_picture_is_the_opening_pages_figure_described_and_dark_on_a_dark_page():
    figure = first_figure(nbformat.read(OPENING, as_version=4))
    assert PICTURE.read_text(encoding="utf-8") == figure, "python run.py notebooks intro"
    (alt, path), = re.findall(r"!\[([^]]+)\]\((.+?)\)", README)
    assert ROOT / path == PICTURE and len(alt) > 60
    inverted = re.search(r"filter: [^;}]+", DARK)[0]
    css = (ROOT / "book" / "_static" / "book.css").read_text(encoding="utf-8")
    assert f"{inverted}; }}" in css and DARK in figure


def test_the_scores_are_those_of_the_opening_page():
    printed = [str(output.get("data", {}).get("text/plain"))
               for cell in nbformat.read(OPENING, as_version=4).cells
               for output in cell.get("outputs", ())]
    scores = re.findall(r"\d+\.\d%", README)
    assert scores and not [s for s in scores if f" {s} of 263" not in printed[-1]]
    assert "263 passengers" in README


@pytest.mark.parametrize("text", TEXTS, ids=["README", "CONTRIBUTING", "PUBLISHING"])
def test_every_link_path_and_command_exists(text):
    paths = re.findall(r"\]\(([^)]+)\)", text)
    paths += re.findall(r"`([\w./*]+(?:/|/run|\.(?:py|md|yml|in|txt|ipynb)))`", text)
    missing = [path for path in paths
               if not any(any(place.glob(path)) for place in (ROOT, PACKAGE))]
    assert paths and not missing
    used = set(re.findall(r"run\.py (\w+)", text))
    assert used and used <= set(run.COMMANDS)


def test_the_two_commands_come_first():
    block = README.partition("\n```\n")[2].partition("\n```\n")[0]
    assert block.splitlines()[:2] == ["python3 run.py book", "python3 run.py test"]


def test_every_address_is_explained():
    assert set(re.findall(r"BOOK_[A-Z]+", PUBLISHING)) == set(SETTINGS)

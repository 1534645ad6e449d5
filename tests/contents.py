"""The book's contents, read from _toc.yml, the one list of chapters."""

from itertools import chain
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
OTHER_MODULES = {"mae": "loss"}      # a chapter whose module has another name


def in_order(entries):
    """Every file below these entries, as a reader comes to it."""
    for entry in entries:
        yield entry["file"]
        yield from in_order(entry.get("sections", []))


PAGES = [TOC["root"], *in_order(chain.from_iterable(p["chapters"] for p in TOC["parts"]))]
CHAPTERS = [Path(entry["file"]).name for part in TOC["parts"] if "numbered" in part
            for entry in part["chapters"]]
EXERCISES = [ROOT / "book" / "exercises" / name / f"{name}.ipynb" for name in CHAPTERS]


def module_of(chapter):
    topic = chapter[3:]
    return OTHER_MODULES.get(topic, topic)

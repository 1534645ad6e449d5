"""_toc.yml is the one list of chapters: what belongs to each of them is there."""

import json
import re

import pytest
from contents import CHAPTERS, PAGES, ROOT, TOC, module_of


def source(page):
    path = ROOT / "book" / f"{page}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"] if path.exists() else []
    return "".join("".join(cell["source"]) + "\n" for cell in cells)


OPENING = source(PAGES[0].removeprefix("book/"))
README = (ROOT / "README.md").read_text("utf-8")
LESSON_PLANS = (ROOT / "book" / "lesson_plans.md").read_text("utf-8")


def lacking(chapter):
    """What a chapter of the table of contents still needs, each in a few words."""
    number, module = int(chapter[:2]), module_of(chapter)
    exercises = f"exercises/{chapter}/{chapter}"
    for what, path in {
        "chapter": f"book/{chapter}.ipynb",
        "module": f"titanic_helpers/{module}.py",
        "unit test": f"tests/test_{module}.py",
        "exercises": f"book/{exercises}.ipynb",
        "answers to the exercises": f"tests/answers/{chapter}.txt",
    }.items():
        if not (ROOT / path).is_file():
            yield f"{what}: {path}"
    entry = {"file": f"book/{exercises}"}
    if entry not in [s for part in TOC["parts"] for c in part["chapters"]
                     for s in c.get("sections", ()) if c["file"] == f"book/{chapter}"]:
        yield f"its exercises below it in _toc.yml: {entry['file']}"
    minutes = re.search(r"\*\*It takes\*\* about (\d+) minutes", source(chapter))
    row = rf"\]\({chapter}\.ipynb\) \| (.*) \| {minutes and minutes[1]} \|"
    question = re.search(row, OPENING)
    if not question:
        yield "a line in the table of the opening page, with its minutes"
    elif f"\n{number}. [{question[1]}](book/{chapter}.ipynb)\n" not in README:
        yield f"its question in README.md, as on the opening page: {question[1]}"
    plan = LESSON_PLANS.partition(f"\n## Chapter {number}: ")[2].partition("\n## ")[0]
    if f"]({exercises}.ipynb)" not in plan:
        yield f"a lesson plan for chapter {number} that links to its exercises"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_is_lacking(chapter):
    missing = list(lacking(chapter))
    assert not missing, "\n".join([f"{chapter} lacks", *missing])


def test_chapters_are_numbered_in_their_order():
    assert [chapter[:2] for chapter in CHAPTERS] == [
        f"{n:02}" for n in range(1, len(CHAPTERS) + 1)]
    assert re.findall(r"\(book/(\d\d_\w+)\.ipynb\)", README) == CHAPTERS


def test_every_source_is_in_the_contents():
    sources = {p.relative_to(ROOT).with_suffix("").as_posix()
               for p in (ROOT / "book").rglob("*")
               if p.suffix in (".ipynb", ".md") and "." not in p.parent.name}
    assert sources == set(PAGES) and len(PAGES) == len(set(PAGES))

"""Which exercise a graded cell belongs to."""

import re
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

HEADING = re.compile(r"^#+ *(Exercise +(?:\d+\.)?(\d+)\b.*?) *$", re.MULTILINE)


class Exercise(NamedTuple):
    """An exercise of a notebook: its place in it, from 1, and its heading."""

    place: int
    title: str


def nbgrader(cell: NotebookNode) -> dict:
    """What nbgrader knows of a cell; a student may have written anything there."""
    known = cell.metadata.get("nbgrader")
    return known if isinstance(known, dict) else {}


def exercises(notebook: NotebookNode) -> dict[str, Exercise]:
    """For each graded cell, by its name, the exercise under whose heading it stands.

    Where no heading says "Exercise 4.2", each graded cell is an exercise of its own.
    """
    found, current = {}, None
    for cell in notebook.cells:
        known = nbgrader(cell)
        if cell.cell_type == "markdown" and not known.get("solution"):
            if heading := HEADING.search(cell.source):
                current = Exercise(int(heading[2]), heading[1])
        elif known.get("grade"):
            place = 1 + max((e.place for e in found.values()), default=0)
            found[known["grade_id"]] = current or Exercise(place, f"Exercise {place}")
    return found


def original(coursedir: object, assignment: str, notebook: str) -> NotebookNode | None:
    """The notebook that an assignment was made from, if it is still there."""
    folder = coursedir.format_path(coursedir.source_directory, ".", assignment)
    path = Path(folder) / f"{notebook}.ipynb"
    return nbformat.read(path, as_version=4) if path.exists() else None

"""A class, as the tests of grading need it: a classroom folder and what is done in it."""

import contextlib
import csv
import functools
import io
import shutil
import warnings

import nbformat
import pytest
from contents import ROOT
from nbgrader import api
from nbgrader.apps import NbGraderApp

# For each new gradebook it starts a program that always says the same.
api.get_alembic_version = functools.cache(api.get_alembic_version)


def points(cells):
    return sum(c.metadata.get("nbgrader", {}).get("points", 0) for c in cells)


class Course:
    """A classroom folder beside the exercises, and what a teacher does in it."""

    def __init__(self, root):
        self.folder = root / "classroom"
        self.folder.mkdir(parents=True)
        shutil.copy(ROOT / "classroom" / "nbgrader_config.py", self.folder)
        shutil.copytree(ROOT / "book" / "exercises", root / "book" / "exercises",
                        ignore=shutil.ignore_patterns(".*"))

    def nbgrader(self, *command, status=0):
        """One of its commands, in this process, where starting it costs nothing."""
        app = NbGraderApp()
        with (contextlib.chdir(self.folder), warnings.catch_warnings(),
              contextlib.redirect_stderr(io.StringIO()) as said,
              pytest.raises(SystemExit) if status else contextlib.nullcontext()):
            warnings.simplefilter("ignore")
            app.initialize(list(command))
            app.subapp.start()
        app.subapp.clear_instance()
        return said.getvalue()

    def source(self, name):
        return nbformat.read(ROOT / "book" / "exercises" / name / f"{name}.ipynb", 4)

    def handed_out(self, name):
        return nbformat.read(self.folder / "release" / name / f"{name}.ipynb", 4)

    def solved(self, name, **answers):
        """What was handed out, with the solutions or other answers written into it."""
        notebook = self.handed_out(name)
        for cell, original in zip(notebook.cells, self.source(name).cells, strict=True):
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = answers.get(cell.id, original.source)
        return notebook

    def hand_in(self, name, student, work):
        path = self.folder / "downloaded" / name / "archive" / f"{student}_{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(work if isinstance(work, str) else nbformat.writes(work), "utf-8")

    def scores(self):
        self.nbgrader("export")
        with (self.folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
            return {(row["assignment"], row["student_id"]):
                    row["score"] and float(row["score"])        # or blank
                    for row in csv.DictReader(file)}

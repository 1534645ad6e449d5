"""A class is graded by nbgrader itself, from its command line and its own settings."""

import copy
import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "book" / "exercises").glob("*/*.ipynb"))
NAME = "04_sigmoid"


def points(cells):
    return sum(c.metadata.get("nbgrader", {}).get("points", 0) for c in cells)


class Course:
    """A classroom folder beside the exercises, and what a teacher does in it."""

    def __init__(self, root):
        self.folder = root / "classroom"
        self.folder.mkdir()
        shutil.copy(ROOT / "classroom" / "nbgrader_config.py", self.folder)
        shutil.copytree(ROOT / "book" / "exercises", root / "book" / "exercises",
                        ignore=shutil.ignore_patterns(".*"))
        shutil.copytree(ROOT / "tools", root / "tools")

    def run(self, *command, status=0):
        tools = Path(sys.executable).parent     # nbgrader calls another one by its name
        path = f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"
        result = subprocess.run([tools / command[0], *command[1:]], cwd=self.folder,
                                capture_output=True, text=True, encoding="utf-8",
                                env=os.environ | {"PYTHONUTF8": "1", "PATH": path})
        said = result.stdout + result.stderr
        assert result.returncode == status, said[-3000:]
        return said

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
        self.run("nbgrader", "export")
        with (self.folder / "grades.csv").open(encoding="utf-8", newline="") as file:
            return {(row["assignment"], row["student_id"]): float(row["score"])
                    for row in csv.DictReader(file)}


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def test_a_class_of_ten(course):
    """Whatever one student hands in, the others get their points."""
    course.run("nbgrader", "generate_assignment", NAME)
    blank, solved = course.handed_out(NAME), course.solved
    no_checks, other_checks = solved(NAME), copy.deepcopy(blank)
    no_checks.cells = [c for c in no_checks.cells if not c.id.startswith("check-")]
    for cell in other_checks.cells:
        if cell.id.startswith("check-"):
            cell.source = "2"
    class_of_ten = {
        "right": solved(NAME),
        "blank": blank,
        "wrong": solved(NAME, my_sigmoid="def my_sigmoid(z):\n    return 1 + np.exp(-z)"),
        "raises": solved(NAME, my_sigmoid="1 / 0",
                         neuron="def neuron(X, w):\n    raise SystemExit"),
        "endless": solved(NAME, my_sigmoid="while True:\n    pass"),
        "deleted": no_checks,
        "overwrote": other_checks,
        "exit": solved(NAME, doubled="import os\nos._exit(1)"),
        "essay": "I could not open the notebook, so here is my answer.",
        "other": '{"cells": 3}',
    }
    for student, work in class_of_ten.items():
        course.hand_in(NAME, student, work)
    course.run("nbgrader", "zip_collect", NAME)
    said = course.run("nbgrader", "autograde", NAME, "--Execute.timeout=15", status=1)
    ungraded = ["essay", "exit", "other"]
    for student in class_of_ten:
        assert (f"for student '{student}'" in said) == (student in ungraded), student

    full = points(blank.cells)
    table = course.folder / f"marks_{NAME}.csv"
    marks = ("python", str(course.folder.parent / "tools" / "marks.py"), NAME)
    assert "5 of 5 answers wait" in course.run(*marks)
    text = table.read_text("utf-8-sig")
    table.write_text(text.replace(",3,,", ",3,3,"), "utf-8-sig")
    assert "5 marks entered, 0 of 5" in course.run(*marks)
    scores = {student: score for (_, student), score in course.scores().items()}
    assert scores == {
        "right": full, "blank": 0, "wrong": full - 2, "raises": full - 4,
        "endless": full - 2, "deleted": full, "overwrote": 0,
        "exit": 0, "essay": 0, "other": 0}

    table.write_text(text.replace(",3,,", ",3,4,", 1), "utf-8-sig")
    assert "expected a number from 0 to 3" in course.run(*marks, status=1)

    course.run("nbgrader", "generate_feedback", NAME)
    page = course.folder / "feedback" / "wrong" / NAME / f"{NAME}.html"
    assert "needs brackets" in page.read_text("utf-8")


def test_right_gets_everything_and_blank_nothing(course):
    names = [source.stem for source in SOURCES]
    assert len(names) == 8
    for name in names:
        course.run("nbgrader", "generate_assignment", name)
        for student, work in [("blank", course.handed_out(name)),
                              ("right", course.solved(name))]:
            path = course.folder / "submitted" / student / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(work, path)
        course.run("nbgrader", "autograde", name)
    scores = course.scores()
    for name in names:
        cells = course.source(name).cells
        by_hand = points(c for c in cells if c.cell_type == "markdown")
        assert scores[name, "blank"] == 0
        assert scores[name, "right"] == points(cells) - by_hand, name

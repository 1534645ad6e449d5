"""A class is graded by nbgrader itself, with its own commands and our settings."""

import copy
import shutil

import marks
import matplotlib.pyplot as plt
import nbformat
import pytest
from conftest import build_book
from contents import EXERCISES, ROOT
from course import Course, points
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute
from test_exercises import run

NAME = "04_sigmoid"
# Patient with a slow machine, but not with the cell that never ends.
WAIT = "\nc.Execute.timeout_func = lambda cell: 1 if 'while True' in cell.source else 60"


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def test_a_class_of_ten(course, monkeypatch, capsys):
    """Whatever one student hands in, the others get their points."""
    course.nbgrader("generate_assignment", NAME)
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
    course.nbgrader("zip_collect", NAME)
    with (course.folder / "nbgrader_config.py").open("a") as settings:
        settings.write(WAIT)
    said = course.nbgrader("autograde", NAME, status=1)
    ungraded = ["essay", "exit", "other"]
    for student in class_of_ten:
        assert (f"for student '{student}'" in said) == (student in ungraded), student

    full = points(blank.cells)
    table = course.folder / f"marks_{NAME}.csv"
    monkeypatch.setattr(marks, "CLASSROOM", course.folder)
    marks.main(NAME)
    assert "5 of 5 answers wait" in capsys.readouterr().out
    text = table.read_text("utf-8-sig")
    table.write_text(text.replace(",3,,", ",3,3,"), "utf-8-sig")
    marks.main(NAME)
    assert "5 marks entered, 0 of 5" in capsys.readouterr().out
    scores = {student: score for (_, student), score in course.scores().items()}
    assert scores == {
        "right": full, "blank": 0, "wrong": full - 2, "raises": full - 4,
        "endless": full - 2, "deleted": full, "overwrote": 0,
        "exit": "", "essay": "", "other": ""}

    table.write_text(text.replace(",3,,", ",3,4,", 1), "utf-8-sig")
    with pytest.raises(SystemExit, match="expected a number from 0 to 3"):
        marks.main(NAME)

    course.nbgrader("generate_feedback", NAME)
    page = course.folder / "feedback" / "wrong" / NAME / f"{NAME}.html"
    assert "needs brackets" in page.read_text("utf-8")


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_right_gets_everything_and_blank_nothing(course, monkeypatch):
    """In every notebook. What is run is run here: a kernel for each takes much longer."""
    def execute(step, notebook, resources):
        source = code(course.source(resources["nbgrader"]["notebook"]))
        solved = [c.source for c in code(notebook)] == [c.source for c in source]
        namespace = {}
        for cell, stored in zip(code(notebook), source, strict=True):
            if solved:          # then these outputs are compared elsewhere
                cell.outputs = stored.outputs
            elif (value := run(cell.source, namespace)) is not None:
                cell.outputs = [new_output("execute_result", {"text/plain": repr(value)})]
        executed.append((resources["nbgrader"]["student"], solved))
        return notebook, resources

    executed = []
    monkeypatch.setattr(Execute, "preprocess", execute)
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    names = [source.stem for source in EXERCISES]
    for name in names:
        course.nbgrader("generate_assignment", name)
        for student, work in [("blank", course.handed_out(name)),
                              ("right", course.solved(name))]:
            path = course.folder / "submitted" / student / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(work, path)
        course.nbgrader("autograde", name)
    assert executed == [("blank", False), ("right", True)] * len(names)
    scores = course.scores()
    for name in names:
        cells = course.source(name).cells
        by_hand = points(c for c in cells if c.cell_type == "markdown")
        assert scores[name, "blank"] == 0
        assert scores[name, "right"] == points(cells) - by_hand, name


@pytest.mark.slow
def test_a_folder_with_an_odd_name(tmp_path):
    """A second download, say; and every character that means something to a pattern."""
    root = tmp_path / "ö [x] & more" / "titanic-main (1) +$^%#"
    for name in ("book", "titanic_helpers"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("_config.yml", "_toc.yml", "README.md", "LICENSE-text.md"):
        shutil.copy(ROOT / name, root)
    built = build_book(root)
    assert built.returncode == 0, built.stderr[-3000:]

    refused, course = (Course(tmp_path / name) for name in ("[x]", "(1) +$^%# ö"))
    with pytest.raises(SystemExit, match=r"cannot work in a folder with \[ in its path"):
        refused.nbgrader("generate_assignment", NAME)
    course.nbgrader("generate_assignment", NAME)
    course.hand_in(NAME, "right", course.solved(NAME))
    for step in ("zip_collect", "autograde", "generate_feedback"):
        course.nbgrader(step, NAME)
    cells = course.source(NAME).cells
    by_hand = points(c for c in cells if c.cell_type == "markdown")
    assert course.scores() == {(NAME, "right"): points(cells) - by_hand}
    assert (course.folder / "feedback" / "right" / NAME / f"{NAME}.html").exists()

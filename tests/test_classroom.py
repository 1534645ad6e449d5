"""A class is graded: by one command, and by nbgrader's own with our settings."""

import csv
import json
import re
import shutil

import grade
import matplotlib.pyplot as plt
import nbformat
import pytest
from conftest import build_book
from contents import EXERCISES, ROOT
from course import Course, points
from grading.confining import Execute
from nbformat.v4 import new_output
from test_exercises import run
from test_repairing import ACCIDENTS, ESSAY

NAME = "04_sigmoid"


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def in_this_process(monkeypatch, course):
    """Run notebooks here: a kernel for each takes much longer. Gives whose were run."""
    def execute(step, notebook, resources):
        source = code(course.source(resources["nbgrader"]["notebook"]))
        solved = [c.source for c in code(notebook)] == [c.source for c in source]
        namespace, ran = {}, code(notebook)
        for n, cell in enumerate(ran):
            if solved:          # then these outputs are compared elsewhere
                cell.outputs = source[n].outputs
                continue
            try:
                value = run(cell.source, namespace)
            except Exception as e:
                cell.outputs = [new_output("error", ename=repr(e))]
            else:
                if value is not None:
                    cell.outputs = [
                        new_output("execute_result", {"text/plain": repr(value)})]
        executed.append((resources["nbgrader"]["student"], solved))
        return notebook, resources

    executed = []
    monkeypatch.setattr(Execute, "preprocess", execute)
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    return executed


def graded(course, capsys):
    """Run the command; the line of each student, and those below."""
    grade.grade(course.folder, NAME)
    out = capsys.readouterr().out
    return dict(re.findall(r"^(\w+)  +(.+)$", out, re.M)), out


def marks_of(course):
    path = course.folder / f"marks_{NAME}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return path, list(csv.DictReader(file))


def fill_in(course, **marks):
    path, rows = marks_of(course)
    for row in rows:
        row["mark"], row["comment"] = marks.get(row["student"], ("", ""))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_a_class_of_ten(course, in_this_process, capsys):
    """Whatever one student hands in, the others get their points."""
    course.nbgrader("generate_assignment", NAME)
    blank, solved = course.handed_out(NAME), course.solved
    split, merged, below = (solved(NAME) for _ in range(3))
    ACCIDENTS["answer split"](split)
    ACCIDENTS["all in one"](merged)
    ACCIDENTS["essay below the stub"](below)
    other_checks = course.handed_out(NAME)
    for cell in other_checks.cells:
        if cell.id.startswith("check-"):
            cell.source = "2"
    class_of_ten = {
        "allen": solved(NAME),
        "blank": blank,
        "wrong": solved(NAME, my_sigmoid="def my_sigmoid(z):\n    return 1 + np.exp(-z)"),
        "raises": solved(NAME, my_sigmoid="1 / 0"),
        "split": split,
        "merged": merged,
        "below": below,
        "overwrote": other_checks,
        "essay": "I could not open the notebook, so here is my answer.",
    }
    for student, work in class_of_ten.items():
        course.hand_in(NAME, student, json.dumps(work) if "cells" in work else work)
    (course.folder / "students.csv").write_text("id\nlater\n" + "\n".join(class_of_ten))
    lines, out = graded(course, capsys)
    right = "10 of 10 points, 1 answer to mark"
    assert lines == {
        "allen": right, "blank": "0 of 13 points",
        "overwrote": "0 of 13 points. repaired: checks put back as they were: "
                     "4.1, 4.2, 4.3, 4.4, 4.5, 4.6",
        "wrong": right.replace("10 ", "8 ", 1), "raises": right.replace("10 ", "8 ", 1),
        "split": f"{right}. repaired: answers joined from several cells: 4.2",
        "merged": f"{right}. repaired: cells that were merged were taken apart; answers "
                  "recognised by what they say: 4.1, 4.2, 4.3, 4.4, 4.5, 4.6, 4.7",
        "below": f"{right}. repaired: answers with text from another cell: 4.7",
        "essay": "NOT GRADED, because it is no notebook", "later": "nothing was handed in"}
    assert len(in_this_process) == 8

    fill_in(course, allen=("3", "Well argued."), below=("1,5", ""))
    del class_of_ten["essay"]
    late = solved(NAME)
    course.hand_in(NAME, "later", late)
    improved = solved(NAME, probability=ESSAY + " And more.")
    course.hand_in(NAME, "below", improved)
    lines, out = graded(course, capsys)
    assert [student for student, _ in in_this_process[8:]] == ["below", "later"]
    assert lines["allen"] == "13 of 13 points"
    assert lines["below"] == right and lines["later"] == right
    assert next(row for row in marks_of(course)[1] if row["student"] == "below")[
        "earlier mark"] == "1.5"
    feedback = {path.parent.parent.name: path.read_text("utf-8")
                for path in course.folder.glob("feedback/*/*/*.html")}
    assert feedback.keys() == {*class_of_ten, "later"}
    assert "Well argued." in feedback["allen"] and "needs brackets" in feedback["wrong"]
    with (course.folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert [rows["wrong"][f"exercise_{n}"] for n in range(1, 8)] == [
        "1.0", "0.0", "2.0", "1.0", "2.0", "2.0", ""]
    assert (rows["allen"]["score"], rows["essay"]["score"]) == ("13.0", "")
    (course.folder / "gradebook.db").unlink()       # lost; the marks are in the table
    assert graded(course, capsys)[0]["allen"] == "13 of 13 points"
    assert not any(word in out for word in ("SQLAlchemy", "checksum", "INFO", "Traceback"))


def test_nothing_to_grade(course, monkeypatch):
    with pytest.raises(SystemExit, match=r"Nothing was handed in\. Put what you got"):
        grade.grade(course.folder, NAME)
    assert (course.folder / "downloaded" / NAME / "archive").is_dir()
    with pytest.raises(SystemExit, match="NAME is one of 01_data, 02_missing_values"):
        grade.main(["4"])
    with pytest.raises(SystemExit, match="NAME is one of 01_data"):
        grade.main([])
    for error, says in [(OSError(28, "No space left", "x"), "Cannot go on: x: No space"),
                        (KeyboardInterrupt(), "goes on from here")]:
        def fail(*_, error=error):
            raise error
        monkeypatch.setattr(grade, "generate", fail)
        monkeypatch.setattr(grade, "CLASSROOM", course.folder)
        with pytest.raises(SystemExit, match=says):
            grade.main([NAME])


def test_right_gets_everything_and_blank_nothing(course, in_this_process):
    """In every notebook."""
    names = [source.stem for source in EXERCISES]
    for name in names:
        course.nbgrader("generate_assignment", name)
        for student, work in [("blank", course.handed_out(name)),
                              ("right", course.solved(name))]:
            path = course.folder / "submitted" / student / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(work, path)
        course.nbgrader("autograde", name)
    assert in_this_process == [("blank", False), ("right", True)] * len(names)
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

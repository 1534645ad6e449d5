"""The exercises: what students get, and that each check knows right from wrong."""

import inspect
import linecache
import re

import make_exercises
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from contents import EXERCISES, ROOT
from exercise_versions import student_version

import titanic_helpers

TABLES = (np.ndarray, pd.DataFrame, pd.Series)


def role(cell):
    return cell.metadata.get("nbgrader", {})


def answers_to(source):
    """The kept answers: exercise, kind (right, wrong, hidden), words of the message."""
    text = (ROOT / "tests" / "answers" / f"{source.stem}.txt").read_text("utf-8")
    for part in re.split(r"^# %% ", text, flags=re.MULTILINE)[1:]:
        head, code = part.split("\n", 1)
        exercise, kind, words = re.fullmatch(
            r"(\w+): (right|wrong|hidden)(?:, says: (.+))?", head).groups()
        yield exercise, kind, words, code


def run(code, namespace):
    """Run a cell as a notebook does; the value of its last line."""
    name = f"<cell {hash(code)}>"       # its own, and its lines are known to tracebacks
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    *body, last = re.split(r"\n(?=\S)", code.strip())
    if last.startswith("grade("):
        exec(compile("\n".join(body), name, "exec"), namespace)
        return eval(last, namespace)
    return exec(compile(code, name, "exec"), namespace)


def own(namespace):
    """The names for one answer: what it changes in place is gone with it."""
    return {name: value.copy() if isinstance(value, TABLES) else value
            for name, value in namespace.items()}


@pytest.fixture(params=EXERCISES, ids=lambda p: p.stem)
def source(request):
    return request.param


def alone(names, given):
    """What a check may build on: this answer, what is imported, and given functions."""
    return {name: value for name, value in names.items()
            if value is not given.get(name) or callable(value) or inspect.ismodule(value)}


def solved(source):
    """Run a notebook; at each check: its cell, the student's, and what was known before.

    The caller may run more answers in the namespace: they come before the later exercises.
    """
    notebook, namespace = nbformat.read(source, as_version=4), {}
    before, scaffold = {}, ""
    students = student_version(notebook)
    for cell, theirs in zip(notebook.cells, students.cells, strict=True):
        if cell.cell_type != "code":
            continue
        if role(cell).get("solution"):
            before, scaffold = own(namespace), theirs.source
        if role(cell).get("grade"):
            yield cell, theirs, before, scaffold, namespace
        value = run(cell.source, namespace)
        assert value is None or value.score == value.points, (cell.id, value.message)


def test_each_check_knows_right_from_wrong(source, monkeypatch):
    """Right answers pass the hidden tests too; a wrong one gets the words meant for it.

    All right ones are then kept, with every name of the notebook that they change: the
    solutions of the later exercises must be right all the same.
    """
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    load = titanic_helpers.load_passengers
    kept = load()               # read once: the checks ask for it hundreds of times
    monkeypatch.setattr(titanic_helpers, "load_passengers",
                        lambda *of: load(*of) if of else kept.copy())
    answers, checked = list(answers_to(source)), set()
    for cell, theirs, before, scaffold, namespace in solved(source):
        exercise = cell.id.removeprefix("check-")
        checked.add(exercise)
        blank = own(before)
        run(scaffold, blank)
        verdict = run(theirs.source, blank)
        assert verdict.score == 0 and "no answer yet" in verdict.message, exercise
        mine = [answer for answer in answers if answer[0] == exercise]
        assert sum(kind == "wrong" for _, kind, *_ in mine) >= 2, exercise
        for _, kind, words, code in mine:
            names = own(before)
            given = dict(names)
            run(scaffold, names)
            run(code, names)
            seen = run(theirs.source, names)
            if kind == "wrong":
                assert seen.score == 0 and words in seen.message, (exercise, seen.message)
                continue
            assert seen.score == seen.points, (exercise, seen.message)
            graded = run(cell.source, alone(names, given))
            assert (graded.score == graded.points) == (kind == "right"), (exercise, code)
            assert kind == "right" or words in graded.message, (exercise, graded.message)
            if kind == "right":
                run(code, namespace)
    assert checked == {exercise for exercise, *_ in answers}


def parts(code, name):
    """The lines between nbgrader's markers of that name."""
    found = re.findall(rf"### BEGIN {name}\n(.*?)\n\s*### END {name}", code, re.DOTALL)
    return [line.strip() for part in found for line in part.splitlines() if line.strip()]


def formulas(lines):
    """What a solution computes: after `return` or `=`, without blanks and comments."""
    found = (re.match(r"(?:return|[\w, \[\]\"]+ =) (.*[(@*/+-].*[^({])$",
                      line.split("  #")[0].strip()) for line in lines)
    return ["".join(one[1].split()) for one in found if one and len(one[1]) > 11]


def test_no_solution_stands_in_a_check(source):
    """A student may unfold it; only a cell that is given may hold a part of the answer."""
    notebook = nbformat.read(source, as_version=4)
    theirs = student_version(notebook)
    checks = ["".join(c.source.split()) for c in theirs.cells if role(c).get("grade")]
    for cell in notebook.cells:
        for formula in formulas(parts(cell.source, "SOLUTION")):
            assert not any(formula in check for check in checks), (cell.id, formula)


def test_students_get_neither_solutions_nor_hidden_tests(source):
    notebook = nbformat.read(source, as_version=4)
    students = student_version(notebook)
    hidden = 0
    for cell, theirs in zip(notebook.cells, students.cells, strict=True):
        assert not theirs.get("outputs")
        assert "### " not in theirs.source
        kept = [line.strip() for line in theirs.source.splitlines()]
        secrets = parts(cell.source, "HIDDEN TESTS")
        hidden += len(secrets) > 0
        assert not set(secrets) & set(kept) or cell.source.count(secrets[0]) > 1
        if role(cell).get("solution"):
            if cell.cell_type == "markdown":
                assert theirs.source == "*Your answer here.*"
                continue
            solution = parts(cell.source, "SOLUTION")
            assert solution and not set(solution) & set(kept), cell.id
            assert "# Your code here" in kept
    assert hidden >= 2


def test_each_exercise_says_its_kind_and_points(source):
    """In the order of the issue: by hand, code, predict, find the fault, find out, open."""
    cells = nbformat.read(source, as_version=4).cells
    text = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    number = int(source.stem[:2])
    titles = re.findall(r"^## Exercise (\d+)\.(\d): \S.*\n\n\*([\w ,]+), (\d) points?\.\*",
                        text, re.MULTILINE)
    assert [(int(a), int(b)) for a, b, *_ in titles] == [
        (number, n + 1) for n in range(len(titles))]
    assert text.count("\n## ") + text.startswith("## ") == len(titles)
    assert 4 <= len(titles) <= 7
    kinds = [kind for *_, kind, _ in titles]
    assert kinds[0] == "By hand" and kinds[-1] == "Open question"
    assert {"Code", "Predict, then run", "Find the fault", "Find out"} <= set(kinds)
    worth = [role(c)["points"] for c in cells if role(c).get("grade")]
    assert [int(points) for *_, points in titles] == worth
    assert f"minutes, {sum(worth)} points." in cells[0].source


def test_no_link_leaves_the_notebook(source):
    """A student may keep it anywhere."""
    assert not re.findall(r"\]\((?!http)", source.read_text("utf-8"))


def test_written_for_students_without_losing_their_work(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_exercises, "FOLDER", tmp_path / "mine")
    make_exercises.main()
    written = sorted((tmp_path / "mine").iterdir())
    assert [p.name for p in written] == [p.name for p in EXERCISES]
    before = {p: p.read_bytes() for p in written}
    written[0].write_text("my work")
    make_exercises.main()
    assert written[0].read_text() == "my work"
    assert f"worked in them: {written[0].name}\n" in capsys.readouterr().out
    assert all(p.read_bytes() == before[p] for p in written[1:])


def test_a_corrected_exercise_replaces_one_that_was_only_opened(
        tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_exercises, "FOLDER", tmp_path)
    make_exercises.main()
    opened, worked, run_through = paths = sorted(tmp_path.iterdir())[:3]
    right = opened.read_text("utf-8")
    older = [nbformat.read(path, as_version=4) for path in paths]
    for notebook in older:
        notebook.cells[0].source += " (with a mistake)"
        notebook.metadata["as_written"] = make_exercises.digest(notebook)
        notebook.metadata.language_info["version"] = "3.13.0"    # what a save may add
    older[1].cells.append(nbformat.v4.new_markdown_cell("My own note."))
    code = next(cell for cell in older[2].cells if cell.cell_type == "code")
    code.outputs = [nbformat.v4.new_output("stream", text="what my code printed")]
    for path, notebook in zip(paths, older, strict=True):
        nbformat.write(notebook, path)
    make_exercises.main()
    assert opened.read_text("utf-8") == right
    assert "My own note." in worked.read_text("utf-8")
    assert "what my code printed" in run_through.read_text("utf-8")
    assert f"worked in them: {worked.name}, {run_through.name}\n" in capsys.readouterr().out


def test_page_folds_solutions_and_offers_the_students_version(site, source):
    name = f"book/exercises/{source.stem}/{source.stem}"
    page = (site / f"{name}.html").read_text("utf-8")
    offered = nbformat.read(site / "_sources" / f"{name}.ipynb", as_version=4)
    assert offered == student_version(nbformat.read(source, as_version=4))
    assert f'href="../../../_sources/{name}.ipynb" download' in page
    folded = "".join(re.findall(r"<details.*?</details>", page, re.DOTALL))
    solutions = len(re.findall(r">Show a solution<", page))
    assert solutions == len(re.findall(r">Show the check<", page)) >= 3
    assert folded.count("Show a solution") == solutions
    assert "HIDDEN TESTS" not in page and "BEGIN SOLUTION" not in page

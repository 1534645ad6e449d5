"""What a class does to a notebook by accident costs nobody a point."""

import copy
import json
import re

import nbformat
import pytest
from contents import EXERCISES
from exercise_versions import student_version
from grading import NotGradedError
from grading.repairing import HandOut, exercise, is_answer, plain, read, repaired, role
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell
from test_exercises import run

SOURCES = {path.stem: nbformat.read(path, 4) for path in EXERCISES}
SOURCE = SOURCES["04_sigmoid"]
HANDED_OUT = student_version(SOURCE)
ANSWERS = {cell.id: cell.source for cell in SOURCE.cells if is_answer(cell)}
ESSAY = ANSWERS["probability"]


def solved(source=SOURCE):
    notebook = student_version(source)
    for cell, original in zip(notebook.cells, source.cells, strict=True):
        if is_answer(cell):
            cell.source = original.source
    return notebook


@pytest.fixture
def notebook():
    return solved()


def at(notebook, name):
    return next(n for n, cell in enumerate(notebook.cells) if cell.id == name)


def cell(notebook, name):
    return notebook.cells[at(notebook, name)]


def split(notebook, name, *words):
    """As JupyterLab does: the parts keep the metadata, and get names of their own."""
    n = at(notebook, name)
    parts = [copy.deepcopy(notebook.cells[n])]
    for word in words:
        head, tail = re.split(rf"\n(?=.*{re.escape(word)})", parts[-1].source, maxsplit=1)
        parts.append(copy.deepcopy(parts[-1]))
        parts[-2].source, parts[-1].source = head, tail
    for k, part in enumerate(parts):
        part.id = f"part-{k}"
    notebook.cells[n:n + 1] = parts


def copied(notebook, name, to=None, source=None):
    """Copy a cell (below another one), and write something else into it."""
    new = copy.deepcopy(cell(notebook, name))
    new.id = "copy"
    if source is not None:
        new.source = source
    notebook.cells.insert(at(notebook, to or name) + 1, new)


def merged(notebook, first, last, kind="code"):
    a, b = at(notebook, first), at(notebook, last)
    text = "\n\n".join(cell.source for cell in notebook.cells[a:b + 1])
    made = copy.deepcopy(notebook.cells[a])
    made.source, made.cell_type = text, kind
    notebook.cells[a:b + 1] = [made]


def without(notebook, *names):
    notebook.cells = [cell for cell in notebook.cells if cell.id not in names]


def bare(notebook, ids=True):
    """As an editor leaves it that knows nothing of metadata, or of names of cells."""
    for n, one in enumerate(notebook.cells):
        one.metadata = nbformat.NotebookNode()
        one.id = one.id if ids else f"new-{n}"


def emptied(notebook, name):
    cell(notebook, name).source = cell(HANDED_OUT, name).source


def moved(notebook, name, to):
    """Write the answer into a new cell below another one; the stub stays."""
    source = cell(notebook, name).source
    kind = new_markdown_cell if name == "probability" else new_code_cell
    emptied(notebook, name)
    notebook.cells.insert(at(notebook, to) + 1, kind(source))


def retyped(notebook, name, kind):
    cell(notebook, name).cell_type = kind


def exchanged(notebook, one, other):
    a, b = cell(notebook, one), cell(notebook, other)
    a.source, b.source = b.source, a.source


def set_source(notebook, name, source):
    cell(notebook, name).source = source


ACCIDENTS = {
    "nothing": lambda n: None,
    "answer split": lambda n: split(n, "my_sigmoid", "return"),
    "answer split in three": lambda n: split(n, "quiet_death", "power =", "return"),
    "check split": lambda n: split(n, "check-neuron", "w = np", "grade("),
    "set-up split": lambda n: split(n, "code-2", "sigmoid ="),
    "essay split": lambda n: split(n, "probability", "What makes"),
    "all split": lambda n: [split(n, name, "E") for name in ["by_hand", "doubled"]],
    "answer copied": lambda n: copied(n, "my_sigmoid"),
    "check copied": lambda n: copied(n, "check-my_sigmoid"),
    "question copied": lambda n: copied(n, "text-7", "check-my_sigmoid"),
    "empty copy above": lambda n: n.cells.insert(
        at(n, "neuron"), copy.deepcopy(cell(HANDED_OUT, "neuron"))),
    "empty copy below": lambda n: copied(
        n, "neuron", source=cell(HANDED_OUT, "neuron").source),
    "broken copy": lambda n: copied(n, "neuron", source="def neuron(X, w)\n    retrun"),
    "check copied and broken": lambda n: copied(n, "check-neuron", source="grade(che"),
    "metadata lost": bare,
    "metadata and names lost": lambda n: bare(n, ids=False),
    "metadata lost, then split": lambda n: (bare(n, False), split(n, "new-7", "return")),
    "lost, with notes between": lambda n: (bare(n, False), n.cells.insert(
        9, new_code_cell("1 / 0")), n.cells.insert(8, new_markdown_cell("My notes"))),
    "answer merged with check": lambda n: merged(n, "my_sigmoid", "check-my_sigmoid"),
    "exercise merged, as text": lambda n: merged(
        n, "text-7", "check-my_sigmoid", "markdown"),
    "all in one": lambda n: merged(n, "text-1", "probability"),
    "all in one, as text": lambda n: merged(n, "text-1", "probability", "markdown"),
    "two exercises merged": lambda n: merged(n, "text-7", "check-neuron"),
    "checks deleted": lambda n: without(n, *(c.id for c in n.cells if "check-" in c.id)),
    "questions deleted": lambda n: without(n, *(c.id for c in n.cells if "text-" in c.id)),
    "set-up deleted": lambda n: without(n, "code-2", "code-4", "code-17"),
    "check changed": lambda n: set_source(
        n, "check-neuron", "grade(lambda: None, points=2)"),
    "set-up changed": lambda n: set_source(n, "code-2", "import nothing_at_all"),
    "answer in the check": lambda n: (emptied(n, "neuron"), set_source(
        n, "check-neuron", ANSWERS["neuron"] + "\n\n" + cell(n, "check-neuron").source)),
    "answer as text": lambda n: retyped(n, "my_sigmoid", "markdown"),
    "answer as raw": lambda n: retyped(n, "my_sigmoid", "raw"),
    "check as text": lambda n: retyped(n, "check-my_sigmoid", "markdown"),
    "answers exchanged": lambda n: exchanged(n, "my_sigmoid", "neuron"),
    "essay as code": lambda n: retyped(n, "probability", "code"),
    "answer below the stub": lambda n: moved(n, "my_sigmoid", "my_sigmoid"),
    "answer below the check": lambda n: moved(n, "my_sigmoid", "check-my_sigmoid"),
    "answer above the question": lambda n: (
        moved(n, "my_sigmoid", "text-7"), n.cells.insert(
            at(n, "text-7") + 1, new_code_cell("plain = 1"))),
    "essay below the stub": lambda n: moved(n, "probability", "probability"),
    "essay above the stub": lambda n: moved(n, "probability", "text-23"),
    "essay in a code cell": lambda n: (
        emptied(n, "probability"), n.cells.append(new_code_cell(ESSAY))),
    "essay in the question": lambda n: (emptied(n, "probability"), set_source(
        n, "text-23", cell(n, "text-23").source + "\n\n" + ESSAY)),
    "turned round": lambda n: n.cells.reverse(),
    "spaces at the ends": lambda n: [
        c.update(source=c.source.replace("\n", "  \n") + "\n\n") for c in n.cells],
    "line ends of Windows": lambda n: [
        c.update(source=c.source.replace("\n", "\r\n")) for c in n.cells],
    "own cells": lambda n: (
        n.cells.insert(0, new_code_cell("%pip install titanic-helpers")),
        n.cells.insert(at(n, "neuron"), new_code_cell("helper = 1\n!ls"))),
    "metadata of an old nbgrader": lambda n: [
        role(c).update(schema_version=1) for c in n.cells],
    "metadata of a madman": lambda n: [c.metadata.update(nbgrader=3) for c in n.cells],
}


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_what_an_accident_leaves(accident, notebook):
    """All answers in their places, all that was handed out around them, all own cells."""
    ACCIDENTS[accident](notebook)
    mended = repaired(read(json.dumps(notebook).encode()), HANDED_OUT)
    theirs = [c for c in mended.cells if not c.id.startswith("own-")]
    for one, original in zip(theirs, HANDED_OUT.cells, strict=True):
        assert (one.id, one.cell_type) == (original.id, original.cell_type)
        assert one.metadata == original.metadata
        if not is_answer(one):
            assert one.source == original.source, one.id
        elif one.cell_type == "markdown":
            assert all(line in one.source for line in ESSAY.split("\n\n"))
        else:
            assert re.sub(r"\n+", "\n", plain(one.source)) == re.sub(
                r"\n+", "\n", ANSWERS[one.id]), one.id
    nbformat.validate(mended)
    assert mended.metadata.grading["look"] == []
    assert bool(mended.metadata.grading["repaired"]) == (accident not in (
        "nothing", "check copied", "question copied", "metadata lost", "set-up split",
        "check copied and broken", "empty copy above", "empty copy below", "answer copied",
        "questions deleted", "set-up deleted", "set-up changed", "check as text",
        "turned round", "own cells",
        "spaces at the ends", "line ends of Windows", "metadata of an old nbgrader",
        "metadata of a madman"))


@pytest.mark.parametrize("name", SOURCES)
def test_every_notebook_from_one_cell(name):
    """Even without a name, and with everything in one cell."""
    notebook = solved(SOURCES[name])
    merged(notebook, notebook.cells[0].id, notebook.cells[-1].id)
    bare(notebook, ids=False)
    handed_out = student_version(SOURCES[name])
    mended = repaired(read(json.dumps(notebook).encode()), handed_out)
    assert [(c.id, plain(c.source)) for c in mended.cells] == [
        (c.id, plain(c.source)) for c in solved(SOURCES[name]).cells]


def test_what_was_not_answered_stays_a_stub(notebook):
    """One exercise deleted with its check; the others' points stay."""
    without(notebook, "text-10", "neuron", "check-neuron")
    mended = repaired(notebook, HANDED_OUT)
    assert [c.id for c in mended.cells] == [c.id for c in HANDED_OUT.cells]
    assert cell(mended, "neuron").source == cell(HANDED_OUT, "neuron").source
    assert mended.metadata.grading["repaired"] == [
        "answers missing: 4.3", "checks put back as they were: 4.3"]


def test_own_cells_stay_where_they_are(notebook):
    notebook.cells.insert(0, new_code_cell("first = 1"))
    notebook.cells.insert(at(notebook, "neuron"), new_markdown_cell("a note"))
    notebook.cells.append(new_code_cell("last = 1"))
    mended = repaired(notebook, HANDED_OUT)
    assert mended.cells[0].source == "first = 1"
    assert mended.cells[at(mended, "neuron") - 1].source == "a note"
    assert mended.cells[-1].source == "last = 1"


def test_two_answers_of_which_the_second_is_no_code(notebook):
    """What ran last is what counts; what cannot run is kept for the teacher to see."""
    copied(notebook, "neuron", source="def neuron(X, w)\n    retrun")
    mended = repaired(notebook, HANDED_OUT)
    assert "retrun" in mended.cells[at(mended, "neuron") + 1].source


def test_a_joined_answer_runs(notebook):
    split(notebook, "my_sigmoid", "return")
    mended = repaired(notebook, HANDED_OUT)
    names = {}
    verdicts = [run(c.source, names) for c in mended.cells[:at(mended, "text-10")]
                if c.cell_type == "code"]
    assert verdicts[-1].score == 2


@pytest.mark.parametrize(("source", "says"), [
    ("def grade(check, points):\n    return points", "4.3 changes `grade`, which"),
    ("from numpy import sum as near", "4.3 changes `near`, which"),
    ("np.log = np.exp", "4.3 changes `np`, which"),
    ("passengers['Age'] = 0", "4.3 changes `passengers`, which"),
    ("titanic_helpers.exercises.grade = None", "4.3 changes `titanic_helpers`, which"),
    ("del predict.__doc__", "4.3 changes `predict`, which"),
])
def test_what_a_teacher_should_look_at(source, says, notebook):
    cell(notebook, "neuron").source += "\n" + source
    assert repaired(notebook, HANDED_OUT).metadata.grading["look"] == [f"{says} checks use"]
    emptied(notebook, "neuron")
    notebook.cells.insert(0, new_code_cell(source))
    assert repaired(notebook, HANDED_OUT).metadata.grading["look"] == [
        says.replace("4.3", "its first cell") + " checks use"]


ENCODED = {
    "a byte order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-32": lambda text: text.encode("utf-32"),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_encodings(encoding, notebook):
    data = ENCODED[encoding](json.dumps(notebook))
    assert repaired(read(data), HANDED_OUT).cells == repaired(notebook, HANDED_OUT).cells


def test_an_old_format_and_what_others_write(notebook):
    old = nbformat.convert(copy.deepcopy(notebook), 3)
    mended = repaired(read(json.dumps(old).encode()), HANDED_OUT)
    assert [plain(c.source) for c in mended.cells if is_answer(c)] == [
        plain(source) for source in ANSWERS.values()]
    colab = json.loads(json.dumps(notebook))
    colab["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    colab["cells"][0]["cell_type"] = "unheard of"
    for one in colab["cells"]:
        one.pop("id")
        one["source"] = one["source"].splitlines(keepends=True)
    mended = repaired(read(json.dumps(colab).encode()), HANDED_OUT)
    assert set(mended.metadata) == {"kernelspec", "language_info", "grading"}


def test_what_is_handed_out_knows_the_address(monkeypatch):
    """Its first cell says what to run where the package is missing, in Colab say."""
    monkeypatch.setenv("BOOK_REPOSITORY", "https://github.com/owner/name")
    path = next(path for path in EXERCISES if path.stem == "04_sigmoid")
    text, _ = HandOut().from_filename(str(path))
    assert "%pip install" in text and "git+https://github.com/owner/name" in text
    downloaded = solved(SOURCE)     # from a place that knew no address
    mended = repaired(downloaded, student_version(exercise(path)))
    assert "git+https" in cell(mended, "code-2").source
    assert cell(mended, "neuron").source == ANSWERS["neuron"]


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "it is empty"), (b"\xef\xbb\xbf \n", "it is empty"),
    (b'{"cells": [{"cell_type"', "it breaks off"),
    (b'{"cells": [\n<<<<<<< HEAD\n1', "it holds two versions that git"),
    (b"<!DOCTYPE html>", "it is a web page"), (b"PK\x03\x04", "it is a zip archive"),
    (b"%PDF-1.7", "it is a PDF"), (b"I could not open it.", "it is no notebook"),
    (b'"\xe9"', "its encoding is not"), (b"3", "it is no notebook"), (b"[]", "it is no"),
    (b'{"cells": 3}', "it is no notebook"), (b'{"nbformat": 4}', "it is no notebook"),
    (b'{"nbformat": 4, "cells": [3]}', "it is no"), (b"[" * 100000, "it is no notebook"),
    (b'{"nbformat": "x", "cells": []}', "it is no"), (b'{"nbformat": 2}', "it is no"),
])
def test_what_cannot_be_read(data, reason):
    with pytest.raises(NotGradedError, match=f"^{reason}"):
        read(data)


def test_another_chapter_s_notebook():
    with pytest.raises(NotGradedError, match="none of its cells is from"):
        repaired(solved(SOURCES["05_mae"]), HANDED_OUT)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_any_shuffle_of_pieces(random):
    """Cells cut at any line, copied and shuffled: no crash, and nothing of ours is lost."""
    notebook = solved()
    for _ in range(random.randint(1, 8)):
        n = random.randrange(len(notebook.cells))
        one = copy.deepcopy(notebook.cells[n])
        lines = one.source.split("\n")
        k = random.randrange(len(lines) + 1)
        notebook.cells[n].source, one.source = "\n".join(lines[:k]), "\n".join(lines[k:])
        one.id = str(random.random())[2:]
        notebook.cells.insert(random.randrange(len(notebook.cells)), one)
    mended = repaired(notebook, HANDED_OUT)
    assert [c.id for c in mended.cells if not c.id.startswith("own-")] == [
        c.id for c in HANDED_OUT.cells]

"""Notebooks are graded in confinement: no answer reaches the class, or another answer."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from contents import ROOT
from course import Course
from grading import NotGradedError, confining
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.utils import determine_grade
from traitlets.config import Config

NAME = "04_sigmoid"
CHECKS = {"by_hand": 1, "my_sigmoid": 2, "neuron": 2, "doubled": 1, "quiet_death": 2,
          "steepest": 2}
QUICK = {"timeout_func": lambda cell: 1 if "while True" in cell.source else 60,
         "patience": 1}
RIGHT = "def my_sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n\n\n"
WAYS = ("bubblewrap", "user", "none")


def solved(**answers):
    """The notebook with its solutions, some of them replaced or (with +) added to."""
    notebook = nbformat.read(ROOT / "book" / "exercises" / NAME / f"{NAME}.ipynb", 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
        new = textwrap.dedent(answers.get(cell.id, "+"))
        cell.source = cell.source + "\n" + new[1:] if new[0] == "+" else new
    return notebook


def execute(notebook, **settings):
    """Run it in confinement; the points of each check, what the teacher is told."""
    preprocessor = confining.Execute(config=Config(Execute=QUICK | settings))
    preprocessor.log.disabled = True
    preprocessor.preprocess(notebook)
    found = {cell.id.removeprefix("check-"): determine_grade(cell)[0]
             for cell in notebook.cells if cell.id.startswith("check-")}
    return found, notebook.metadata["grading"]["look"]


def said(notebook, name):
    """What the student reads under a cell."""
    cell = next(cell for cell in notebook.cells if cell.id == name)
    return " ".join(str(o.get("text") or o.get("evalue") or o.get("data"))
                    for o in cell.outputs)


def nothing_is_left():
    temp = Path(confining.tempfile.gettempdir())
    ours = [p for p in psutil.process_iter(["environ"]) if Path(
        (p.info["environ"] or {}).get("GRADING_FOLDER", "")).is_relative_to(temp)]
    return not ours and not list(temp.glob("grading-*"))


@pytest.fixture(scope="module", autouse=True)
def own_folder(tmp_path_factory):
    """Temporary folders where other users can reach them, apart from those of others."""
    tmp_path_factory.getbasetemp()      # of all tests, and made only once
    before, confining.tempfile.tempdir = confining.tempfile.tempdir, None
    folder = Path(confining.tempfile.mkdtemp(prefix="confining-tests-"))
    folder.chmod(0o755)
    confining.tempfile.tempdir = str(folder)
    yield
    confining.tempfile.tempdir = before
    confining.shutil.rmtree(folder)


@pytest.mark.slow
def test_answers_that_end_the_notebook_take_nothing_from_the_others():
    """An endless one that ignores the signal, one with bare except, and too much memory."""
    notebook = solved(
        by_hand="+quit()",
        my_sigmoid="""\
            import signal
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            while True:
                pass""",
        doubled="""\
            while True:
                try:
                    1 + 1
                except:
                    pass""",
        steepest="""\
            big = []
            for size in range(100):
                big.append("x" * 2**28)""")
    found, look = execute(notebook, memory=3)
    assert found == CHECKS | {"my_sigmoid": 0, "doubled": 0, "steepest": 0}
    assert look[0] == "answer 4.2 never ended and was skipped"
    assert look[-1] == "answer 4.6 asked for more than 3 GiB of memory and was skipped"
    for name in ("my_sigmoid", "doubled"):      # the second may be in no `try` just then
        assert re.search("never ended|took more than", said(notebook, name))
    assert "leave them out" in said(notebook, "by_hand")
    assert nothing_is_left()


@pytest.mark.slow
def test_right_answers_keep_their_points_whatever_they_do_beside():
    """To their own kernel, folder, names, output; and with programs of all sorts."""
    notebook = solved(
        by_hand="""\
            +%pip uninstall -y numpy
            !pip uninstall -y numpy
            !python -m pip uninstall -y numpy
            !ls
            number = 3; grade = 5
            import sys
            sys.stdout = sys.stderr = None
            sys.setrecursionlimit(40)""",
        my_sigmoid="""\
            +import os, shutil, subprocess
            shutil.rmtree(os.getcwd())
            os.close(1); os.close(2)
            subprocess.Popen(["sleep", "1000"])
            subprocess.Popen(["setsid", "env", "-i", "sleep", "1000"])
            get_ipython().kernel.do_shutdown(False)""",
        neuron="""\
            +import warnings
            def neuron(X, w, inner=neuron):
                warnings.warn("careful")
                sys.stderr.write("careful")
                return inner(X, w)
            from numpy import *
            for line in range(100):
                print("x" * 10**6)""",
        doubled='+answer = input("your answer: ")',
        quiet_death="""\
            +breakpoint()
            import matplotlib
            matplotlib.use("TkAgg")""",
        steepest="+%reset -f\nsteepest_z, steepest_slope = 0, 0.25")
    found, look = execute(notebook)
    assert found == CHECKS
    assert look == [
        "answer 4.2 starts another program: sleep 1000",
        "answer 4.2 starts another program: setsid env -i sleep 1000",
        "left programs running, which were ended: sleep, sleep"]
    assert said(notebook, "by_hand").count("Nothing is installed while grading") == 3
    assert len(nbformat.writes(notebook)) < 1_500_000
    assert nothing_is_left()


@pytest.mark.slow
def test_nothing_that_is_printed_or_replaced_is_believed():
    notebook = solved(
        by_hand="def grade(check, points):\n    return points",
        my_sigmoid="""\
            print(2)
            near = np.allclose = lambda *found, **how: True
            import builtins
            builtins.all = lambda found: True
            get_ipython().displayhook(2)
            import ast
            class Out(ast.NodeTransformer):
                def visit_Assert(self, node):
                    return ast.Pass()
            get_ipython().ast_transformers.append(Out())""",
        neuron="""\
            def neuron(X, w):
                get_ipython().displayhook(2)
                grade(lambda: None, points=2)
                return [1]""")
    found, look = execute(notebook)
    assert found == CHECKS | {"by_hand": 0, "my_sigmoid": 0, "neuron": 0}
    assert "the check of 4.1 relies on `grade`, which an answer has replaced" in look
    assert {f"the check of 4.2 relies on `{name}`, which an answer has replaced"
            for name in ("near", "numpy.allclose", "builtins.all")} < set(look)
    assert "Not yet" in said(notebook, "check-my_sigmoid")


def given(source):
    cell = new_code_cell(source)
    cell.metadata.nbgrader = {"grade": False, "grade_id": cell.id, "locked": True,
                              "solution": False, "schema_version": 3, "task": False}
    return cell


def check(source):
    cell = given(source)
    cell.metadata.nbgrader |= {"grade": True, "points": 2}
    return cell


@pytest.mark.slow
def test_overwriting_what_a_check_relies_on_is_told():
    cells = [
        given("import pandas as pd\n"
              "from titanic_helpers.exercises import grade\n"
              "passengers = pd.DataFrame({'Age': [1, 2]})\n"
              "kept = passengers.copy()\n\n\ndef lose(n):\n    return n"),
        new_markdown_cell("## Exercise 2.1: a start"),
        new_code_cell("kept = passengers.copy()"),      # as it was
        check("def check():\n    assert len(kept) == 2\n\n\ngrade(check, points=2)"),
        new_markdown_cell("## Exercise 2.2: ages"),
        new_code_cell("passengers['Age'] = 5\nlose = lambda n: 5"),
        check("def check():\n    assert lose(1) == passengers['Age'][0]\n\n\n"
              "grade(check, points=2)"),
        check("assert lose(1) == 5")]       # a teacher's own, without `grade`
    notebook = nbformat.v4.new_notebook(cells=cells)
    _, look = execute(notebook)
    assert sorted(look) == sorted(
        f"the check of 2.2 relies on `{name}`, which an answer has overwritten"
        for name in ("lose", "passengers"))
    assert [determine_grade(cell)[0] for cell in cells if confining.is_check(cell)
            ] == [2, 2, 2]


@pytest.mark.slow
def test_the_rest_is_run_apart_where_too_much_ends(monkeypatch):
    cells = [given("from titanic_helpers.exercises import grade")]
    crash = ("class Right:\n    def __bool__(self):\n        import ctypes\n"
             "        ctypes.string_at(0)\n\n\nright = Right()")
    for number, answer in enumerate([
            "right = True\nfrom os import _exit\nfrom threading import Timer\n"
            "Timer(60, _exit, (1,)).start()",
            "import os\nos._exit(1)", "import os\nos._exit(1)", "right = True"], 1):
        cells += [new_markdown_cell(f"## Exercise 3.{number}: one"), new_code_cell(answer),
                  check(f"def check():\n    assert right, {number}\n\n\n"
                        "grade(check, points=2)")]
    cells.insert(6, new_code_cell(crash))       # two cells end exercise 3.2: its check,
    cells.insert(9, new_code_cell("import os\nos._exit(1)"))    # and 3.3, before it
    monkeypatch.setattr(confining, "RUNS", 1)
    _, look = execute(nbformat.v4.new_notebook(cells=cells))
    assert [determine_grade(cell)[0] for cell in cells if confining.is_check(cell)
            ] == [2, 0, 0, 2]
    assert look == ["a cell of 3.2 ended the whole notebook and was skipped",
                    "the check of 3.2 ended the whole notebook and was skipped",
                    "a cell of 3.3 ended the whole notebook and was skipped"]
    assert nothing_is_left()


THIEF = """\
    +import ctypes, os, sqlite3, subprocess
    def attempt(act):
        try:
            act()
        except (OSError, sqlite3.Error) as error:
            print(type(error).__name__)
    attempt(lambda: sqlite3.connect({book!r}).execute("update grade set auto_score = 9"))
    attempt(lambda: open({neighbour!r}).read())
    attempt(lambda: open({neighbour!r}, "w"))
    attempt(lambda: os.remove({book!r}))
    ctypes.CDLL(None).unlink({neighbour!r}.encode())
    subprocess.run(["sh", "-c", "echo thief > {book}; echo thief > {new}"])
    subprocess.Popen(["setsid", "sleep", "1000"])
    """


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_the_class_is_out_of_reach(way, tmp_path_factory):
    """Of the one who tries; and the next one's notebook knows nothing of it."""
    try:
        confining.confinement(way)
    except NotGradedError as refused:
        pytest.skip(str(refused))
    course = Course(Path(confining.tempfile.mkdtemp()))
    for folder in (course.folder.parent, course.folder):
        folder.chmod(0o755)     # a teacher may have left it open
    course.nbgrader("generate_assignment", NAME)
    neighbour = course.folder / "submitted" / "allen" / NAME / f"{NAME}.ipynb"
    book = course.folder / "gradebook.db"
    for student, plus in [("allen", "+"), ("zzz", THIEF.format(
            book=str(book), neighbour=str(neighbour), new=course.folder / "new"))]:
        path = course.folder / "submitted" / student / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(solved(my_sigmoid=plus), path)
    (path.parent / "notes.txt").write_text("beside")
    with (course.folder / "nbgrader_config.py").open("a") as settings:
        settings.write(f"\nc.Execute.way = {way!r}\n")
    before = neighbour.read_bytes()
    course.nbgrader("autograde", NAME)

    assert neighbour.read_bytes() == before
    assert not (course.folder / "new").exists()
    assert oct(course.folder.stat().st_mode)[-3:] == "755"
    with sqlite3.connect(book) as db:
        assert {row[0] for row in db.execute("select auto_score from grade")} <= {
            None, 0, 1, 2}
    assert course.scores() == dict.fromkeys(
        [(NAME, "allen"), (NAME, "zzz")], sum(CHECKS.values()))
    graded = nbformat.read(course.folder / "autograded" / "zzz" / NAME / f"{NAME}.ipynb",
                           4)
    look = "; ".join(graded.metadata["grading"]["look"])
    assert f"answer 4.2 tried to read {book}" in look
    assert f"answer 4.2 tried to change {neighbour}" in look
    assert "left programs running" in look
    assert nothing_is_left()


@pytest.mark.slow
def test_stopping_the_command_leaves_nothing():
    code = ("import signal, sys; sys.path[:0] = ['tools', 'tests'];"
            "import test_confining as t;"   # a job in the background ignores the signal
            "signal.signal(signal.SIGINT, signal.default_int_handler);"
            f"t.confining.tempfile.tempdir = {confining.tempfile.tempdir!r};"
            "t.execute(t.solved(by_hand='while True: pass'), timeout_func=lambda cell: 60)")
    run = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT,
                           stderr=subprocess.PIPE, text=True)
    while nothing_is_left():
        assert run.poll() is None, run.stderr.read()
        time.sleep(0.1)
    time.sleep(3)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=40)         # the cell itself would have gone on
    assert run.returncode not in (0, None)
    assert nothing_is_left()


def test_what_a_teacher_reads_names_the_exercise():
    notebook = solved()
    notebook.cells.insert(3, new_code_cell("1"))
    named = dict(zip((cell.id for cell in notebook.cells),
                     confining.labels(notebook.cells), strict=True))
    assert named["my_sigmoid"] == "answer 4.2"
    assert named["check-steepest"] == "the check of 4.6"
    assert named[notebook.cells[3].id] == "a cell of 4.1"
    assert named["code-2"] == "a cell of the first part"


def test_the_class_is_put_back_as_it_was(tmp_path):
    """Where nothing can confine a notebook: changed, removed and new files; rights."""
    kept, gone, same = (tmp_path / name for name in ("a/kept", "b/gone", "same"))
    for path in (kept, gone, same):
        path.parent.mkdir(exist_ok=True)
        path.write_text(path.name)
    kept.chmod(0o440)
    before = confining.contents([tmp_path], {})
    assert confining.put_back([tmp_path], before) == []
    stat = kept.stat()
    kept.unlink()
    kept.write_text("tpek")     # as long, and as old
    os.utime(kept, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    confining.shutil.rmtree(gone.parent)
    (tmp_path / "new").write_text("new")
    assert confining.put_back([tmp_path], before) == [kept, gone, tmp_path / "new"]
    now = {p: p.read_text() for p in tmp_path.rglob("*") if p.is_file()}
    aside = {now.pop(p) for p in [*now] if confining.ASIDE in p.parts}
    assert now == {kept: "kept", gone: "gone", same: "same"}
    assert aside == {"new", "tpek"}     # a teacher may have saved them
    assert oct(kept.stat().st_mode)[-3:] == "440"


def test_installers_are_known_and_other_programs_are_not():
    from grading import kernel
    for line in ("pip install x", "pip3.11 install", "/usr/bin/pip uninstall -y x",
                 "python -m pip install", "python3 -m pip list", "uv pip install x",
                 " conda install"):
        assert re.match(kernel.INSTALLERS, line), line
    for line in ("ls", "pipe", "uvx", "python -c 1", "echo pip"):
        assert not re.match(kernel.INSTALLERS, line), line
    assert kernel.names_read("a = b\nb = a + c") == {"c"}

"""What stands under an answer: points, and a sentence that helps."""

import linecache
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from titanic_helpers import exercises
from titanic_helpers.exercises import Verdict, answered, grade


def cell(code, name="cell.py"):
    """Run code as a notebook does: from no file, with its lines known to tracebacks."""
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    namespace = {}
    exec(compile(code, name, "exec"), namespace)
    return namespace["check"]


def test_right_and_wrong():
    right = grade(lambda: None, points=2.0)
    assert (right.score, right.message) == (2, "2 of 2 points.")
    assert right._repr_markdown_() == "**Right.** 2 of 2 points."

    wrong = grade(cell("def check():\n    assert 1 > 2, 'Turn it round.'"), points=2.0)
    assert (wrong.score, wrong.points) == (0, 2)
    assert wrong._repr_markdown_() == "**Not yet.** Turn it round."
    assert Verdict(1, 2, "Half of it.")._repr_markdown_() == "**Not yet.** Half of it."


@pytest.mark.parametrize(("score", "text"), [(2.0, "2"), (0, "0"), (0.5, "0.5")])
def test_plain_text_is_the_number_that_nbgrader_reads(score, text):
    assert repr(Verdict(score, 2, "")) == text


@pytest.mark.parametrize("nothing", [None, ...])
def test_no_answer_yet(nothing):
    verdict = grade(lambda: answered(nothing), points=1)
    assert verdict.score == 0 and verdict.message.startswith("There is no answer yet.")
    assert answered(0) == 0


NESTED = """\
import json
def inner(text):
    return json.loads(text)
def outer(text):
    return inner(text) + 1
def check():
    outer("{")
"""


@pytest.mark.parametrize(("code", "message"), [
    ("def check():\n    1 / 0",
     "Your code stopped with `ZeroDivisionError: division by zero`, in the line `1 / 0`."),
    (NESTED,        # not the check's line, nor the library's
     "Your code stopped with `JSONDecodeError: Expecting property name enclosed in double "
     "quotes: line 1 column 2 (char 1)`, in the line `return json.loads(text)`."),
    ("def check():\n    raise ValueError('two\\n   lines')",
     "Your code stopped with `ValueError: two lines`, in the line "
     "`raise ValueError('two\\n   lines')`."),
    ("def check():\n    assert 1 > 2",
     "Your code stopped with `AssertionError`, in the line `assert 1 > 2`."),
    ("def check():\n    raise SystemExit(3)",
     "Your code stopped with `SystemExit: 3`, in the line `raise SystemExit(3)`."),
    ("def check():\n    passengers",
     "`passengers` is not known: is it spelled so, was its cell run?"),
])
def test_an_answer_that_stops(code, message):
    verdict = grade(cell(code), points=1)
    assert (verdict.score, verdict.message) == (0, message)


def test_an_answer_that_stops_in_a_line_that_nobody_knows():
    expected = "Your code stopped with `KeyError: 'Age'`."
    in_a_file = grade(lambda: {}["Age"], points=1)
    assert (in_a_file.score, in_a_file.message) == (0, expected)
    namespace = {}
    exec("def check():\n    {}['Age']", namespace)
    assert grade(namespace["check"], points=1).message == expected


def test_the_error_output_stays_empty(capsys):
    def check():
        warnings.warn("careful", stacklevel=1)
        print("usage: ...", file=sys.stderr)
        print("seen")
    assert grade(check, points=1).score == 1
    assert capsys.readouterr() == ("seen\n", "")


WRONG = """
from exercises import grade
def check():
    assert 1 > 2, "Turn it round."
print("score", grade(check, points=2))
"""


@pytest.mark.parametrize(("option", "variable"), [("-O", ""), ("-B", "1")])
def test_where_python_skips_assert_nothing_is_right(option, variable):
    result = subprocess.run(
        [sys.executable, option, "-c", WRONG], capture_output=True, text=True,
        cwd=Path(exercises.__file__).parent,        # without pandas, for which it is slow
        env=os.environ | {"PYTHONOPTIMIZE": variable})
    assert "score" not in result.stdout and result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        "RuntimeError: No answer can be checked here, because Python was started with "
        "-O or PYTHONOPTIMIZE, which skips every check. Start it without, and run this "
        "again.")

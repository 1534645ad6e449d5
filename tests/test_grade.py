"""What stands under an answer: points, and a sentence that helps."""

import linecache
import os
import subprocess
import sys
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from titanic_helpers import exercises
from titanic_helpers.exercises import (
    Verdict,
    answered,
    grade,
    letter,
    near,
    number,
    numbers,
)


def cell(code, name="cell.py", namespace=None):
    """Run code as a notebook does: from no file, with its lines known to tracebacks."""
    linecache.cache[name] = (len(code), None, code.splitlines(True), name)
    namespace = {} if namespace is None else namespace
    exec(compile(code, name, "exec"), namespace)
    return namespace.get("check")


def after(code, check="def check():\n    f()"):
    """The check of one cell, where the student's code stands in another."""
    namespace = {}
    cell(code, "student.py", namespace)
    return cell(check, "check.py", namespace)


def test_strict_settings_of_numpy_do_not_reach_a_check():
    def check():
        assert np.log(0.0) == -np.inf and np.exp(-1000.0) == 0

    with np.errstate(all="raise"):
        assert grade(check, points=1).score == 1


def test_names_that_an_import_overwrote():
    """The check keeps Python's own; an answer that relies on the others does as well."""
    check = cell("""from numpy import all, max, round
def answer():
    return max([[1, 2], [3, 0]], axis=0).tolist()
def check(least=2):
    assert max(1, least) == 2 and round(1.5) == 2 and type(round(1.5)) is int
    assert answer() == [3, 2]
    assert all(x > 5 for x in answer()), "Too small."
""")
    assert grade(check, points=1).message == "Too small."


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


@pytest.mark.parametrize(("value", "name", "message"), [
    (..., "men_rate", "There is no answer yet for `men_rate`."),
    (None, "men_rate", "There is no answer yet for `men_rate`."),
    (None, "mean_age()", "There is no answer yet for `mean_age()`. (A function needs a "
                         "`return` to give one.)"),
])
def test_which_answer_is_missing(value, name, message):
    for ask in (answered, number, letter, lambda v, n: numbers(v, n, (2,))):
        assert grade(lambda ask=ask: ask(value, name), points=1).message == message


@pytest.mark.parametrize("value", [
    0.727, np.float64(0.727), np.float32(0.727), np.array([0.727]), np.array(0.727),
    pd.Series([0.727]), Fraction(727, 1000), 0.7275,
    " 0.727"])
def test_a_number_is_a_number_in_any_dress(value):
    found = number(value, "rate", right=0.72747, digits=3, share=True)
    assert type(found) is float and near(found, 0.7275, digits=3)


@pytest.mark.parametrize(("value", "words"), [
    (0.73, "`rate` is rounded too far; give 3 decimals."),
    (0.7, "`rate` is rounded too far"),
    (0.72, "`rate` is rounded too far"),        # cut off
    (72.7, "`rate` is 72.7, but a share lies between 0 and 1 (50% is 0.5)."),
    (-0.7, "but a share lies between"),
    (np.nan, "`rate` is nan, which is not a number."),
    ("72.7%", "`rate` is text, '72.7%'. Write a number: no quotes, and no comma or percent "
              "sign in it."),
    ("1,713,481", "is text, '1,713,481'. Write a number"),
    ("nan", "`rate` is nan, which is not a number."),
    ((0, 727), "`rate` is a tuple of 2. Write one number, with a point before the "
               "decimals: 0.5, not 0,5."),
    ([0.727], "`rate` is a list of 1. One number is wanted."),
    (pd.Series([1, 2]), "`rate` is a Series of shape (2,). One number is wanted."),
    (pd.DataFrame({"a": [1, 2]}), "`rate` is a DataFrame of shape (2, 1)."),
    (np.ones((2, 2)), "`rate` is an array of shape (2, 2)."),
    ([1, [2, 3]], "`rate` is a list of 2."),
    (True, "`rate` is True. A number is wanted."),
    (np.bool_(False), "`rate` is False. A number is wanted."),
    (len, "One number is wanted."), ({}, "`rate` is a dict of 0."), (2j, "`rate` is 2j."),
])
def test_what_is_no_such_number(value, words):
    with pytest.raises(AssertionError) as error:
        number(value, "rate", right=0.72747, digits=3, share=True)
    assert words in str(error.value)


def test_digits():
    """Rounded is only what the right number becomes by rounding."""
    for found, right in [(-0.0356, -0.035612), (30, 29.881), (29.88, 29.881),
                         (0.33, 1 / 3)]:
        with pytest.raises(AssertionError, match=r"`f\(\)` is rounded; keep all digits"):
            number(found, "f()", right)
    for found in (0.31, 0.0, 1.0, 0.334, 1 / 3, 0.33333333):
        assert number(found, "f()", 1 / 3) == found
    with pytest.raises(AssertionError, match="is rounded"):
        numbers([0.33, 0.67], "f()", (2,), right=[1 / 3, 2 / 3])
    for found in ([0.33, 0.66667], [0, 0], [1 / 3, 2 / 3]):
        assert numbers(found, "f()", (2,), right=[1 / 3, 2 / 3]).tolist() == found
    assert near([1, np.nan], [1 + 1e-9, np.nan]) and not near(1.001, 1)


@pytest.mark.parametrize("value", [
    [[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), ((1, 2), (3, 4)),
    pd.DataFrame([[1, 2], [3, 4]]), np.array([[1, 2], [3, 4]], dtype=object)])
def test_numbers_come_as_lists_or_tables(value):
    found = numbers(value, "f()", (2, 2))
    assert found.dtype == float and found.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(("value", "kind"), [
    ((1, 2), "a tuple of 2"), (np.eye(3), "an array of shape (3, 3)"),
    (pd.Series([1, 2]), "a Series of shape (2,)"), (1.5, "1.5"), ("a b", "text, 'a b'"),
    ({"a": 1}, "a dict of 1"), ((x for x in [1]), "a generator")])
def test_what_are_no_such_numbers(value, kind):
    with pytest.raises(AssertionError) as error:
        numbers(value, "f()", (2, 2))
    assert str(error.value) == (
        f"`f()` returned {kind}. Numbers of shape (2, 2) are wanted.")


@pytest.mark.parametrize("value", [
    [[1, 2], [3]], [[1, None], [3, 4]], [["1", "2"], ["3", "4"]], [..., ...]])
def test_what_are_not_all_numbers(value):
    with pytest.raises(AssertionError) as error:
        numbers(value, "f()", (2, 2))
    assert str(error.value) == ("`f()` returned a list of 2. Numbers of shape (2, 2) are "
                                "wanted. (Not all in it are numbers.)")


def test_one_letter_however_it_is_written():
    for value in ("c", "C", "c.", "c)", "(c)", " c ", "'c'", "c:", np.str_("C")):
        assert letter(value, "choice") == "c"
    for value in ("", "cd", "e", 3, ["c"], "all"):
        with pytest.raises(AssertionError, match="Answer with one letter"):
            letter(value, "choice")
    assert letter("e", "choice", "abcde") == "e"


NESTED = """\
import json
def inner(text):
    return json.loads(text)
def f():
    return inner("{") + 1
"""


@pytest.mark.parametrize(("code", "message"), [
    ("def f():\n    1 / 0",
     "Your code stopped with `ZeroDivisionError: division by zero`, in the line `1 / 0`."),
    (NESTED,        # not the check's line, nor the library's
     "Your code stopped with `JSONDecodeError: Expecting property name enclosed in double "
     "quotes: line 1 column 2 (char 1)`, in the line `return json.loads(text)`."),
    ("def f():\n    raise ValueError('two\\n   lines')",
     "Your code stopped with `ValueError: two lines`, in the line "
     "`raise ValueError('two\\n   lines')`."),
    ("def f():\n    assert 1 > 2",
     "Your code stopped with `AssertionError`, in the line `assert 1 > 2`."),
    ("def f():\n    assert 1 > 2, 'No.'",
     "Your code stopped with `AssertionError: No.`, in the line `assert 1 > 2, 'No.'`."),
    ("def f():\n    raise SystemExit(3)",
     "Your code stopped with `SystemExit: 3`, in the line `raise SystemExit(3)`."),
    ("def f():\n    meen(1)",
     "Your code stopped with `NameError: name 'meen' is not defined`, in the line "
     "`meen(1)`."),
    ("g = 1", "`f` is not known. Run the cell that makes it; it may have stopped before, "
     "or spell the name in another way."),
])
def test_an_answer_that_stops(code, message):
    verdict = grade(after(code), points=1)
    assert (verdict.score, verdict.message) == (0, message)


@pytest.mark.parametrize(("line", "error"), [
    ("float(f())", "TypeError: float() argument must be a string or a real number, "
                   "not 'list'"),
    ("f()['Age']", "TypeError: list indices must be integers or slices, not str"),
    ("import json; json.loads(f()[0])", "JSONDecodeError: Expecting value: line 1 column 1 "
                                        "(char 0)"),
    ("assert f() == 1", "AssertionError"),
])
def test_no_line_of_a_check_is_shown(line, error):
    check = after("def f():\n    return ['', 'x']", f"def check():\n    {line}")
    assert grade(check, points=1).message == (
        f"Your answer could not be compared with what was expected: `{error}`.")


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

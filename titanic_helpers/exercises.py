"""What stands under an exercise: a check is run, and says "Right" or "Not yet" and why."""

import builtins
import contextlib
import io
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Number
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

# what star imports put in the place of Python's own, those of NumPy above all
OVERWRITTEN = ("abs", "all", "any", "divmod", "max", "min", "pow", "round", "sum")


class NotAnswered(Exception):
    """There is nothing to check yet."""


@dataclass
class Verdict:
    """The points reached; a notebook shows it as a sentence.

    Parameters
    ----------
    score, points : float
        The points reached, and all that there are.
    message : str
        What to tell the student.
    """

    score: float
    points: float
    message: str

    def __repr__(self) -> str:
        """Write the number alone, which is how nbgrader reads a score."""
        return f"{self.score:g}"

    def _repr_markdown_(self) -> str:
        verdict = "Right." if self.score == self.points else "Not yet."
        return f"**{verdict}** {self.message}"


def answered(value: Any, name: str = "") -> Any:
    """Hand an answer on; None and ``...`` are not one yet.

    Parameters
    ----------
    value : object
        What the student wrote, or what a function of theirs returned.
    name : str
        What the student calls it: ``"men_rate"``, or ``"mean_age()"`` for what a function
        returned.

    Returns
    -------
    object
        The same.

    Raises
    ------
    NotAnswered
        Nothing was written, or a function returns nothing.
    """
    if value is ... or value is None:
        raise NotAnswered(name)
    return value


def number(
    value: Any,
    name: str,
    right: float | None = None,
    digits: int | None = None,
    share: bool = False,
) -> float:
    """Hand on an answer that must be one number; say it if it is none.

    Parameters
    ----------
    value, name : object, str
        As for `answered`.
    right : float, optional
        The right number; if the answer is that number with too few digits, this is said.
    digits : int, optional
        How many decimals were asked for; all digits, if left out.
    share : bool
        Whether it must lie between 0 and 1.

    Returns
    -------
    float
        The number, right or wrong.

    Raises
    ------
    NotAnswered, AssertionError
        There is no answer, or it is not such a number.

    Examples
    --------
    >>> def check():
    ...     number(72.7, "women_rate", share=True)
    >>> grade(check, points=1).message
    '`women_rate` is 72.7, but a share lies between 0 and 1 (50% is 0.5).'
    """
    what = f"{_said(answered(value, name), name)}."
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise AssertionError(
                f"{what} Write a number: no quotes, and no comma or percent sign in it."
            ) from None
    assert not isinstance(value, tuple) or name.endswith(")"), (
        f"{what} Write one number, with a point before the decimals: 0.5, not 0,5.")
    found = _as_numbers(value)
    assert found is not None and found.size == 1 and not isinstance(value, list), (
        f"{what} One number is wanted.")
    assert found.dtype != bool, f"{what} A number is wanted."
    found = float(found.item())
    assert np.isfinite(found), f"`{name}` {_verb(name)} {found}, which is not a number."
    assert not share or 0 <= found <= 1, (
        f"`{name}` {_verb(name)} {found:g}, but a share lies between 0 and 1 (50% is 0.5).")
    _keeps_digits(found, name, right, digits)
    return found


def numbers(
    value: Any, name: str, shape: tuple[int, ...], right: Any = None
) -> np.ndarray:
    """Hand on an answer that must be numbers in a certain shape; say it if it is not.

    Parameters
    ----------
    value, name : object, str
        As for `answered`. Lists and tables are as good as arrays.
    shape : tuple of int
        The shape that is wanted; nan is let through.
    right : array_like, optional
        The right numbers; if the answer is these with too few digits, this is said.

    Returns
    -------
    numpy.ndarray
        The numbers as floats, right or wrong.

    Raises
    ------
    NotAnswered, AssertionError
        There is no answer, or it is of another shape, or not of numbers.
    """
    found = _as_numbers(answered(value, name))
    several = isinstance(value, list) or hasattr(value, "shape")
    hint = " (Not all in it are numbers.)" if found is None and several else ""
    assert found is not None and found.shape == shape, (
        f"{_said(value, name)}. Numbers of shape {shape} are wanted.{hint}")
    _keeps_digits(found, name, right, None)
    return found.astype(float)


def letter(value: Any, name: str, letters: str = "abcd") -> str:
    """Hand on the choice of one letter, however it is written: c, "C", "c." or "(c)".

    Parameters
    ----------
    value, name : object, str
        As for `answered`.
    letters : str
        What there is to choose from.

    Returns
    -------
    str
        The letter, small.

    Raises
    ------
    NotAnswered, AssertionError
        There is no answer, or it is not one of these letters.

    Examples
    --------
    >>> letter(" (C) ", "doubled")
    'c'
    """
    chosen = str(answered(value, name)).strip(" .:()\"'").lower()
    assert len(chosen) == 1 and chosen in letters, (
        f"{_said(value, name)}. Answer with one letter, such as \"a\".")
    return chosen


def near(found: Any, right: Any, digits: int | None = None) -> bool:
    """Tell whether numbers agree.

    Parameters
    ----------
    found, right : array_like
        What is compared; nan agrees with nan.
    digits : int, optional
        How many decimals are compared; all digits, if left out.

    Returns
    -------
    bool
        True if they all agree.
    """
    close = {"rtol": 1e-6, "atol": 1e-9}
    if digits is not None:
        close = {"rtol": 0, "atol": 0.6 * 10.0**-digits}
    return bool(np.allclose(found, right, **close, equal_nan=True))


def _keeps_digits(found: Any, name: str, right: Any, digits: int | None) -> None:
    """Complain if this is the right answer, rounded or cut off too early."""
    if right is None or near(found, right, digits) or not np.any(found):
        return
    for decimals in range(0 if np.min(np.abs(right)) >= 1 else 1, digits or 7):
        cut = np.trunc(np.multiply(right, 10**decimals)) / 10**decimals
        assert not any(near(found, few) for few in (np.round(right, decimals), cut)), (
            f"`{name}` is rounded; keep all digits." if digits is None else
            f"`{name}` is rounded too far; give {digits} decimal{'s' * (digits > 1)}.")


def _as_numbers(value: Any) -> np.ndarray | None:
    """Make an array of a value, if all in it are numbers."""
    try:
        found = np.asarray(value)
    except Exception:       # lists of unequal length, or an object that is no sequence
        return None
    if found.dtype == object and all(isinstance(x, Number) for x in found.flat):
        found = found.astype(float)
    return found if found.dtype.kind in "biuf" else None


def _verb(name: str) -> str:
    return "returned" if name.endswith(")") else "is"


def _said(value: Any, name: str) -> str:
    """Say what an answer is: `men_rate` is a list of 3."""
    kind = type(value).__name__.replace("ndarray", "array")
    kind = f"an {kind}" if kind[0] in "aeio" else f"a {kind}"
    if isinstance(value, str):
        kind = f"text, {value[:40]!r}"
    elif getattr(value, "shape", ()):
        kind += f" of shape {value.shape}"
    elif isinstance(value, list | tuple | dict | set):
        kind += f" of {len(value)}"
    elif isinstance(value, Number | np.generic):
        kind = str(value)
    return f"`{name}` {_verb(name)} {kind}"


def grade(check: Callable[[], None], points: float) -> Verdict:
    """Run a check; give all points if it returns, none if anything goes wrong in it.

    Parameters
    ----------
    check : callable
        It calls what the student wrote and asserts, each time with a message, what must
        hold. Whatever it raises is told in a sentence, without a traceback; warnings,
        and what is written to the error output, are not shown.
    points : float
        What a right answer is worth.

    Returns
    -------
    Verdict
        All points or none, and what to tell the student.

    Raises
    ------
    RuntimeError
        Python was started so that it skips every ``assert``: nothing can be checked.

    Examples
    --------
    >>> def check():
    ...     assert 1 + 1 == 3, "Add again."
    >>> grade(check, points=2)
    0
    >>> grade(check, points=2).message
    'Add again.'
    """
    if not __debug__:
        raise RuntimeError(
            "No answer can be checked here, because Python was started with -O or "
            "PYTHONOPTIMIZE, which skips every check. Start it without, and run this again."
        )
    try:
        with (warnings.catch_warnings(), np.errstate(all="ignore"),
              contextlib.redirect_stderr(io.StringIO())):
            warnings.simplefilter("ignore")
            _as_it_was_meant(check)()
    except (Exception, SystemExit) as e:
        return Verdict(0, points, _explained(e, _students_line(e, check)))
    return Verdict(points, points, f"{points:g} of {points:g} points.")


def _as_it_was_meant(check: Callable[[], None]) -> Callable[[], None]:
    """Give a check Python's own functions; what it calls keeps the student's."""
    own = {name: getattr(builtins, name) for name in OVERWRITTEN}
    names = getattr(check, "__globals__", {})
    if all(names.get(name, function) is function for name, function in own.items()):
        return check
    return FunctionType(check.__code__, names | own, check.__name__, check.__defaults__,
                        check.__closure__)


def _students_line(error: BaseException, check: Callable[[], None]) -> str | None:
    """Find the innermost line of a notebook's cell, other than the check's."""
    code = getattr(check, "__code__", None)
    lines = [frame.line for frame in traceback.extract_tb(error.__traceback__)
             if frame.line and not Path(frame.filename).exists()
             and frame.filename != (code and code.co_filename)]
    return lines[-1] if lines else None


def _explained(error: BaseException, line: str | None) -> str:
    """Say what went wrong; only a line of the student's own is quoted."""
    text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    if isinstance(error, NotAnswered):
        name = str(error)
        which = f" for `{name}`" if name else ""
        hint = "" if name and not name.endswith(")") else (
            " (A function needs a `return` to give one.)")
        return f"There is no answer yet{which}.{hint}"
    if line:
        return f"Your code stopped with `{text}`, in the line `{line}`."
    if isinstance(error, AssertionError) and str(error):
        return str(error)
    if type(error) is NameError:
        return (f"`{error.name}` is not known. Run the cell that makes it; it may have "
                "stopped before, or spell the name in another way.")
    return f"Your answer could not be compared with what was expected: `{text}`."

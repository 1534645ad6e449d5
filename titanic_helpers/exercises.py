"""What stands under an exercise: a check is run, and says "Right" or "Not yet" and why."""

import contextlib
import io
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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


def answered(value: Any) -> Any:
    """Hand an answer on; None and ``...`` are not one yet.

    Parameters
    ----------
    value : object
        What the student wrote, or what a function of theirs returned.

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
        raise NotAnswered
    return value


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
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            check()
    except NotAnswered:
        message = "There is no answer yet. (A function needs a `return` to give one.)"
    except AssertionError as e:
        message = str(e) or _stopped(e)
    except (Exception, SystemExit) as e:
        message = _stopped(e)
        if type(e) is NameError:
            message = f"`{e.name}` is not known: is it spelled so, was its cell run?"
    else:
        return Verdict(points, points, f"{points:g} of {points:g} points.")
    return Verdict(0, points, message)


def _stopped(error: BaseException) -> str:
    """Name the error and the innermost line that was written in a notebook's cell."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.line for frame in frames if not Path(frame.filename).exists()]
    where = f", in the line `{lines[-1]}`" if lines and lines[-1] else ""
    text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    return f"Your code stopped with `{text}`{where}."

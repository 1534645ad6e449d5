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


@dataclass(frozen=True)
class Verdict:
    """The points reached; a notebook shows it as a sentence.

    Its plain text is the number alone, which is how nbgrader reads a score.
    """

    score: float
    points: float
    message: str

    def __repr__(self) -> str:
        return f"{self.score:g}"

    def _repr_markdown_(self) -> str:
        verdict = "Right." if self.score == self.points else "Not yet."
        return f"**{verdict}** {self.message}"


def answered(value: Any) -> Any:
    """Hand an answer on; None and ``...`` are not one yet.

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
    check : calls what the reader wrote and asserts, each time with a message, what must
        hold. Whatever it raises is reported in a sentence, without a traceback; warnings
        are not shown.
    points : what a right answer is worth.

    Examples
    --------
    >>> def check():
    ...     assert 1 + 1 == 3, "Add again."
    >>> grade(check, points=2)
    0
    >>> grade(check, points=2).message
    'Add again.'
    """
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
    text = " ".join(str(error).split())
    return f"Your code stopped with `{type(error).__name__}: {text}`{where}."

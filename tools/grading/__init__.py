"""What nbgrader is given besides its own parts, to grade a class with this book.

`python run.py grade NAME` (tools/grade.py) calls them all; nbgrader's own commands find
them through classroom/nbgrader_config.py.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLASSROOM = ROOT / "classroom"
sys.path.append(str(ROOT / "book" / "_ext"))    # what the book's pages are made with


class NotGradedError(Exception):
    """A submission that cannot be graded; its message says why, for the teacher."""

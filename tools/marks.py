"""Mark the written answers without a server: python run.py marks 04_sigmoid

Run it after `nbgrader autograde`. The first run writes every answer into a table,
classroom/marks_04_sigmoid.csv, sorted by question. Fill in its columns "mark" and "comment"
and run the command again: both go into the gradebook, and from there to the feedback. Run
it as often as you like. If an answer was handed in anew, its mark moves to the column
"earlier mark" and waits until you write it, or another, into "mark". An empty cell changes
nothing; write none to take a mark or a comment back.
"""

import sys

from grading import CLASSROOM, marking
from grading.tables import TableError
from nbgrader.api import MissingEntry


def main(name: str) -> None:
    try:
        print(*marking.mark(name, CLASSROOM), sep="\n")
    except TableError as e:
        sys.exit(f"{e}. No mark was entered.")
    except MissingEntry as e:
        sys.exit(f"{e}; has it been generated and graded with nbgrader?")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python run.py marks NAME, such as 04_sigmoid")
    main(sys.argv[1])

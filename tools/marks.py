"""Mark the written answers without a server: python run.py marks 04_sigmoid

Run it after `nbgrader autograde`. The first run writes every answer into a table,
classroom/marks_04_sigmoid.csv, sorted by question. Fill in its column "mark" and run the
command again: the marks go into the gradebook. Run it as often as you like; an answer that
was handed in anew loses its mark and waits for another.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbgrader.api import Grade, Gradebook, MissingEntry

CLASSROOM = Path(__file__).resolve().parents[1] / "classroom"
COLUMNS = ("question", "student", "points", "mark", "answer")


def written(
    gradebook: Gradebook, name: str
) -> Iterator[tuple[tuple[str, str], Grade, str]]:
    """For each written answer: question and student, its grade, its text."""
    for submission in gradebook.assignment_submissions(name):
        student = submission.student.id
        for notebook in submission.notebooks:
            path = CLASSROOM / "autograded" / student / name / f"{notebook.name}.ipynb"
            if not path.exists():       # it could not be graded; there is nothing to read
                continue
            cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source
                     for cell in nbformat.read(path, as_version=4).cells}
            for grade in notebook.grades:
                unanswered = grade.auto_score == 0      # as nbgrader marks a stub
                if grade.cell.cell_type == "markdown" and not unanswered:
                    yield (grade.name, student), grade, cells.get(grade.name, "")


def read_marks(path: Path) -> dict[tuple[str, str], tuple[float, str]]:
    """The filled-in marks, each with the answer that it was given for."""
    marks = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := set(COLUMNS) - set(reader.fieldnames or ()):
            sys.exit(f"{path.name}: no column {', '.join(sorted(missing))}")
        for row in reader:
            if not (text := (row["mark"] or "").strip()):
                continue
            try:
                mark = float(text)
                fits = 0 <= mark <= float(row["points"])
            except ValueError:
                fits = False
            if not fits:
                sys.exit(f"{path.name}, {row['question']} of {row['student']}: mark "
                         f"{text!r}; expected a number from 0 to {row['points']}. "
                         "No mark was entered.")
            marks[row["question"], row["student"]] = mark, row["answer"]
    return marks


def main(name: str) -> None:
    book, path = CLASSROOM / "gradebook.db", CLASSROOM / f"marks_{name}.csv"
    if not book.exists():
        raise MissingEntry(f"no gradebook at {book}")
    marks = read_marks(path) if path.exists() else {}
    rows, entered = [], 0
    with Gradebook(f"sqlite:///{book}", "titanic") as gradebook:
        gradebook.find_assignment(name)
        for key, grade, answer in sorted(written(gradebook, name), key=lambda a: a[0]):
            mark, marked_answer = marks.get(key, (None, ""))
            if mark is not None and marked_answer.split() == answer.split():
                grade.manual_score, grade.needs_manual_grade = mark, False
                entered += 1
            else:
                mark = None if grade.needs_manual_grade else grade.manual_score
            shown = "" if mark is None else f"{mark:g}"
            rows.append((*key, f"{grade.max_score:g}", shown, answer))
        gradebook.db.commit()
    aside = path.with_suffix(".new")
    with aside.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    aside.replace(path)
    waiting = sum(row[3] == "" for row in rows)
    print(f"{entered} marks entered, {waiting} of {len(rows)} answers wait for one: {path}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("python run.py marks NAME, such as 04_sigmoid")
    try:
        main(sys.argv[1])
    except MissingEntry as e:
        sys.exit(f"{e}; has it been generated and graded with nbgrader?")
    except OSError as e:
        sys.exit(f"Cannot keep the marks: {e.filename}: {e.strerror}")

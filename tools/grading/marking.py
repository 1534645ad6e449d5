"""The table of written answers, with the marks and comments that a teacher gives them.

The table says what the teacher wants, the gradebook what holds. A cell of the table counts
if somebody has changed it since the table was written; otherwise the gradebook counts,
where a mark may have come from the formgrader. An empty cell changes nothing; "none" takes
a mark or a comment back.

The column "version" makes that possible. It is four short codes, of the row's question and
student, of the answer, and of the mark and the comment as they were written here. They are
letters only, so that no spreadsheet program makes a number or a date of them.
"""

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from sqlalchemy.exc import SQLAlchemyError

from grading import outline, tables
from grading.tables import Table, TableError

COLUMNS = ("question", "student", "points", "mark", "earlier mark", "comment", "answer",
           "version")
NEEDED = {"question", "student", "mark", "version"}
MARK = re.compile(r"[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+")
WORKBOOKS = (".xlsx", ".xls", ".ods", ".numbers")
LETTERS = "bcdfghjkmnpqrstvwxz"     # without vowels there are no words
VERSION = re.compile(rf"[{LETTERS}]{{8}}(-[{LETTERS}]{{8}}){{3}}")
Key = tuple[str, str]               # question and student


@dataclass
class Answer:
    """A written answer, and where its mark and comment are kept."""

    grade: Grade
    comment: Comment
    text: str
    untouched: bool
    own_cells: int = 0      # of the student, beside an untouched one


@dataclass
class Row:
    """A row of the table as the teacher left it."""

    place: str
    cells: dict[str, str]
    others: list[str]       # in columns of the teacher's own
    version: list[str] = field(default_factory=list)

    def said(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def changed(self, column: str, value: str) -> bool:
        written = self.version[("mark", "comment").index(column) + 2]
        return code(value) != written

    def same_answer(self, text: str) -> bool:
        return self.version[1] == code(text)


def code(text: str) -> str:
    """Eight letters that tell a text from others; how its words are spaced is all one."""
    text = " ".join(text.split()).encode("utf-8", "surrogatepass")
    number = int.from_bytes(hashlib.sha256(text).digest(), "big")
    return "".join(LETTERS[number // len(LETTERS) ** n % len(LETTERS)] for n in range(8))


def shown(mark: float | None) -> str:
    return "" if mark is None else f"{mark:.10g}"


def mark(name: str, classroom: Path) -> list[str]:
    """Enter what the table says, write it anew; gives the lines to print.

    Either everything is entered or, with a TableError, nothing.
    """
    path = classroom / f"marks_{name}.csv"
    for book in map(path.with_suffix, WORKBOOKS):
        if book.exists():
            raise TableError(f"{book.name} stands beside {path.name}, and only the latter "
                             "is read: save the workbook as CSV under that name, and put "
                             "it elsewhere")
    database = classroom / "gradebook.db"
    if not database.exists():
        raise MissingEntry(f"no gradebook at {database}")
    table = tables.read(path, COLUMNS) if path.exists() else None
    try:
        with Gradebook(f"sqlite:///{database}", "titanic") as gradebook:
            return _mark(gradebook, name, classroom, path, table)
    except SQLAlchemyError as e:
        raise TableError("the gradebook cannot be changed "
                         f"({getattr(e, 'orig', None) or type(e).__name__})") from None


def _mark(gradebook: Gradebook, name: str, classroom: Path, path: Path,
          table: Table | None) -> list[str]:
    gradebook.find_assignment(name)
    found = dict(answers(gradebook, name, classroom))
    others, rows = read_rows(table, path.name) if table else ([], [])
    given, kept = match(rows, found, gradebook, name)
    checked = {key: (row, read_mark(row, found[key].grade.max_score))
               for key, row in given.items()}
    entered = sum(enter(row, given, found[key]) for key, (row, given) in checked.items())

    separator = table.delimiter if table else ","
    decimal = "," if separator == ";" else "."
    written, waiting, total = [row_of(row.cells, row.others) for row in kept], 0, 0
    for key, answer in found.items():
        grade, comment = answer.grade, answer.comment.manual_comment or ""
        if answer.untouched and not answer.own_cells and grade.manual_score is None \
                and not comment:
            continue
        present = None if grade.needs_manual_grade else grade.manual_score
        earlier = grade.manual_score if grade.needs_manual_grade else None
        total, waiting = total + 1, waiting + (present is None)
        version = map(code, ("\n".join(key), answer.text, shown(present), comment))
        values = (*key, shown(grade.max_score).replace(".", decimal),
                  shown(present).replace(".", decimal),
                  shown(earlier).replace(".", decimal), comment, answer.text,
                  "-".join(version))
        extra = given[key].others if key in given else [""] * len(others)
        written.append(row_of(dict(zip(COLUMNS, values, strict=True)), extra))
    written.sort(key=lambda row: row[:2])

    aside = tables.write(path, Table([*COLUMNS, *others], written, separator))
    try:
        gradebook.db.commit()
    except SQLAlchemyError:
        aside.unlink(missing_ok=True)
        raise
    tables.keep(aside, path)        # last: until then the old table says all that is new
    return [f"{entered} mark{'s' * (entered != 1)} entered, {waiting} of {total} answers "
            f"wait for one: {path}",
            *[f"Kept, though their answers are no longer there: {len(kept)} of the rows"
              ][:len(kept)],
            *map(tables.printable, remarks(gradebook, name, classroom, found))]


def row_of(cells: dict[str, str], others: list[str]) -> list[str]:
    return [cells.get(column, "") for column in COLUMNS] + others


def answers(gradebook: Gradebook, name: str,
            classroom: Path) -> Iterator[tuple[Key, Answer]]:
    """Each written answer in a graded notebook, by question and student."""
    source = classroom.parent / "book" / "exercises" / name / f"{name}.ipynb"
    released = nbformat.read(source, as_version=4).cells if source.exists() else []
    known = {cell.get("id") for cell in released} | {cell.source for cell in released}
    for submission in gradebook.assignment_submissions(name):
        student = submission.student.id
        for notebook in submission.notebooks:
            path = classroom / "autograded" / student / name / f"{notebook.name}.ipynb"
            if not path.exists():       # it could not be graded
                continue
            cells = nbformat.read(path, as_version=4).cells
            places = {}
            for place, cell in enumerate(cells):
                places.setdefault(outline.nbgrader(cell).get("grade_id"), place)
            comments = {comment.name: comment for comment in notebook.comments}
            stubs = {cell.name: cell.source for cell in notebook.notebook.source_cells}
            for grade in notebook.grades:
                if grade.cell.cell_type != "markdown" or grade.name not in places:
                    continue
                place = places[grade.name]
                text = cells[place].source
                stub = (stubs.get(grade.name) or "").split()
                untouched = not text.strip() or text.split() == stub
                own = own_cells(cells, place, known) if untouched and known else []
                if own:
                    text = "\n\n".join(["[The answer cell is untouched; these cells of the "
                                        "student's own stand beside it.]", *own])
                if untouched and grade.manual_score is None:
                    grade.auto_score, grade.needs_manual_grade = 0, bool(own)
                yield (grade.name, student), Answer(
                    grade, comments[grade.name], text, untouched, len(own))


def own_cells(cells: list, place: int, known: set) -> list[str]:
    """The student's own cells beside an answer, between two that were handed out."""
    def run(places: range) -> Iterator[str]:
        for i in places:
            cell = cells[i]
            if cell.get("id") in known or cell.source in known or outline.nbgrader(cell):
                return
            if cell.source.strip():
                yield cell.source

    return [*reversed([*run(range(place - 1, -1, -1))]), *run(range(place + 1, len(cells)))]


def read_rows(table: Table, name: str) -> tuple[list[str], list[Row]]:
    """The headings of the teacher's own columns, and the rows that say anything."""
    header = [column.casefold() for column in table.header]
    if missing := NEEDED - set(header):
        raise TableError(f"{name}: no column {', '.join(sorted(missing))}")
    if twice := {c for c in header if c in COLUMNS and header.count(c) > 1}:
        raise TableError(f"{name}: two columns {', '.join(sorted(twice))}")
    width = max(map(len, [header, *table.rows]))
    header += [""] * (width - len(header))
    full = [row + [""] * (width - len(row)) for row in table.rows]
    own = [i for i, column in enumerate(header) if column not in COLUMNS
           and (column or any(row[i].strip() for row in full))]
    rows = []
    for number, row in enumerate(full, start=2):
        if not any(cell.strip() for cell in row):
            continue
        row = [tables.unprotect(re.sub("\r\n?", "\n", cell)) for cell in row]
        cells = {column: row[i] for i, column in enumerate(header) if column in COLUMNS}
        place = (f"{name}, row {number}, {cells['question'].strip()} of "
                 f"{cells['student'].strip()}")
        version = cells["version"].strip()
        if version and not VERSION.fullmatch(version):
            raise TableError(f"{place}: the version {version!r} is not one that was "
                             "written here; leave that column as it was")
        rows.append(Row(place, cells, [row[i] for i in own],
                        version.split("-") if version else [""] * 4))
    names = table.header + [""] * (width - len(table.header))
    return [tables.unprotect(names[i]) for i in own], rows


def match(rows: list[Row], found: dict[Key, Answer], gradebook: Gradebook,
          name: str) -> tuple[dict[Key, Row], list[Row]]:
    """The row for each answer, and the rows whose answers are no longer there."""
    by_code = {code("\n".join(key)): key for key in found}
    by_text = {tuple(map(str.casefold, key)): key for key in found}
    given, kept = {}, []
    for row in rows:
        said = row.said("question"), row.said("student")
        key = by_code.get(row.version[0])
        if key and not all(map(same, said, key)):
            raise TableError(f"{row.place}: this was the row of {key[0]} of {key[1]}; "
                             "sort all columns together, or none")
        key = key or by_text.get(tuple(map(str.casefold, said)))
        if not key and not row.version[0]:
            students = {student.id for student in gradebook.students}
            what = (f"an answer of {said[1]!r} to {said[0]!r}" if said[1] in students
                    else f"a student {said[1]!r}")
            raise TableError(f"{row.place}: there is not {what}")
        if not key:
            kept.append(row)
        elif key in given:
            given[key] = joined(given[key], row)
        else:
            given[key] = row
    return given, kept


def same(text: str, name: str) -> bool:
    """Whether this is the name, perhaps made a number by a spreadsheet program."""
    if text.casefold() == name.strip().casefold():
        return True
    try:        # 0012345 becomes 12345, a long one 1.23457E+14
        return math.isclose(float(text.replace(",", ".")), float(name), rel_tol=1e-4)
    except ValueError:
        return False


def joined(row: Row, other: Row) -> Row:
    """Two rows of one answer as one, if they do not contradict each other."""
    for column in ("mark", "comment"):
        texts = {r.said(column) for r in (row, other)} - {""}
        if len(texts) > 1:
            raise TableError(f"{other.place}: a second row of this answer with another "
                             f"{column}")
        row.cells[column] = "".join(texts)
    if row.version != other.version:
        raise TableError(f"{other.place}: a second row of this answer with another version")
    return row


def read_mark(row: Row, points: float) -> float | str | None:
    """The mark of a row: a number, "none", or None if there is nothing."""
    text = row.said("mark")
    if text.casefold() in ("", "none"):
        return text.casefold() or None
    mark = float(text.replace(",", ".")) if MARK.fullmatch(text) else math.nan
    if not 0 <= mark <= points:
        raise TableError(f"{row.place}: mark {text!r}; expected a number from 0 to "
                         f"{shown(points)}, or none to take a mark back")
    return mark


def enter(row: Row, mark: float | str | None, answer: Answer) -> bool:
    """Bring the gradebook to what a row says; gives whether a mark is new there."""
    grade, comment, said = answer.grade, answer.comment, row.said("comment")
    if said and (row.changed("comment", said) or comment.manual_comment is None):
        comment.manual_comment = None if said.casefold() == "none" else said
    if mark == "none":
        grade.manual_score = None
        grade.needs_manual_grade = not answer.untouched or bool(answer.own_cells)
    if not isinstance(mark, float):
        return False
    typed = row.changed("mark", shown(mark)) or grade.manual_score is None
    if typed:
        grade.manual_score = mark
    if row.same_answer(answer.text):
        grade.needs_manual_grade = False
    elif typed:             # given for another answer: it waits to be confirmed
        grade.needs_manual_grade = True
    return typed and not grade.needs_manual_grade


def remarks(gradebook: Gradebook, name: str, classroom: Path,
            found: dict[Key, Answer]) -> Iterator[str]:
    """Who is not in the table, and why."""
    submitted = {path.parent.name for path in classroom.glob(f"submitted/*/{name}")}
    graded = {path.parent.parent.name
              for path in classroom.glob(f"autograded/*/{name}/{name}.ipynb")}
    everybody = {student.id for student in gradebook.students}
    if ungraded := sorted(submitted - graded):
        yield f"Not graded: {', '.join(ungraded)}"
    if absent := sorted(everybody - submitted - graded):
        yield f"Nothing handed in: {', '.join(absent)}"
    for question in sorted({question for question, _ in found}):
        for own, words in ((False, ""), (True, ", but cells of their own beside it, which "
                                               "stand in the table")):
            students = sorted(student for (asked, student), answer in found.items()
                              if asked == question and answer.untouched
                              and bool(answer.own_cells) == own)
            if students:
                yield f"No answer to {question}{words}: {', '.join(students)}"

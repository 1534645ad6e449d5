"""The table of written answers: what spreadsheets do to it, and what must not be lost."""

import csv
import io
import shutil

import nbformat
import pytest
from contents import ROOT
from grading import marking, tables
from grading.tables import TableError
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader import api
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import compute_checksum

NAME, QUESTION = "04_sigmoid", "probability"
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's
STUB = "*Your answer here.*"
SOURCE = nbformat.read(ROOT / "book" / "exercises" / NAME / f"{NAME}.ipynb", as_version=4)


class School:
    """A classroom without kernels: what is graded by running is not looked at here."""

    def __init__(self, folder):
        self.folder = folder / "classroom"
        self.table = self.folder / f"marks_{NAME}.csv"
        self.database = f"sqlite:///{self.folder / 'gradebook.db'}"

    def set_up(self):
        source = self.folder.parent / "book" / "exercises" / NAME
        shutil.copytree(ROOT / "book" / "exercises" / NAME, source)
        self.folder.mkdir()
        with Gradebook(self.database, "titanic") as book:
            book.add_assignment(NAME)
            book.add_notebook(NAME, NAME)
            book.add_solution_cell(QUESTION, NAME, NAME)
            book.add_grade_cell(QUESTION, NAME, NAME, max_score=3, cell_type="markdown")
            book.add_source_cell(QUESTION, NAME, NAME, cell_type="markdown", source=STUB)

    def graded(self, student, answer, *own):
        """What `nbgrader autograde` leaves behind of a student's answer."""
        notebook = nbformat.from_dict(SOURCE)
        notebook.cells = [c.copy() for c in SOURCE.cells if c.id in ("text-23", QUESTION)]
        cell = notebook.cells[1]
        cell.source = STUB
        cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
        cell.source = answer
        notebook.cells += own
        for folder in ("submitted", "autograded"):
            path = self.folder / folder / student / NAME / f"{NAME}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, path)
        with Gradebook(self.database, "titanic") as book:
            book.update_or_create_student(student)
            book.update_or_create_submission(NAME, student)
        SaveAutoGrades().preprocess(notebook, {"nbgrader": {
            "notebook": NAME, "assignment": NAME, "student": student,
            "db_url": self.database}})

    def mark(self):
        """Run the command; gives its first line, and the others in school.said."""
        first, *self.said = marking.mark(NAME, self.folder)
        return first.partition(":")[0]

    def rows(self):
        with self.table.open(encoding="utf-8-sig", newline="") as file:
            return {row["student"]: row for row in csv.DictReader(file)}

    def fill(self, whose, /, **cells):
        """Type something into the table."""
        rows = self.rows()
        rows[whose].update({name.replace("_", " "): said for name, said in cells.items()})
        self.save([list(rows[whose]), *(list(row.values()) for row in rows.values())])

    def save(self, rows, delimiter=",", encoding="utf-8-sig"):
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter).writerows(rows)
        self.table.write_bytes(text.getvalue().encode(encoding))

    def cells(self):
        return list(csv.reader(io.StringIO(self.table.read_text("utf-8-sig"), newline="")))

    def grade(self, student):
        """The mark, whether it waits, and the comment, in the gradebook."""
        with Gradebook(self.database, "titanic") as book:
            grade = book.find_grade(QUESTION, NAME, NAME, student)
            comment = book.find_comment(QUESTION, NAME, NAME, student)
            return grade.manual_score, grade.needs_manual_grade, comment.manual_comment

    def formgrader(self, student, mark):
        with Gradebook(self.database, "titanic") as book:
            grade = book.find_grade(QUESTION, NAME, NAME, student)
            grade.manual_score, grade.needs_manual_grade = mark, False
            book.db.commit()


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Making a gradebook asks another program for a version that nothing needs here."""
    with pytest.MonkeyPatch.context() as m:
        m.setattr(api, "get_alembic_version", lambda: "any")
        yield


@pytest.fixture(scope="module")
def two_answers(tmp_path_factory):
    school = School(tmp_path_factory.mktemp("school"))
    school.set_up()
    school.graded("allen", "Count them.\n\n- all of them, \"each\"; für jede Stufe")
    school.graded("0017", "=1+1")
    assert school.mark() == "0 marks entered, 2 of 2 answers wait for one"
    return school


@pytest.fixture
def school(two_answers, tmp_path):
    shutil.copytree(two_answers.folder.parent, tmp_path, dirs_exist_ok=True)
    return School(tmp_path)


@pytest.mark.parametrize(("delimiter", "encoding"), [
    (",", "utf-8"), (",", "cp1252"), (";", "cp1252"), (";", "utf-8-sig"), ("\t", "utf-16")])
def test_what_spreadsheet_programs_write(school, delimiter, encoding):
    """Columns in another order, one more, empty ones and rows, other ids and spaces."""
    header, first, second = school.cells()
    first[3:6], second[3:6] = ["2,5 ", "", "'=not\r\na formula; für"], ["3.0", "", ""]
    first[1] = "17"                         # it was 0017
    table = [[*(name.title() for name in header[::-1]), "", "Mine", ""],
             [*second[::-1], "", "ask her", ""], [""] * 11, [*first[::-1], "", "", ""], []]
    school.save(table, delimiter, encoding)
    assert school.mark() == "2 marks entered, 0 of 2 answers wait for one"
    assert school.grade("0017") == (2.5, False, "=not\na formula; für")
    assert school.grade("allen") == (3, False, None)
    text = school.table.read_text("utf-8-sig")
    assert text.startswith(delimiter.join(header) + delimiter + "Mine\n")
    assert (delimiter + "2,5" + delimiter in text) == (delimiter == ";")
    before = school.table.read_bytes()
    assert "ask her" in text
    assert school.mark() == "0 marks entered, 0 of 2 answers wait for one"
    assert school.table.read_bytes() == before


WRONG = [
    ({"mark": "3.5"}, r"row 3, probability of allen: mark '3.5'; expected a number from 0"),
    ({"mark": "-1"}, "mark '-1'"), ({"mark": "50%"}, "mark '50%'"),
    ({"mark": "3/3"}, "mark '3/3'"), ({"mark": "02. Mai"}, "mark '02. Mai'"),
    ({"mark": "nan"}, "mark 'nan'"), ({"mark": "1e0"}, "mark '1e0'"),
    ({"student": "moran"}, "this was the row of probability of allen; sort all columns"),
    ({"student": "alen", "version": ""}, "there is not a student 'alen'"),
    ({"question": "other", "version": ""}, "not an answer of 'allen' to 'other'"),
    ({"version": "1.2E+09"}, "the version '1.2E.09' is not one that was written here"),
]


def test_one_wrong_row_and_no_mark_is_entered(school):
    school.fill("0017", mark="1", comment="Good.")
    good = school.table.read_bytes()
    for cells, message in WRONG:
        school.table.write_bytes(good)
        school.fill("allen", **cells)
        before = school.table.read_bytes()
        with pytest.raises(TableError, match=message) as error:
            school.mark()
        assert "\n" not in str(error.value)
        assert school.table.read_bytes() == before
    assert school.grade("0017") == (None, True, None)


def test_tables_that_are_none(school):
    header, first, second = school.cells()
    again = [*second]
    second[3], again[3] = "1", "2"
    for rows, message in [
            ([header[1:], first[1:]], "no column question"),
            ([first, second], "no column mark, question, student, version"),
            ([], "no column"),
            ([[*header, "mark"], first], "two columns mark"),
            ([header, first, second, again], "row 4, .* second row .* with another mark")]:
        school.save(rows)
        with pytest.raises(TableError, match=message):
            school.mark()
    for data, message in [(b"PK\x03\x04", "is a workbook"), (b"\xff\xfeq\xd8", "not text"),
                          (b'question,student,mark,version\n"a,b', "not a table of cells"),
                          (b"\x81\x8d", "not text")]:
        school.table.write_bytes(data)
        with pytest.raises(TableError, match=message):
            school.mark()
        assert school.table.read_bytes() == data
    school.save([header, first])
    school.table.with_suffix(".xlsx").touch()
    with pytest.raises(TableError, match=r"marks_04_sigmoid.xlsx stands beside"):
        school.mark()
    assert school.grade("allen") == (None, True, None)


def test_a_row_twice_with_one_mark(school):
    header, first, second = school.cells()
    again = [*second]
    again[3] = "2"
    school.save([header, again, first, second])
    assert school.mark() == "1 mark entered, 1 of 2 answers wait for one"
    assert school.grade("allen") == (2, False, None)


def test_a_mark_is_never_dropped(school):
    school.fill("allen", mark="2", comment="More than one level.")
    school.mark()
    school.graded("allen", "Count  them.\n- all of them, \"each\"; für jede Stufe\n")
    assert school.grade("allen")[:2] == (2, True)       # as nbgrader leaves it
    school.mark()
    assert school.grade("allen") == (2, False, "More than one level.")

    school.graded("allen", "Something else.")
    assert school.mark() == "0 marks entered, 2 of 2 answers wait for one"
    row = school.rows()["allen"]
    assert (row["mark"], row["earlier mark"], row["answer"]) == ("", "2", "Something else.")
    assert school.grade("allen")[:2] == (2, True)
    school.mark()
    assert school.rows()["allen"] == row                # it waits, however often one asks
    school.fill("allen", mark="2")
    assert school.mark() == "1 mark entered, 1 of 2 answers wait for one"
    row = school.rows()["allen"]
    assert (row["mark"], row["earlier mark"]) == ("2", "")

    school.fill("allen", mark="1")                      # while she hands in once more
    school.graded("allen", "A third one.")
    school.mark()
    row = school.rows()["allen"]
    assert (row["mark"], row["earlier mark"], row["answer"]) == ("", "1", "A third one.")

    school.graded("allen", STUB)                        # and then nothing
    school.mark()
    assert school.rows()["allen"]["earlier mark"] == "1"


def test_marks_from_elsewhere(school):
    """The formgrader's stand; an empty cell erases none, and the word none does."""
    school.fill("allen", mark="2", comment="Good.")
    school.mark()
    school.formgrader("allen", 3)
    school.mark()
    assert school.rows()["allen"]["mark"] == "3" and school.grade("allen")[0] == 3
    school.fill("allen", mark="", comment="")
    school.mark()
    assert school.grade("allen") == (3, False, "Good.")
    row = school.rows()["allen"]
    assert (row["mark"], row["comment"]) == ("3", "Good.")
    school.fill("allen", mark="None", comment="none")
    assert school.mark() == "0 marks entered, 2 of 2 answers wait for one"
    assert school.grade("allen") == (None, True, None)


def test_a_gradebook_made_anew(school):
    """After it was deleted, the table still has the marks of the same answers."""
    school.fill("allen", mark="2", comment="Good.")
    school.fill("0017", mark="1")
    school.mark()
    (school.folder / "gradebook.db").unlink()
    shutil.rmtree(school.folder.parent / "book")
    shutil.move(school.folder, school.folder.with_name("old"))
    school.set_up()
    shutil.copy(school.folder.with_name("old") / school.table.name, school.folder)
    school.graded("allen", "Count them.\n\n- all of them, \"each\"; für jede Stufe")
    school.graded("0017", "Changed.")
    school.mark()
    assert school.grade("allen") == (2, False, "Good.")
    assert school.grade("0017")[:2] == (1, True)
    assert school.rows()["0017"]["earlier mark"] == "1"


def test_who_is_not_there(school):
    school.fill("allen", mark="2")
    school.mark()
    with Gradebook(school.database, "titanic") as book:
        book.add_student("kelly")
        book.remove_student("allen")
    shutil.rmtree(school.folder / "autograded" / "allen")
    school.graded("sto\x7frey", STUB + " ")
    school.graded("moran", "")
    school.graded("braund", STUB, new_code_cell("seven = 7"), new_markdown_cell("Seven."),
                  new_code_cell(" "), SOURCE.cells[0], new_markdown_cell("far away"))
    assert school.mark() == "0 marks entered, 2 of 2 answers wait for one"
    assert school.said == [
        "Kept, though their answers are no longer there: 1 of the rows",
        "Not graded: allen", "Nothing handed in: kelly",
        "No answer to probability: moran, sto\ufffdrey",
        "No answer to probability, but cells of their own beside it, which stand in the "
        "table: braund"]
    rows = school.rows()
    assert rows["allen"]["mark"] == "2"
    assert rows["braund"]["answer"].endswith("beside it.]\n\nseven = 7\n\nSeven.")
    assert list(rows) == ["0017", "allen", "braund"]
    school.fill("braund", mark="1")
    assert school.mark() == "1 mark entered, 1 of 2 answers wait for one"
    assert school.grade("moran") == (None, False, None)
    school.save([*school.cells(), [QUESTION, "moran", "", "2"]])    # typed by hand
    assert school.mark() == "0 marks entered, 2 of 3 answers wait for one"
    assert school.grade("moran") == (2, True, None)     # nobody knows for which answer
    assert school.rows()["moran"]["earlier mark"] == "2"


def test_nothing_is_lost_when_the_table_cannot_be_written(school, monkeypatch):
    """A full disk, and a spreadsheet program that holds the file."""
    school.fill("allen", mark="2")
    before = school.table.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    def held(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as m:
        m.setattr(tables.csv, "writer", full)
        with pytest.raises(TableError, match=r"cannot be written .No space left"):
            school.mark()
    assert school.grade("allen")[0] is None
    with monkeypatch.context() as m:
        m.setattr(tables.Path, "replace", held)
        with pytest.raises(TableError, match="if it is open in another program, close it"):
            school.mark()
    assert school.table.read_bytes() == before
    assert not school.table.with_name(school.table.name + ".new").exists()
    with monkeypatch.context() as m:
        m.setattr(tables.Path, "read_bytes", held)
        with pytest.raises(TableError, match="if it is open in another program, close it"):
            school.mark()
    gradebook = school.folder / "gradebook.db"
    good = gradebook.read_bytes()
    gradebook.write_bytes(good[:20_000])
    with pytest.raises(TableError, match=r"gradebook cannot be changed .* is malformed"):
        school.mark()
    assert school.table.read_bytes() == before
    gradebook.write_bytes(good)
    school.mark()
    assert school.grade("allen")[0] == 2 and school.rows()["allen"]["mark"] == "2"


def test_no_answer_becomes_a_formula(school):
    """However a program splits the file, no cell of it begins with a sign."""
    attack = "fine;=1+1;\n=2+2\n\t@SUM(1)\n - cmd\r\n+3,x"
    for student, text in [("allen", attack), ("0017", "\t=1"), ("-1+1", "\r@x")]:
        school.graded(student, text)
    school.mark()
    text = school.table.read_bytes().decode("utf-8-sig")
    for delimiter in ",;\t":
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            for cell in row:
                for start in cell.splitlines():     # a program that knows no quotes
                    assert not start.strip(' "').startswith(("=", "+", "@", "- cmd")), cell
    assert "'-1+1" in text
    school.fill("'-1+1", mark="1")
    school.mark()
    assert school.grade("-1+1")[0] == 1


@given(st.text(alphabet="'=+-@ ;\t\r\na1", max_size=12))
def test_a_protected_text_comes_back(text):
    assert tables.unprotect(tables.protect(text)) == text


def test_what_is_in_no_text(school):
    school.graded("allen", "a\x00b \x1b[31m end " + "x" * 40_000)
    school.mark()
    answer = school.rows()["allen"]["answer"]
    assert answer.startswith("a\ufffdb \ufffd[31m end")
    assert answer.endswith("[cut: the rest stands in the notebook]")
    assert len(answer) < 32_767
    school.fill("allen", mark="1", answer="")
    assert school.mark() == "1 mark entered, 1 of 2 answers wait for one"

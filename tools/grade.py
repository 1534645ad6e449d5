"""Grade a class: python run.py grade 04_sigmoid

Put what the students handed in into classroom/downloaded/04_sigmoid/archive, as it came:
files, folders or zip files, named after the students. This collects them, repairs what
editors broke, runs each notebook where it can do no harm, enters the marks that were
filled in, and writes

    classroom/marks_04_sigmoid.csv    the written answers, to be marked; then grade again
    classroom/grades.csv              the points of every student for every exercise
    classroom/feedback/               a page for each student
    classroom/grade_04_sigmoid.log    what nbgrader said

and one line for each student. Run it as often as you like: only what is new is run again,
and no mark is lost.
"""

import contextlib
import logging
import re
import sys
import warnings
from pathlib import Path

import nbformat
from filelock import FileLock, Timeout
from grading import CLASSROOM, ROOT
from grading.collecting import collect
from grading.confining import confinement
from grading.export import GradesTable
from grading.marking import mark
from grading.naming import listed
from grading.repairing import digest
from grading.tables import TableError
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log, temp_attrs
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import PyFileConfigLoader

NOTHING = "nothing was handed in"
UNKNOWN = "of an error that the log shows"


class Course:
    """A classroom folder, and nbgrader's steps with one exercise notebook in it."""

    def __init__(self, folder: Path, name: str):
        self.folder, self.name = folder, name
        config = PyFileConfigLoader("nbgrader_config.py", str(folder)).load_config()
        self.directory = CourseDirectory(config=config, root=str(folder))
        self.nbgrader = NbGraderAPI(self.directory, config=config)
        self.source = self.path(self.directory.source_directory, ".")
        self.log = folder / f"grade_{name}.log"

    def gradebook(self) -> Gradebook:
        return Gradebook(self.directory.db_url, self.directory.course_id)

    def path(self, step: str, student: str) -> Path:
        """Where the notebook of a student stands at a step, such as "submitted"."""
        folder = self.directory.format_path(step, student, self.name)
        return Path(folder, f"{self.name}.ipynb")

    def run(self, step: type, student: str = ".") -> str:
        """Run one of nbgrader's steps; give the reason if it failed."""
        with (temp_attrs(self.directory, assignment_id=self.name, student_id=student),
              warnings.catch_warnings(action="ignore")):
            converter = step(coursedir=self.directory, parent=self.nbgrader)
            converter.force = True
            result = capture_log(converter, fmt="%(message)s")
        said = result.get("log", "") + result.get("error", "")
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"--- {step.__name__} {student}\n{said}\n")
        reason = re.search(r"^ *grading\.NotGradedError: (.+)", said, re.M)
        return "" if result["success"] else reason[1] if reason else UNKNOWN

    def students(self) -> list[str]:
        """Those on the list of students, and those who handed something in."""
        handed_in = self.folder.glob(f"{self.directory.submitted_directory}/*/{self.name}")
        with self.gradebook() as gradebook:
            for student in listed(self.folder / "students.csv"):
                gradebook.update_or_create_student(student.pop("id"), **student)
            known = [student.id for student in gradebook.students]
        return sorted({*known, *(path.parent.name for path in handed_in)})


def generate(course: Course) -> None:
    """Make the students' version, unless that has been done since the exercise changed."""
    made = course.path(course.directory.release_directory, ".")
    with course.gradebook() as gradebook:
        try:
            gradebook.find_notebook(course.name, course.name)
        except MissingEntry:
            made.unlink(missing_ok=True)
    if not made.exists() or made.stat().st_mtime < course.source.stat().st_mtime:
        if reason := course.run(GenerateAssignment):
            sys.exit(f"{course.name} cannot be handed out, because {reason}: {course.log}")


def autograde(course: Course, student: str) -> str:
    """Grade what is new of a student; give the reason if that cannot be done."""
    handed_in, graded = (course.path(step, student) for step in (
        course.directory.submitted_directory, course.directory.autograded_directory))
    if not handed_in.exists():
        return NOTHING
    with (contextlib.suppress(OSError, ValueError, MissingEntry),
          course.gradebook() as gradebook):
        gradebook.find_submission(course.name, student)     # unless the gradebook was lost
        notes = nbformat.read(graded, as_version=4).metadata.get("grading", {})
        if notes.get("of") == digest(course.source, handed_in.parent):
            return ""
    return course.run(Autograde, student)


def result(course: Course, student: str) -> str:
    """Give a student's points, what waits for a mark, and what was mended or noticed."""
    with course.gradebook() as gradebook:
        grades = [grade for notebook in
                  gradebook.find_submission(course.name, student).notebooks
                  for grade in notebook.grades]
        waiting = sum(grade.needs_manual_grade for grade in grades)
        known = [grade for grade in grades if not grade.needs_manual_grade]
        said = [f"{sum(grade.score for grade in known):g} of "
                f"{sum(grade.max_score for grade in known):g} points"]
    if waiting:
        said[0] += f", {waiting} answer{'s' * (waiting > 1)} to mark"
    graded = course.path(course.directory.autograded_directory, student)
    notes = nbformat.read(graded, as_version=4).metadata.grading
    said += [f"{what}: {'; '.join(notes[key])}"
             for key, what in [("repaired", "repaired"), ("look", "PLEASE LOOK")]
             if notes[key]]
    return ". ".join(said)


def grade(folder: Path, name: str) -> None:
    course = Course(folder, name)
    course.log.write_text("", encoding="utf-8")
    generate(course)
    left_out = collect(folder, name, logging.getLogger("collect"))
    students = course.students()
    if not any(course.path(course.directory.submitted_directory, student).exists()
               for student in students):
        archive = folder / "downloaded" / name / "archive"
        archive.mkdir(parents=True, exist_ok=True)
        sys.exit("\n".join([*left_out, "Nothing was handed in. Put what you got, files, "
                            f"folders or zip files, into {archive}"]))
    print(confinement().sentence, flush=True)       # the rest may take a minute
    reasons = {}
    for n, student in enumerate(students, start=1):
        if sys.stdout.isatty():
            print(f"\r{n} of {len(students)}: {student[:50]:<50}", end="", flush=True)
        if reason := autograde(course, student):
            reasons[student] = reason
    if sys.stdout.isatty():
        print("\r" + " " * 65 + "\r", end="")
    trouble, no_page = "", set()
    try:
        lines = [line for line in mark(name, folder)
                 if not line.startswith(("Not graded:", "Nothing handed in:"))]
    except TableError as e:
        lines, trouble = [], f"{e}. No mark was entered."
    for student in students:
        if student not in reasons and course.run(GenerateFeedback, student):
            no_page.add(student)
    width = max(map(len, students))
    for student in students:
        reason = reasons.get(student)
        print(f"{student:<{width}}", "", reason if reason == NOTHING else
              f"NOT GRADED, because {reason}" if reason else result(course, student)
              + ". But the feedback page cannot be written" * (student in no_page))
    print(*left_out, *lines, sep="\n")
    with course.gradebook() as gradebook:
        table = GradesTable(parent=course.nbgrader, to=str(folder / "grades.csv"))
        table.export(gradebook)
    if trouble:
        sys.exit(trouble)


def main(arguments: list[str]) -> None:
    names = sorted(path.stem for path in (ROOT / "book" / "exercises").glob("*/*.ipynb"))
    if len(arguments) != 1 or arguments[0] not in names:
        sys.exit(f"python run.py grade NAME; NAME is one of {', '.join(names)}")
    logging.getLogger().handlers = [logging.NullHandler()]     # what is said is in the log
    try:
        with FileLock(CLASSROOM / ".grade.lock", timeout=0):
            grade(CLASSROOM, arguments[0])
    except Timeout:
        sys.exit("A class is being graded in this folder; wait until that is done.")
    except TableError as e:
        sys.exit(f"{e}.")
    except SQLAlchemyError as e:
        reason = getattr(e, "orig", None) or e
        sys.exit(f"The gradebook cannot be used ({reason}). If it is damaged, move "
                 "classroom/gradebook.db away and grade again; the marks are taken from "
                 "the tables.")
    except OSError as e:
        sys.exit(f"Cannot go on: {e.filename}: {e.strerror}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run it again, and it goes on from here.")


if __name__ == "__main__":
    main(sys.argv[1:])

"""nbgrader's table of grades, with a score for each exercise."""

import sys
from pathlib import Path

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

from grading import outline, tables
from grading.tables import Table, TableError

# As nbgrader's own export has them.
COLUMNS = ["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name",
           "email", "raw_score", "late_submission_penalty", "score", "max_score"]


class GradesTable(ExportPlugin):
    """Write grades.csv; who could not be graded has blanks there, not zeros.

    `c.ExportApp.plugin_class = "grading.export.GradesTable"`
    """

    def export(self, gradebook: Gradebook) -> None:
        path = Path(self.to or "grades.csv")
        students, assignments = set(map(str, self.student)), set(map(str, self.assignment))
        rows = []
        for assignment in gradebook.assignments:
            if assignments and assignment.name not in assignments:
                continue
            exercises = self.exercises(assignment)
            for student in gradebook.students:
                if students and student.id not in students:
                    continue
                try:
                    submission = gradebook.find_submission(assignment.name, student.id)
                except MissingEntry:
                    submission = None
                row = dict.fromkeys(COLUMNS, "") | {
                    "assignment": assignment.name, "duedate": assignment.duedate,
                    "student_id": student.id, "last_name": student.last_name,
                    "first_name": student.first_name, "email": student.email,
                    "max_score": assignment.max_score}
                if submission:
                    row["timestamp"] = submission.timestamp
                    if self.was_graded(submission):
                        row |= scores(submission, exercises)
                rows.append(row)
        places = {place for row in rows for place in row if isinstance(place, int)}
        places = range(1, max(places, default=0) + 1)
        header = COLUMNS + [f"exercise_{place}" for place in places]
        cells = [[text(row.get(column)) for column in [*COLUMNS, *places]] for row in rows]
        try:
            tables.keep(tables.write(path, Table(header, cells)), path)
        except TableError as e:
            sys.exit(str(e))

    def exercises(self, assignment: object) -> dict[str, outline.Exercise]:
        found = {}
        for notebook in assignment.notebooks:
            source = outline.original(self.parent.coursedir, assignment.name, notebook.name)
            if source:
                found |= outline.exercises(source)
            else:
                self.log.warning("%s: its source is not there, so its exercises have no "
                                 "columns", notebook.name)
        return found

    def was_graded(self, submission: SubmittedAssignment) -> bool:
        course = self.parent.coursedir
        folder = Path(course.format_path(course.autograded_directory, submission.student.id,
                                         submission.assignment.name))
        return any((folder / f"{notebook.name}.ipynb").exists()
                   for notebook in submission.notebooks)


def scores(submission: SubmittedAssignment, exercises: dict) -> dict[str | int, float]:
    """The scores of a submission, and of each of its exercises by its place."""
    penalty = submission.late_submission_penalty
    found = {"raw_score": submission.score, "late_submission_penalty": penalty,
             "score": max(0.0, submission.score - penalty)}
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            if grade.name in exercises:
                place = exercises[grade.name].place
                so_far, score = found.get(place, 0.0), marked(grade)
                found[place] = None if None in (so_far, score) else so_far + score
    return found


def marked(grade: Grade) -> float | None:
    """The score of a cell, or None while it waits for its first mark."""
    waits = grade.needs_manual_grade and grade.manual_score is None
    return None if waits else grade.score


def text(value: object) -> str:
    return "" if value is None else str(value)

"""nbgrader's settings for a course with this book; run its commands in this folder.

    python run.py nbgrader generate_assignment 04_sigmoid
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent.resolve()
if odd := set("[?*") & set(str(HERE)):      # nbgrader takes the path for a pattern
    sys.exit(f"nbgrader cannot work in a folder with {' or '.join(sorted(odd))} in its "
             f"path; rename it, or move the project: {HERE}")

sys.path[:0] = [str(HERE.parent / folder) for folder in ("tools", "book/_ext")]

from exercise_versions import STUBS  # noqa: E402

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "titanic"
c.CourseDirectory.root = str(HERE)
c.CourseDirectory.source_directory = "../book/exercises"    # a full path with + would fail

# What a student finds where the solution was; the website's notebooks say the same.
c.ClearSolutions.code_stub = STUBS["code_stub"]
c.ClearSolutions.text_stub = STUBS["text_stub"]
c.GenerateAssignment.exporter_class = "grading.repairing.HandOut"

# A notebook gets the shape back in which it was handed out, before anything else.
c.Autograde.exporter_class = "grading.repairing.Reader"
c.Autograde.sanitize_preprocessors = [
    "grading.repairing.Repair", "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells", "nbgrader.preprocessors.CheckCellMetadata"]

# A cell that never ends is interrupted and earns nothing; the next one is run.
c.Execute.timeout = 30
c.Execute.interrupt_on_timeout = True

# zip_collect: files named student_NN_topic.ipynb, put into downloaded/NN_topic/archive
c.FileNameCollectorPlugin.named_regexp = (
    r".*[/\\](?P<student_id>[^/\\]+)_(?P<file_id>\d\d_\w+)")

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

# It is run in confinement. A cell that never ends is interrupted and earns nothing; the
# next one is run.
c.Autograde.autograde_preprocessors = [
    "grading.confining.Execute", "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput", "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata"]
c.Execute.timeout = 30

# zip_collect, again and again: what is newer is collected, all else stays.
c.ZipCollectApp.extractor_plugin = "grading.collecting.Extractor"
c.ZipCollectApp.collector_plugin = "grading.collecting.Collector"
c.ZipCollectApp.force = True

# A table of grades with a score for each exercise; feedback pages that are never old.
c.ExportApp.plugin_class = "grading.export.GradesTable"
c.GenerateFeedback.exporter_class = "grading.feedback.FeedbackPage"
c.GenerateFeedback.preprocessors = []
c.GenerateFeedback.force = True

# collect: every student can write into the exchange (which Windows does not have).
if sys.platform != "win32":
    c.ExchangeFactory.collect = "grading.exchanging.Collect"

"""The page on which a student finds points, messages and the teacher's comments.

What students wrote is shown, and nothing of it runs: text, outputs and formulas go through
nh3, which keeps what is in its list and drops everything else; the page itself forbids
scripts and whatever is elsewhere. It is one file.
"""

import re
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path

import nh3
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import markdown_mistune, strip_ansi
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, SubmittedNotebook
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES

from grading import ROOT, outline
from grading.outline import HEADING, nbgrader

sys.path.append(str(ROOT / "book" / "_ext"))
from mathml import mathml  # it stands where Sphinx looks for it

TEXT = {"a", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt",
        "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li",
        "ol", "p", "pre", "s", "span", "strong", "sub", "summary", "sup", "table", "tbody",
        "td", "tfoot", "th", "thead", "tr", "u", "ul"}
FORMULAS = {"annotation", "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded",
            "mphantom", "mroot", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup",
            "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "semantics"}
ATTRIBUTES = {
    "a": {"href", "title"}, "img": {"alt", "src", "title"}, "ol": {"start"},
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"},
    "annotation": {"encoding"}, "math": {"display"}, "mover": {"accent"},
    "mo": {"fence", "form", "lspace", "rspace", "stretchy"}, "mtable": {"displaystyle"},
    "mstyle": {"displaystyle", "mathcolor", "scriptlevel"}, "mi": {"mathvariant"},
    "mtd": {"columnalign"}, "mspace": {"width"}}
CLASSES = {"span": set(STANDARD_TYPES.values()), "div": {"highlight"},
           "mtable": {"aligned"}}
PICTURE = re.compile(r"data:image/(gif|jpeg|png|svg\+xml|webp);base64,[\w+/=\s]*", re.ASCII)
ELSEWHERE = re.compile(r"(https?|mailto):", re.IGNORECASE)
DROPPED = {"script", "style", "title", "template", "svg", "iframe", "object", "noscript",
           "textarea", "select", "xmp"}
# The time that text takes grows with its square; so long or so deep are only attacks.
LONGEST = {"text": 20_000, "code": 50_000, "html": 500_000}
DEEPEST = 500
STYLES = {"light": "a11y-high-contrast-light", "dark": "a11y-high-contrast-dark"}

ENVIRONMENT = Environment(
    autoescape=True, trim_blocks=True, lstrip_blocks=True,
    loader=FileSystemLoader(Path(__file__).parent / "templates"))


class FeedbackPage(Exporter):
    """A graded notebook as a page; nbgrader hands it one after the other.

    `c.GenerateFeedback.exporter_class = "grading.feedback.FeedbackPage"`, and no
    preprocessors: the points are read from the gradebook here.
    """

    file_extension = ".html"
    output_mimetype = "text/html"

    def __init__(self, **arguments: object) -> None:
        super().__init__(**arguments)
        if course := getattr(self.parent, "coursedir", None):   # a run of nbgrader's begins
            forget(course)

    def from_notebook_node(self, notebook: NotebookNode, resources: dict | None = None,
                           **arguments: object) -> tuple[str, dict]:
        notebook, resources = super().from_notebook_node(notebook, resources, **arguments)
        known = resources["nbgrader"]
        names = known["notebook"], known["assignment"]
        source = outline.original(self.parent.coursedir, names[1], names[0]) or notebook
        with Gradebook(known["db_url"]) as gradebook:
            graded = gradebook.find_submission_notebook(*names, known["student"])
            html = ENVIRONMENT.get_template("feedback.html.j2").render(
                contents(notebook, source, graded))
        return html.encode("utf-8", "replace").decode("utf-8"), resources


def forget(course: object) -> None:
    """Remove the page of whoever has no graded notebook: it showed an earlier one."""
    graded, shown = (
        {path.parent.name: path for path in Path(course.format_path(
            folder, "x", course.assignment_id)).parent.parent.glob(
                f"*/{course.assignment_id}") if any(path.glob(f"*{ending}"))}
        for folder, ending in [(course.autograded_directory, ".ipynb"),
                               (course.feedback_directory, ".html")])
    for student in shown.keys() - graded.keys():
        shutil.rmtree(shown[student])


def contents(notebook: NotebookNode, source: NotebookNode,
             graded: SubmittedNotebook) -> dict[str, object]:
    """What the page says."""
    student, exercises = graded.student, outline.exercises(source)
    grades = {grade.name: grade for grade in graded.grades}
    comments = {comment.name: comment.manual_comment for comment in graded.comments}
    summary: dict[int, dict] = {}
    for name, exercise in exercises.items():
        if name in grades:
            entry = summary.setdefault(
                exercise.place, {"title": exercise.title, "score": 0, "points": 0})
            entry["score"] += grades[name].score
            entry["points"] += grades[name].max_score
            entry["waits"] = entry.get("waits") or waits(grades[name])
    title = re.search("^# +(.+)", source.cells[0].source) if source.cells else None
    details = notebook.metadata.get("grading")
    repaired = details.get("repaired") if isinstance(details, dict) else None
    penalty = graded.late_submission_penalty or 0
    return {
        "title": title[1] if title else graded.name,
        "name": " ".join(filter(None, [student.first_name, student.last_name]))
                or student.id,
        "score": max(0, graded.score - penalty), "max_score": graded.max_score,
        "penalty": penalty, "summary": sorted(summary.items()),
        "waiting": sum(bool(waits(grade)) for grade in grades.values()),
        "repaired": [str(line) for line in repaired] if isinstance(repaired, list) else [],
        "cells": list(cells(notebook, source, grades, comments)),
        "colours": {theme: Markup(HtmlFormatter(style=style).get_style_defs(
            ".highlight")) for theme, style in STYLES.items()}}


def waits(grade: Grade) -> str:
    """What a score still waits for, or nothing."""
    if not grade.needs_manual_grade:
        return ""
    return ("waits for a mark" if grade.manual_score is None
            else "for an earlier answer; the new one waits for its mark")


def cells(notebook: NotebookNode, source: NotebookNode, grades: dict[str, Grade],
          comments: dict[str, str]) -> Iterator[dict[str, object]]:
    """The cells from the first exercise on, and the student's own cells before it."""
    released = {cell.get("id") for cell in source.cells} | {c.source for c in source.cells}
    exercises = {e.title: e.place for e in outline.exercises(source).values()}
    begun, grades = not exercises, dict(grades)
    for cell in notebook.cells:
        heading = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        place = exercises.pop(heading[1], None) if heading else None
        begun = begun or place is not None
        given = cell.get("id") in released or cell.source in released
        if not begun and given:
            continue
        known = nbgrader(cell)
        name, solution = known.get("grade_id"), known.get("solution")
        # a copied cell has the same name; the points stand below the first
        grade = grades.pop(name, None) if known.get("grade") else None
        yield {
            "place": place, "code": cell.cell_type == "code",
            "folded": "The check, hidden tests included" if grade and not solution
                      else "Given code" if given and not solution else None,
            "answer": bool(solution and cell.cell_type != "code"),
            "source": highlighted(cell.source) if cell.cell_type == "code" else
                      from_markdown(cell.source, cell.get("attachments")),
            "outputs": [shown(output) for output in cell.get("outputs", [])],
            "grade": grade and {"score": grade.score, "points": grade.max_score,
                                "waits": waits(grade)},
            "comment": comments.pop(name, None) if solution else None}


def highlighted(code: str) -> Markup:
    if len(code) > LONGEST["code"]:
        return Markup.escape(code)
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))


def shown(output: NotebookNode) -> Markup:
    """An output in the first of its forms that a page without scripts can show."""
    if output.output_type == "stream":
        return lines(output.text)
    if output.output_type == "error":
        return lines("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
    data = {kind: "".join(part) if isinstance(part, list) else str(part)
            for kind, part in output.data.items()}
    for kind in ("image/png", "image/jpeg", "image/gif", "image/svg+xml"):
        if kind in data:
            picture = data[kind]
            if kind == "image/svg+xml":
                picture = b64encode(picture.encode("utf-8", "replace")).decode("ascii")
            return clean(f'<img alt="What this code drew" '
                         f'src="data:{kind};base64,{escape(picture.strip())}">')
    for kind, form in [("text/html", from_html), ("text/markdown", from_markdown),
                       ("text/latex", from_markdown)]:
        if kind in data and (html := form(data[kind])).striptags():
            return html
    return lines(data.get("text/plain", ""))


def lines(text: str) -> Markup:
    return Markup('<pre tabindex="0">{}</pre>').format(strip_ansi(text))


class Renderer(markdown_mistune.IPythonRenderer):
    """Markdown as nbconvert reads it, with formulas as the book has them."""

    def block_math(self, body: str) -> str:
        return formula(body, "block")

    def inline_math(self, body: str) -> str:
        return formula(body, "inline")

    def latex_environment(self, name: str, body: str) -> str:
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", "block")


def formula(latex: str, display: str) -> str:
    try:
        return mathml(latex, display)
    except Exception:       # the converter fails in many ways on what is no LaTeX
        return f"<code>{escape(latex)}</code>"


def from_markdown(text: str, attachments: object = None) -> Markup:
    """Safe HTML from a student's text; if that fails, the text as it was typed."""
    if len(text) > LONGEST["text"]:
        return lines(text)
    try:
        renderer = Renderer(escape=False, exclude_anchor_links=True,
                            attachments=attachments)
        return from_html(markdown_mistune.MarkdownWithMath(renderer=renderer).render(text))
    except Exception:       # an attachment that is missing, brackets a thousand deep, …
        return lines(text)


def from_html(html: str) -> Markup:
    depth = deepest = 0
    for tag in re.finditer("<(/?)[a-zA-Z]", html):
        depth += -1 if tag[1] else 1
        deepest = max(deepest, depth)
    return lines(html) if len(html) > LONGEST["html"] or deepest > DEEPEST else clean(html)


def clean(html: str) -> Markup:
    """The HTML without what could run, load, or cover anything."""
    html = nh3.clean(
        html, tags=TEXT | FORMULAS, clean_content_tags=DROPPED, attributes=ATTRIBUTES,
        attribute_filter=safe_attribute, allowed_classes=CLASSES,
        url_schemes={"http", "https", "mailto", "data"})
    return Markup(html.replace("<th></th>", "<td></td>"))       # nothing to head


def safe_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "src" and not PICTURE.fullmatch(value):
        return None
    if name == "href" and not ELSEWHERE.match(value):
        return None
    return value

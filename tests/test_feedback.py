"""The feedback page: a student is told everything, and nothing of a student's runs."""

import csv

import nbformat
import pytest
from conftest import PHONE, SCREEN, watch
from contents import ROOT
from course import Course
from grading import feedback, outline
from grading.confining import Execute
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader import api
from nbgrader.api import Gradebook
from test_pages import AXE, ONE_OF_EACH_COLOUR, TAGS, VIOLATIONS

pytestmark = [pytest.mark.slow,         # a class is graded for it
              pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]   # nbgrader's

NAME = "04_sigmoid"
ELSEWHERE = "http://elsewhere.invalid/"
ODD_ID = "&lt;img src=x onerror=alert(1)&gt;"
TEXT_ATTACKS = [
    "<script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "[click](javascript:alert(4)) <a href='jAva&#10;Script:alert(4)'>click</a> "
    "<javascript:alert(4)> [data](data:text/html,<script>alert(4)</script>)",
    f"<iframe srcdoc='<script>alert(5)</script>'></iframe><embed src={ELSEWHERE}>"
    f"<object data={ELSEWHERE}></object><video src={ELSEWHERE} onerror=alert(5)></video>",
    "<svg onload=alert(6)><script>alert(6)</script><a xlink:href='javascript:alert(6)'>"
    "<text y=20>click</text></a></svg>",
    "<div style='position:fixed;inset:0;background:red;z-index:9'>covered</div>",
    f"<style>*{{display:none!important}}</style><link rel=stylesheet href={ELSEWHERE}>",
    f"<base href={ELSEWHERE}><meta http-equiv=refresh content='0;url={ELSEWHERE}'>",
    r"$\text{<script>alert(7)</script>}$ $\text{<img src=x onerror=alert(7)>}$",
    r"$\href{javascript:alert(8)}{click}$ $\style{position:fixed;inset:0}{x}$",
    "$$\n\\begin{x}<svg onload=alert(8)>\\end{x}\n$$",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 "
    "onerror=alert(9)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(9)>'></noscript>",
    f"<form action={ELSEWHERE}><input autofocus onfocus=alert(10)><button>click</button>",
    "```\"><script>alert(11)</script>\nx\n```\n\n    </pre><script>alert(11)</script>",
    f"![x]({ELSEWHERE}x.png) <img src=//elsewhere.invalid/y>"
    f"<p style='background:url({ELSEWHERE})'>x</p>",
    "![y](attachment:y.png)<script>alert(11)</script>",
    "<div>" * 600 + "<script>alert(11)</script>",
    "\\begin{x}" * 3000 + "<script>alert(11)</script>",
    "<p class='points full' id=exercise-1>99 of 99 points</p>",
    "</div></main></body><plaintext>",
]
HOSTILE = "".join(TEXT_ATTACKS[:8])
OUTPUT_ATTACKS = [
    new_output("display_data", {"text/html": text}) for text in TEXT_ATTACKS] + [
    new_output("display_data", {kind: HOSTILE}) for kind in (
        "text/markdown", "text/latex", "image/svg+xml", "image/png", "text/plain",
        "application/javascript")] + [
    new_output("display_data", {"image/png": '"><script>alert(12)</script>'},
               metadata={"image/png": {"alt": '"><script>alert(12)</script>'}}),
    new_output("display_data", {"image/svg+xml": (
        "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(13)'><script>alert(13)"
        "</script><text y='20'>picture</text></svg>")}),
    new_output("stream", text="</pre><script>alert(14)</script>\x1b[31mred\x1b[0m"),
    new_output("error", ename="<script>alert(15)</script>", evalue="",
               traceback=["</pre><script>alert(15)</script>"]),
    new_output("error", ename="<script>alert(15)</script>", evalue="", traceback=[])]
PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
         "awAAAABJRU5ErkJggg==")
ATTACK = f"print({HOSTILE!r})"
PRINTED = {ATTACK: OUTPUT_ATTACKS, "plot()": [
    new_output("display_data", {"image/png": PIXEL, "text/plain": "<Figure>"}),
    new_output("display_data", {"image/svg+xml": (
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")}),
    new_output("stream", text="x" * 300)]}


def run(step, notebook, resources):
    """What a kernel prints for the right answers is stored; students add their own."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = STORED.get(cell.id, []) + PRINTED.get(cell.source, [])
            if cell.source == ATTACK:       # as if what is written there came from them
                notebook.metadata["grading"]["repaired"] = [HOSTILE, 3]
                notebook.metadata["title"] = HOSTILE
                notebook.metadata.kernelspec.display_name = HOSTILE
    return notebook, resources


STORED = {cell.id: cell.outputs for cell in nbformat.read(
    ROOT / "book" / "exercises" / NAME / f"{NAME}.ipynb", 4).cells if "outputs" in cell}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class of three, and marks for two of them."""
    course = Course(tmp_path_factory.mktemp("class"))
    with pytest.MonkeyPatch.context() as m:
        m.setattr(api, "get_alembic_version", lambda: "any")
        m.setattr(Execute, "preprocess", run)
        course.nbgrader("generate_assignment", NAME)
        honest, colab, hostile = (course.solved(NAME) for _ in range(3))
        honest.cells.insert(8, new_code_cell("plot()"))
        answer = next(c for c in honest.cells if c.id == "probability")
        answer.source = "Count <b>all</b> of them, $\\sigma(z) \\geq 0.7$.\n\n| a | b |\n" \
                        "| - | - |\n| 1 | 2 |\n"
        colab.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
        for n, attack in enumerate(TEXT_ATTACKS):
            hostile.cells.insert(5 + n, new_markdown_cell(attack))
        answer = next(c for c in hostile.cells if c.id == "probability")
        answer.source = HOSTILE
        answer["attachments"] = {"y.png": {'text/html"><script>alert(16)</script>': "x"}}
        hostile.cells.append(new_code_cell(ATTACK))
        for student, work in [("allen", honest), ("moran", colab), (ODD_ID, hostile)]:
            path = course.folder / "submitted" / student / NAME / f"{NAME}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(work, path)
        course.nbgrader("autograde", NAME)
        with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as book:
            book.update_or_create_student(
                "allen", first_name="Elisabeth", last_name="Allen")
            book.add_student("kelly", first_name="=1+1", last_name='a, "b"\n@x')
            for student in ("allen", ODD_ID):
                grade = book.find_grade("probability", NAME, NAME, student)
                grade.manual_score, grade.needs_manual_grade = 2, False
                book.find_comment("probability", NAME, NAME, student).manual_comment = (
                    "Two levels would do.\n" + HOSTILE * (student == ODD_ID))
            book.find_grade("check-neuron", NAME, NAME, "allen").auto_score = 0
            book.db.commit()
        course.nbgrader("generate_feedback", NAME)
    return course


def page_of(course, student):
    return course.folder / "feedback" / student / NAME / f"{NAME}.html"


def test_what_an_honest_student_reads(course, chromium):
    path = page_of(course, "allen")
    assert path.stat().st_size < 100_000
    context = chromium.new_context()
    page, requests = watch(context.new_page(), path.as_uri()), []
    page.on("request", lambda r: requests.append(r.url[:5]))
    for scheme, size, rules in [
            ("light", SCREEN, ["color-contrast"]), ("dark", PHONE, TAGS)]:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.goto(path.as_uri())
        page.locator("details").evaluate_all("all => all.map(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page.evaluate(AXE)
        page.evaluate(ONE_OF_EACH_COLOUR)
        assert page.evaluate(VIOLATIONS, ["html", rules]) == []
    page.goto(path.as_uri())
    text = page.locator("main").inner_text()
    assert text.startswith("Exercises: sigmoid\n\nElisabeth Allen\n\n10 of 13 points\n\nEx")
    rows = page.locator("main > table tr").all_inner_texts()
    assert rows[2:] == [
        "Exercise 4.2: the sigmoid as a function\t2 of 2 points",
        "Exercise 4.3: the neuron for everyone\t0 of 2 points",
        "Exercise 4.4: all weights doubled\t1 of 1 point",
        "Exercise 4.5: find the fault\t2 of 2 points",
        "Exercise 4.6: where is it steepest?\t2 of 2 points",
        "Exercise 4.7: is it a probability?\t2 of 3 points"]
    assert "Right. 2 of 2 points." in text and "Comment: Two levels would do." in text
    assert "What you need" not in text
    assert page.locator(".answer b").inner_text() == "all"
    assert page.locator(".answer math").count() == 1 and page.locator("math").count() == 10
    assert page.locator("img").evaluate_all("all => all.map(i => i.naturalWidth)") == [1, 9]
    assert page.locator(".cell table").count() == 2
    assert page.locator("details").count() == 8
    page.locator("main > table a").last.click()
    assert page.locator("h2").last.evaluate(
        "h => [h.textContent, h.getBoundingClientRect().top < innerHeight]") == [
            "Exercise 4.7: is it a probability?", True]
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)")
    assert set(requests) <= {"file:", "data:"} and requests.count("file:") == 3
    assert page.trouble == []
    context.close()


def test_a_notebook_from_colab_and_a_mark_that_waits(course):
    text = page_of(course, "moran").read_text("utf-8")
    assert "10 of 13 points" in text and "1 answer still waits for a mark" in text
    assert "waits for a mark (3 points)" in text


@pytest.mark.parametrize("forbidden", [False, True])
def test_nothing_of_a_student_runs(course, chromium, forbidden):
    """Neither where the page forbids scripts, nor if it did not."""
    path = page_of(course, ODD_ID)
    context = chromium.new_context(bypass_csp=not forbidden)
    page = watch(context.new_page(), path.as_uri())
    page.on("dialog", lambda d: (page.trouble.append(d.message), d.dismiss()))
    page.on("request", lambda r: r.url.startswith("data:") or r.url == path.as_uri()
            or page.trouble.append(r.url))
    page.goto(path.as_uri())
    page.locator("details").evaluate_all("all => all.map(d => d.open = true)")
    links = page.locator(".cell :is(a, button)")
    for link in links.all():
        link.dispatch_event("click")
    assert links.count() > 3 and page.url == path.as_uri()
    found = page.evaluate("""() => ({
      moved: [...document.querySelectorAll("body *")].filter(
        e => getComputedStyle(e).position != "static").map(e => e.outerHTML),
      on: [...document.querySelectorAll("*")].flatMap(e => [...e.attributes])
        .map(a => a.name).filter(name => name.startsWith("on") || name == "srcdoc"),
      odd: [...document.querySelectorAll(
        "script, iframe, svg, form, input, embed, object, link, base")].length,
      first: document.elementFromPoint(innerWidth / 2, 60).tagName,
      points: [...document.querySelectorAll(".points")].map(e => e.textContent)})""")
    assert found == {"moved": [], "on": [], "odd": 0, "first": "H1", "points": [
        f"Points: {points}" for points in (
            "1 of 1 point", "2 of 2 points", "2 of 2 points", "1 of 1 point",
            "2 of 2 points", "2 of 2 points", "2 of 3 points")]}
    assert page.locator("bdi").inner_text() == ODD_ID
    assert page.locator("p:text('99 of 99'):not([class], [id])").count() == 2
    assert page.locator(".comment").inner_text().count("<script>alert(2)</script>") == 1
    assert page.locator("#exercise-1").count() == 1
    assert page.trouble == []
    page.evaluate("document.body.insertAdjacentHTML('beforeend', "
                  "`<img src='data:x' onerror='document.title = 1'>`)")
    page.wait_for_timeout(100)
    assert (page.title() == "1") != forbidden
    context.close()


def test_a_page_is_never_old(course):
    """Nor is it there if the newest work could not be graded."""
    page = page_of(course, "moran")
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as book:
        grade = book.find_grade("probability", NAME, NAME, "moran")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.db.commit()
    course.nbgrader("generate_feedback", NAME, "--student=moran")
    assert "13 of 13 points" in page.read_text("utf-8")
    before = page.read_bytes()
    course.nbgrader("generate_feedback", NAME, "--student=moran")
    assert page.read_bytes() == before
    graded = course.folder / "autograded" / "moran"
    graded.rename(course.folder / "aside")
    course.nbgrader("generate_feedback", NAME, "--student=allen")
    assert not page.exists() and page_of(course, "allen").exists()
    (course.folder / "aside").rename(graded)


def test_what_is_no_formula_or_too_much():
    """The rest of the text is shown as ever; what would take minutes, as it was typed."""
    shown = feedback.from_markdown(r"**x** $\frac$")
    assert "<strong>x</strong>" in shown and r"<code>\frac</code>" in shown
    for html in (feedback.from_markdown(r"\begin{x}" * 3000),
                 feedback.from_markdown("<i>" * 600), feedback.from_html("<b>" * 600)):
        assert html.startswith('<pre tabindex="0">')
    assert feedback.highlighted("(<" * 30_000) == "(&lt;" * 30_000


def test_exercises_without_headings_and_odd_metadata():
    notebook = new_notebook(cells=[
        new_markdown_cell("# Week 4", metadata={"nbgrader": "no"}),
        *(new_code_cell("", metadata={"nbgrader": {"grade": True, "grade_id": name}})
          for name in "ab")])
    assert outline.exercises(notebook) == {"a": (1, "Exercise 1"), "b": (2, "Exercise 2")}
    assert outline.exercises(new_notebook(cells=[
        new_markdown_cell("intro"), new_markdown_cell("## Exercise 7: two\n\ntext"),
        *notebook.cells])) == {"a": (7, "Exercise 7: two"), "b": (7, "Exercise 7: two")}


def test_the_table_of_grades(course):
    """A score for each exercise, and blanks where there is none."""
    graded = course.folder / "autograded" / ODD_ID
    graded.rename(course.folder / "aside")
    course.nbgrader("export")
    (course.folder / "aside").rename(graded)
    with (course.folder / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header[:11] == [
        "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name",
        "email", "raw_score", "late_submission_penalty", "score", "max_score"]
    assert header[11:] == [f"exercise_{n}" for n in range(1, 8)]
    rows = {row[3]: row[4:] for row in rows}
    assert rows["allen"] == ["Allen", "Elisabeth", "", "10.0", "0.0", "10.0", "13.0",
                             "1.0", "2.0", "0.0", "1.0", "2.0", "2.0", "2.0"]
    assert rows[ODD_ID] == [""] * 6 + ["13.0"] + [""] * 7
    assert rows["kelly"] == ['a, "b"\n\'@x', "'=1+1", *[""] * 4, "13.0", *[""] * 7]
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}") as book:
        grade = book.find_grade("probability", NAME, NAME, "moran")
        grade.manual_score, grade.needs_manual_grade = None, True
        book.db.commit()
    course.nbgrader("export", "--to=mine.csv", "--student=['moran']")
    text = (course.folder / "mine.csv").read_text("utf-8-sig")
    assert text.splitlines()[1] == (
        f"{NAME},,,moran,,,,10.0,0.0,10.0,13.0,1.0,2.0,2.0,1.0,2.0,2.0,")
    (course.folder / "held").mkdir()
    course.nbgrader("export", "--to=held", status=1)

"""The page of questions: each answer leads to what shows it, each chapter has some."""

import json
import re

import pytest
from contents import CHAPTERS, ROOT, TOC

PAGE = (ROOT / "book" / "questions.md").read_text("utf-8")
SHORT = {entry["file"]: entry["title"] for part in TOC["parts"] if "numbered" in part
         for entry in part["chapters"]}
QUESTIONS = dict(re.findall(r"^### (.+)\n\n(.+(?:\n\n[^#\n].+)*)", PAGE, re.MULTILINE))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_chapter_has_questions_that_lead_into_it(chapter):
    heading = f"\n## Chapter {int(chapter[:2])}: {SHORT[f'book/{chapter}']}\n"
    asked = PAGE.partition(heading)[2].partition("\n## ")[0]
    assert asked.count("\n### ") >= 3, f"no three questions below {heading.strip()!r}"
    assert f"]({chapter}.ipynb#" in asked, "a link to a passage"
    assert f"](exercises/{chapter}/{chapter}.ipynb#exercise-" in asked, "to an exercise"


def test_every_answer_shows_where():
    assert len(QUESTIONS) == PAGE.count("\n### ") >= 5 * len(CHAPTERS)
    for question, answer in QUESTIONS.items():
        assert re.search(r"\]\([^)]+#", answer), question


def test_no_number_that_no_cell_shows():
    outputs = {path.name: json.dumps([cell.get("outputs") for cell in json.loads(
        path.read_text("utf-8"))["cells"]]) for path in (ROOT / "book").glob("[01]*.ipynb")}
    said = 0
    for question, answer in QUESTIONS.items():
        shown = "".join(outputs[name] for name in re.findall(r"\((\d\w+\.ipynb)#", answer))
        prose = re.sub(r"`.*?`|\$.*?\$|\[\d\.\d(?=\])|\]\(.*?\)|64-bit|"
                       r"(exercise|chapter) [\d.]+", "", answer)
        for number in re.findall(r"\d[\d,.]*\d%?", prose):
            share = f"{float(number.rstrip('%').replace(',', '')) / 100:.3f}"
            either = re.escape(number) + (f"|{share}" if "%" in number else "")
            said += 1
            assert re.search(rf"(?<![\d.])({either})(\.?0+)?(?!\d)", shown), (
                question, number)
    assert said > 20


def test_every_link_within_the_site_leads_somewhere(site):
    pages = {path: path.read_text("utf-8") for path in (site / "book").rglob("*.html")}
    ids = {path: set(re.findall(' (?:id|data-figure)="([^"]+)"', html))
           for path, html in pages.items()}
    links = 0
    for path, html in pages.items():
        article = html[html.index("<article"):html.index("</article>")]
        for page, anchor in re.findall('href="([^":#]*)#([^"?]+)', article):
            links += 1
            assert anchor in ids[(path.parent / page).resolve() if page else path], (
                path.name, page, anchor)
    assert links > 500

"""Two versions of an exercise notebook: the students', and the page of the website.

The one source holds solutions and hidden tests (nbgrader's format). Neither of what is
made from it holds a hidden test; the page folds the solutions, students get none.
"""

import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from sphinx.application import Sphinx
from words import WORDS

STUBS = {"code_stub": {"python": WORDS["your_code"]}, "text_stub": WORDS["your_answer"]}
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
LINKS = ('<p class="exercise-links"><a href="../../{chapter}.html">{back}</a>'
         ' · <a href="../../../_sources/{name}.ipynb" download>{download}</a></p>')


def student_version(source: NotebookNode) -> NotebookNode:
    """What nbgrader hands out: no solution, no hidden test, no output; checks locked."""
    from nbgrader import preprocessors as nbgrader

    notebook, resources = copy.deepcopy(source), {}
    for step in (nbgrader.LockCells(), nbgrader.ClearSolutions(**STUBS),
                 nbgrader.ClearOutput(), nbgrader.ClearHiddenTests(),
                 nbgrader.ClearMarkScheme(), nbgrader.ComputeChecksums()):
        notebook, resources = step.preprocess(notebook, resources)
    return notebook


def page_version(source: NotebookNode, name: str) -> NotebookNode:
    """The scaffold, then the check and the solution, both folded."""
    page = student_version(source)
    cells, waiting = [], []
    for cell, original in zip(page.cells, source.cells, strict=True):
        role = original.metadata.get("nbgrader", {})
        cell.metadata = original.metadata
        if role.get("solution"):
            waiting.append(solution_cell(original))
            if original.cell_type == "code":
                cells.append(cell)
            else:
                cells.append(waiting.pop())
            cell.metadata = NotebookNode()
        elif role.get("grade"):
            cell.metadata = folded("check", ["hide-input"])
            cells += [cell, *waiting]
            waiting.clear()
        else:
            cell.outputs = original.get("outputs")
            if cell.outputs is None:
                del cell["outputs"]
            cells.append(cell)
    links = LINKS.format(name=name, chapter=Path(name).name, **WORDS)
    cells.insert(1, nbformat.v4.new_markdown_cell(links))
    page.cells = cells
    return page


def solution_cell(original: NotebookNode) -> NotebookNode:
    cell = copy.deepcopy(original)
    cell.id += "-solution"
    if cell.cell_type == "markdown":
        cell.source = (f"````{{admonition}} {WORDS['answer']}\n:class: dropdown\n"
                       f"{cell.source}\n````")
        cell.metadata = NotebookNode()
    else:
        lines = cell.source.splitlines()
        cell.source = "\n".join(x for x in lines if x.strip() not in MARKERS)
        cell.metadata = folded("solution", ["hide-cell"], original.metadata)
    return cell


def folded(
    what: str, tags: list[str], metadata: NotebookNode | None = None
) -> NotebookNode:
    metadata = copy.deepcopy(metadata or NotebookNode())
    metadata.tags = [what, *tags]
    metadata.setdefault("mystnb", NotebookNode()).update(
        code_prompt_show=WORDS[f"show_{what}"], code_prompt_hide=WORDS[f"hide_{what}"])
    return metadata


def is_exercise(name: str) -> bool:
    return name.startswith("book/exercises/") and Path(name).name[:2].isdigit()


def read_page(app: Sphinx, name: str, text: list[str]) -> None:
    if is_exercise(name):
        page = page_version(nbformat.reads(text[0], as_version=4), name)
        text[0] = nbformat.writes(page)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", read_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

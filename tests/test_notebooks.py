"""What nbval does not check about the stored notebooks."""

import json
import re

import nbformat
import pytest
from contents import CHAPTERS, ROOT

NOTEBOOKS = sorted(
    p for p in (ROOT / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
RENEW = "; run it anew: python run.py notebooks"


@pytest.fixture(params=NOTEBOOKS, ids=lambda p: p.stem)
def path(request):
    return request.param


@pytest.fixture
def code(path):
    notebook = nbformat.read(path, as_version=4)
    return [c for c in notebook.cells if c.cell_type == "code"]


def outputs_as_text(cell):
    return json.dumps([o for o in cell.outputs], ensure_ascii=False)


def where(cell):
    return f"cell {cell.id}: {cell.source.splitlines()[0]}"


def test_valid_with_unique_ids_and_stored_by_the_projects_command(path):
    text = path.read_text(encoding="utf-8")
    raw = json.loads(text)              # nbformat.read and validate both repair ids
    ids = [cell["id"] for cell in raw["cells"]]
    assert len(ids) == len(set(ids)), "the same cell id twice"
    nbformat.validate(raw)
    assert set(raw["metadata"]) == {"kernelspec", "language_info"}, RENEW
    assert "version" not in raw["metadata"]["language_info"], RENEW
    assert not any("execution" in cell["metadata"] for cell in raw["cells"]), RENEW


def test_run_from_top_to_bottom(code):
    """nbval passes a cell without an execution count, whatever it prints."""
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1)), RENEW


def test_no_stored_error_and_no_warning(code):
    for cell in code:
        for output in cell.outputs:
            assert output.output_type != "error", where(cell)
            assert output.get("name") != "stderr", where(cell)


def test_no_trailing_semicolon(code):
    """nbval keeps no history, so that a semicolon hides nothing there."""
    for cell in code:
        assert not cell.source.rstrip().endswith(";"), where(cell)


def test_every_picture_is_compared_and_described(code):
    """nbval compares SVG as text, and skips PNG, which stands in where SVG may not."""
    for cell in code:
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})
                 if kind.startswith("image/")}
        if kinds:
            assert kinds == {"image/svg+xml", "image/png"}, where(cell)
            assert len(cell.metadata.mystnb.image.alt) > 60, where(cell)
            if "nbgrader" in cell.metadata:     # an exercise's figure stands by its code
                continue
            assert len(cell.metadata.mystnb.figure.caption) > 20, where(cell)
            assert cell.metadata.mystnb.figure.name.startswith("fig-"), where(cell)
            svg = next(o.data["image/svg+xml"] for o in cell.outputs if "data" in o)
            width = float(re.search(r'<svg [^>]*?width="([\d.]+)pt"', svg)[1])
            assert width <= 412, f"{where(cell)}: its print is too small on a phone"


def test_outputs_load_nothing_and_name_no_machine(code):
    strange = re.compile(
        r"""(src|href)=\\?["'](https?:)?//|<script|0x[0-9a-f]{6,}|/(home|root|tmp|Users|work)/"""
        r"""|[A-Z]:\\\\|\d\d:\d\d:\d\d|site-packages""")
    for cell in code:
        text = re.sub(r'xmlns(:\w+)?=\\"[^"]*\\"', "", outputs_as_text(cell))
        found = strange.search(text)
        assert not found, f"{where(cell)}: {found[0]}"


def test_lines_fit_into_their_box(code):
    for cell in code:
        for line in cell.source.splitlines():
            assert len(line) <= 80, f"{where(cell)}: {line}"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapters_open_and_close_alike(chapter):
    cells = nbformat.read(ROOT / "book" / f"{chapter}.ipynb", as_version=4).cells
    opening, closing = cells[0].source, cells[-1].source
    for words in ("**What you will do.**", "**What you will learn.**", "**What you need.**",
                  "minutes"):
        assert words in opening
    for words in ("## What you can do now", "**What this does not show.**"):
        assert words in closing
    following = CHAPTERS[CHAPTERS.index(chapter) + 1:]
    assert f"]({following[0]}.ipynb)" in closing if following else "](" in closing

"""What nbval does not check about the stored notebooks."""

import ast
import json
import re
import sys
from itertools import pairwise

import nbformat
import pytest
from address import HERE
from contents import CHAPTERS, ROOT
from IPython.core.error import UsageError
from run_notebooks import METADATA

NOTEBOOKS = sorted(
    p for p in (ROOT / "book").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
BOX = ":::{admonition} In this chapter"
RENEW = "; run it anew: python run.py notebooks"
SET_UP = f'''from importlib.util import find_spec
from IPython.core.error import UsageError

if None in map(find_spec, ["titanic_helpers", "matplotlib", "sklearn"]):
    raise UsageError(
        "titanic_helpers, matplotlib or scikit-learn is missing. Type, "
        '{HERE}')

'''


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
    assert raw["metadata"] == METADATA, RENEW
    assert not any("execution" in cell["metadata"] for cell in raw["cells"]), RENEW


def test_a_notebook_alone_says_what_to_install(code):
    assert code[0].source.startswith(SET_UP)


@pytest.mark.parametrize("missing", ["titanic_helpers", "matplotlib", "sklearn"])
def test_what_to_install_is_one_line(monkeypatch, missing):
    """A UsageError is shown as one line, without a traceback."""
    exec(SET_UP)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=r"titanic_helpers.*pip install") as said:
        exec(SET_UP)
    assert "\n" not in str(said.value)


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
        r"""(src|href)=\\?["'](https?:)?//|<script(?! type=\\?"application/json\\?">)"""
        r"""|0x[0-9a-f]{6,}|/(home|root|tmp|Users|work)/"""
        r"""|[A-Z]:\\\\|\d\d:\d\d:\d\d|site-packages""")
    for cell in code:
        text = re.sub(r'xmlns(:\w+)?=\\"[^"]*\\"', "", outputs_as_text(cell))
        found = strange.search(text)
        assert not found, f"{where(cell)}: {found[0]}"


def test_lines_fit_into_their_box(code):
    for cell in code:
        for line in cell.source.splitlines():
            assert len(line) <= 80, f"{where(cell)}: {line}"


def cells_of(chapter):
    return nbformat.read(ROOT / "book" / f"{chapter}.ipynb", as_version=4).cells


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapters_open_and_close_alike(chapter):
    cells = cells_of(chapter)
    following = CHAPTERS[CHAPTERS.index(chapter) + 1:]
    assert f"]({following[0]}.ipynb)" in cells[-1].source if following \
        else "](" in cells[-1].source

    hook, box = cells[0].source.split(f"\n{BOX}\n")
    title, first, *_ = hook.split("\n\n")
    assert len(first) > 60, "the hook comes first"
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    short = re.search(rf"file: book/{chapter}\n +title: (.+)", toc)[1]
    assert re.fullmatch(rf"# .+[?.:] {short}", title)
    for words in ("**You will** ", "**You need** ", "**It takes** ", "minutes"):
        assert words in box
    assert cells[1].metadata.mystnb.code_prompt_show == "Set-up"
    assert cells[1].metadata.tags == ["hide-input"]
    assert "plots.use_style()" in cells[1].source

    closing, number = cells[-1].source, int(chapter[:2])
    for words in ("## What you can do now\n", "\nThis chapter does not show that ",
                  f"](exercises/{chapter}/{chapter}.ipynb)"):
        assert words in closing
    assert re.search(rf"exercise {number}\.\d", closing), "the most tempting exercise"


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_boxes_folds_and_captions_are_of_one_kind(chapter):
    cells = cells_of(chapter)
    prose = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    titles = re.findall(r"^:+\{(.+)$", prose, re.MULTILINE)
    assert titles.count("admonition} In this chapter") == 1
    for title in titles:
        assert re.match("admonition} (In this chapter|Predict|In the article|Aside)", title)
    assert not re.search(r"\{(term|numref|cite\S*|eq)\}`|\d %", prose)
    moving = [figure for figure, data in pairwise(cells) if "plots.movable(" in data.source]
    asked = [answer for question, answer in pairwise(cells)
             if "{admonition} Predict" in question.source and answer not in moving]
    folded = [c for c in cells if "hide-output" in c.metadata.get("tags", [])]
    assert asked == folded, "each answer, and nothing else, is folded right below its box"
    for picture, data in pairwise(cells):       # before these the figure is the answer
        if "plots.movable(" in data.source:
            assert "figure" in picture.metadata.get("mystnb", {}), where(data)
            assert data.metadata.tags == ["remove-input"], where(data)
    for cell in folded:
        assert cell.metadata.tags == ["hide-output"], "its code is shown"
        assert cell.metadata.mystnb.code_prompt_show == "Show what happened"
    for cell in cells:
        if "figure" in cell.metadata.get("mystnb", {}):
            assert cell.metadata.tags == ["hide-input"], where(cell)
            assert len(re.findall(r"\.( |$)", cell.metadata.mystnb.figure.caption)) == 2


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_code_is_short(chapter):
    code = [c for c in cells_of(chapter) if c.cell_type == "code"]
    lengths = [sum(map(bool, c.source.splitlines())) for c in code[1:]]
    assert max(lengths) <= 10 and sum(lengths) / len(lengths) < 6.5
    assert max(len(line) for c in code for line in c.source.splitlines()) <= 72


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_cell_run_again_finds_its_names_as_they_were(chapter):
    """No name is given a second meaning by a later cell."""
    bound = {}
    for cell in cells_of(chapter):
        if cell.cell_type == "code":
            for name in names_bound_by(ast.parse(cell.source)) - {"_", "fig", "ax"}:
                assert name not in bound, f"{name}: in {bound[name]} and {where(cell)}"
                bound[name] = where(cell)


def names_bound_by(tree):
    """Names that a cell leaves behind: none from within a function or a comprehension."""
    names, waiting = set(), [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp,
                                   ast.GeneratorExp)):
            waiting += ast.iter_child_nodes(node)
    return names

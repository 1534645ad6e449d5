"""One style for modules, tests, notebooks and figures."""

import ast
import importlib
import inspect
import io
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from contents import ROOT
from matplotlib import font_manager
from matplotlib.colors import to_rgb
from numpydoc.validate import validate

import titanic_helpers
from titanic_helpers import plots


def test_ruff_finds_nothing():
    result = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", ROOT],
                            capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stdout


# All of numpydoc's checks but these, which ask for more than a short docstring needs.
LEFT_OUT = {
    "ES01",     # a second paragraph: one sentence is often enough
    "EX01",     # an example: only where it teaches
    "SA01",     # "See Also": the chapters say what belongs together
}


def public_names(place, of):
    """Yield what a module defines without a leading _, and so the classes within."""
    for name, thing in vars(place).items():
        if name[0] != "_" and getattr(thing, "__module__", "") == of:
            if inspect.isclass(thing):
                yield from public_names(thing, of)
            if inspect.isclass(thing) or inspect.isfunction(thing):
                yield f"{of}.{thing.__qualname__}"


def test_docstrings_name_and_describe_everything():
    modules = {name for _, name, _ in pkgutil.iter_modules(
        titanic_helpers.__path__, "titanic_helpers.")}
    names = [name for module in modules
             for name in public_names(importlib.import_module(module), module)]
    assert {"titanic_helpers.sigmoid.sigmoid", "titanic_helpers.splits.Preparation.fit",
            "titanic_helpers.exercises.grade"} <= set(names)
    found = [f"{name}: {text}" for name in names
             for code, text in validate(name)["errors"] if code not in LEFT_OUT]
    assert not found, "\n".join(found)


# Each module may import those to its left in its own line, and only the first line pandas.
LINES = (
    "list_file data missing_values encoding splits features cross_validation".split(),
    ("sigmoid loss gradient_descent evaluation regularisation optimisers "
     "hidden_layer").split(),
)


def imported(module):
    code = ast.parse((ROOT / "titanic_helpers" / f"{module}.py").read_text("utf-8"))
    for node in ast.walk(code):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_modules_import_from_left_to_right():
    others = {"__init__", "__main__", "_interrupt", "exercises", "plots"}
    there = {path.stem for path in (ROOT / "titanic_helpers").glob("*.py")}
    assert there == others.union(*LINES)
    for line in LINES:
        for i, module in enumerate(line):
            names = set(imported(module))
            ours = {n.removeprefix("titanic_helpers.") for n in names if "titanic" in n}
            assert ours <= set(line[:i]), module
            libraries = {n.partition(".")[0] for n in names if "titanic" not in n}
            allowed = {"numpy", "pandas"} if line is LINES[0] else {"numpy"}
            assert libraries <= allowed | sys.stdlib_module_names, module


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return np.dot([0.2126, 0.7152, 0.0722], linear)


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def on_a_dark_page(colour):
    """What the filters of book.css make of it, as the standard defines them."""
    css = (ROOT / "book" / "_static" / "book.css").read_text(encoding="utf-8")
    invert, turn = re.search(r"filter: invert\(([\d.]+)\) hue-rotate\((\d+)deg\)",
                             css).groups()
    inverted = float(invert) + np.array(colour) * (1 - 2 * float(invert))
    grey = np.array([[0.213, 0.715, 0.072]] * 3)
    sine = np.array([[-0.213, -0.715, 0.928], [0.143, 0.140, -0.283],
                     [-0.787, 0.715, 0.072]])
    turn = np.radians(float(turn))
    rotation = grey + np.cos(turn) * (np.eye(3) - grey) + np.sin(turn) * sine
    return np.clip(rotation @ inverted, 0, 1)


@pytest.mark.parametrize("seen", [np.array, on_a_dark_page], ids=["light", "dark"])
def test_colours_of_figures_differ_for_every_eye(seen):
    died, survived, neutral, black, page = (seen(to_rgb(colour)) for colour in (
        plots.DIED, plots.SURVIVED, plots.NEUTRAL, "black", "white"))
    for colour in (died, survived, neutral):
        assert contrast(colour, page) >= 3, "marks on the page; WCAG 1.4.11"
    assert contrast(black, page) >= 4.5, "words on the page; WCAG 1.4.3"
    for other in (survived, neutral):
        assert abs(luminance(died) - luminance(other)) >= 0.14, "in greyscale"


def drawn():
    """A figure in the style of the book, as the bytes of its SVG."""
    plots.use_style()
    fig, ax = plt.subplots()
    ax.plot([1, 2], label="a label")
    ax.set(xlabel="$x$", title="Title")
    ax.legend()
    picture = io.BytesIO()
    fig.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    return picture.getvalue().decode()


def test_figures_look_alike_whatever_was_set_before():
    first = drawn()
    plt.style.use("dark_background")
    mpl.rcParams.update({"text.usetex": True, "font.family": "serif", "figure.dpi": 50,
                         "axes.grid": True, "lines.linestyle": ":"})
    assert drawn() == first


def test_words_in_figures_are_in_the_fonts_of_the_page():
    family = re.search("<text style=\"[^\"]*font-family: ([^;\"]+)", drawn())[1]
    own, *others = family.split(", ")
    assert own == f"'{plots.MEASURED}'"
    assert others == ["'Segoe UI'", "'Helvetica Neue'", "'Arial'", "sans-serif"]
    assert plots.MEASURED in font_manager.get_font_names()
    measured = font_manager.findfont(font_manager.FontProperties())
    assert Path(measured).is_relative_to(mpl.get_data_path()), "not this machine's own"

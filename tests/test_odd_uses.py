"""Notebooks give the stored outputs whatever was set before, and when run again."""

import nbformat
import pytest
from contents import ROOT
from test_notebooks import NOTEBOOKS
from test_processors import outcome

STRICT = "import numpy as np\nnp.seterr(all='raise')\n"


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "start"), [
    ("[0-9ai]*.ipynb", STRICT + "from numpy import *\n"), ("exercises/*/*.ipynb", STRICT)])
def test_strict_settings_and_overwritten_names(tmp_path, kind, start):
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "strict.py").write_text(start)
    notebooks = sorted((ROOT / "book").glob(kind))
    assert len(notebooks) >= 8
    result = outcome(*notebooks, IPYTHONDIR=str(tmp_path))
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.slow
def test_each_cell_gives_the_same_when_run_again(tmp_path):
    """From the first cell to the last, and back."""
    for i, path in enumerate(NOTEBOOKS):
        notebook = nbformat.read(path, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        notebook.cells = code + [nbformat.from_dict({**cell, "id": f"{cell.id}-again"})
                                 for cell in reversed(code)]
        nbformat.write(notebook, tmp_path / f"{i}_{path.name}")
    result = outcome(tmp_path)
    assert result.returncode == 0, result.stdout[-3000:]

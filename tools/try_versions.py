"""Test the package and all notebooks with other libraries: python run.py versions [NAME]

    floor     the lowest versions that pyproject.toml admits
    colab     those of Google Colab

Each gets an environment in _build/versions, made from the network. The notebooks run in an
empty folder; what they print must be what is stored. Their drawings are not compared.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "_build" / "versions"
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from exercise_versions import student_version  # noqa: E402

PACKAGE = f"{ROOT}[chapters]"
SETS = {
    "floor": ["--resolution=lowest-direct", PACKAGE],
    "colab": ["numpy==2.0.2", "pandas==2.2.2", "matplotlib==3.10.0", "scikit-learn==1.6.1",
              "ipython==7.34.0", "ipykernel==6.17.1"],
}
PYTHONS = ">=3.11,<3.13"        # NumPy 1.26 has no ready-made file for a newer one
TESTERS = ["pytest", "pytest-xdist", "nbval", "hypothesis", "ipykernel", "pyyaml"]
# NumPy's own words, which chapter 4 prints, once had other quotation marks.
NOT_COMPARED = r"""[drawings]
regex: (?s)^<\?xml.*</svg>\s*$
replace: a drawing

[quotation marks]
regex: `+
replace: `
"""


def call(*command: str | Path, **where: Path) -> str:
    """Run a command, its output for all to see; or give its output."""
    result = subprocess.run(
        command, cwd=ROOT, text=True, encoding="utf-8",
        # old libraries warn of what is new in each other
        env=os.environ | {"PYTHONWARNINGS": "ignore::DeprecationWarning"}, **where)
    if result.returncode:
        sys.exit(result.returncode)
    return result.stdout


def install(name: str) -> Path:
    """Make the environment; the package must leave alone what it finds there."""
    place = FOLDER / name
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    call("uv", "venv", "--quiet", "--clear", "--no-python-downloads",
         "--python", PYTHONS, place)
    found = []
    for packages in (SETS[name], [PACKAGE, *TESTERS]):
        call("uv", "pip", "install", "--quiet", "--python", python, *packages)
        there = call("uv", "pip", "freeze", "--quiet", "--python", python,
                     stdout=subprocess.PIPE).splitlines()
        if changed := set(found) - set(there):
            sys.exit(f"{name}: installing the package changed {', '.join(changed)}")
        found = there
    wanted = ("numpy", "pandas", "matplotlib", "scikit-learn", "ipython")
    print(f"{name}:", *(line for line in found if line.split("==")[0] in wanted))
    return python


def write_notebooks(folder: Path) -> None:
    """Every notebook, and the students' exercises, with nothing else beside them."""
    shutil.rmtree(folder, ignore_errors=True)
    for path in sorted((ROOT / "book").rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        place = folder / ("solved" if "exercises" in path.parts else "chapters")
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place)
        if place.name == "solved":
            notebook = student_version(nbformat.read(path, as_version=4))
            (folder / "students").mkdir(exist_ok=True)
            nbformat.write(notebook, folder / "students" / path.name)
    (folder / "not_compared.cfg").write_text(NOT_COMPARED, encoding="utf-8")


def test(python: Path, notebooks: Path) -> None:
    """Run the package's own tests, then every notebook; stop where one fails."""
    modules = {path.stem for path in (ROOT / "titanic_helpers").glob("[a-z]*.py")}
    modules = modules - {"exercises"} | {"grade", "program", "article_run"}
    files = [path for path in sorted((ROOT / "tests").glob("test_*.py"))
             if path.stem.removeprefix("test_") in modules]
    pytest = [python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile",
              "-p", "no:cacheprovider", "--noconftest"]
    call(*pytest, "-p", "no:nbval", "-o", "addopts=--doctest-modules",
         "-W", "ignore::DeprecationWarning", *files, "titanic_helpers")
    common = [*pytest, "-c", notebooks / "not_compared.cfg", "--rootdir", notebooks,
              "--nbval-current-env"]
    call(*common, "--nbval", "--nbval-sanitize-with", notebooks / "not_compared.cfg",
         notebooks / "chapters", notebooks / "solved")
    call(*common, "--nbval-lax", notebooks / "students")


def main(names: list[str]) -> None:
    if unknown := set(names) - set(SETS):
        sys.exit(f"no versions called {', '.join(unknown)}; there are: {', '.join(SETS)}")
    notebooks = FOLDER / "notebooks"
    write_notebooks(notebooks)
    for name in names or SETS:
        test(install(name), notebooks)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Write the students' exercise notebooks into exercises/: python run.py exercises

Without solutions and hidden tests, ready for JupyterLab. A notebook in which somebody has
worked stays as it is. To open and save one is no work: what counts are its cells, and each
notebook carries a digest of them as they were written. So a corrected exercise takes the
place of one that nobody has touched.
"""

import hashlib
import json
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "exercises"
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from address import with_address  # noqa: E402
from exercise_versions import student_version  # noqa: E402


def digest(notebook: nbformat.NotebookNode) -> str:
    cells = [(c.cell_type, c.source, c.get("outputs")) for c in notebook.cells]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()


def untouched(target: Path) -> bool:
    """Say whether a notebook is as it was written."""
    try:
        notebook = nbformat.read(target, as_version=4)
    except (ValueError, nbformat.reader.NotJSONError):
        return False
    return notebook.metadata.get("as_written") == digest(notebook)


def main() -> None:
    sources = sorted((ROOT / "book" / "exercises").glob("*/[0-9][0-9]_*.ipynb"))
    FOLDER.mkdir(exist_ok=True)
    kept = []
    for source in sources:
        target = FOLDER / source.name
        notebook = nbformat.reads(with_address(source.read_text("utf-8")), as_version=4)
        notebook = student_version(notebook)
        notebook.metadata["as_written"] = digest(notebook)
        if target.exists() and not untouched(target):
            kept.append(target.name)
        else:
            text = nbformat.writes(notebook) + "\n"
            target.write_text(text, encoding="utf-8", newline="\n")
    if kept:
        print(f"Kept as they are, for somebody has worked in them: {', '.join(kept)}\n"
              "(rename or remove one to begin it anew)")
    print(f"The {len(sources)} exercise notebooks are in {FOLDER}\n"
          "Open them with: python run.py lab exercises")


if __name__ == "__main__":
    try:
        main()
    except OSError as e:
        sys.exit(f"Cannot write the exercises: {e.filename}: {e.strerror}")

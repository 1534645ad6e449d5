"""Write the students' exercise notebooks into exercises/: python run.py exercises

Without solutions and hidden tests, ready for JupyterLab. A notebook that is there already
and differs stays as it is: somebody has worked in it.
"""

import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "exercises"
sys.path.insert(0, str(ROOT / "book" / "_ext"))

from address import with_address  # noqa: E402
from exercise_versions import student_version  # noqa: E402


def main() -> None:
    sources = sorted((ROOT / "book" / "exercises").glob("*/[0-9][0-9]_*.ipynb"))
    FOLDER.mkdir(exist_ok=True)
    kept = []
    for source in sources:
        target = FOLDER / source.name
        notebook = nbformat.reads(with_address(source.read_text("utf-8")), as_version=4)
        text = nbformat.writes(student_version(notebook))
        if target.exists() and target.read_text(encoding="utf-8") != text:
            kept.append(target.name)
        else:
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

"""Run notebooks from top to bottom and store their outputs, the same bytes each time.

    python run.py notebooks                        all of them
    python run.py notebooks 03_encoding            some, by name
    python run.py notebooks exercises/03_encoding  a chapter's exercises

With the opening page goes its figure, as a file of its own: the picture in README.md.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

BOOK = Path(__file__).resolve().parents[1] / "book"
OPENING, PICTURE = BOOK / "intro.ipynb", BOOK / "_static" / "opening.svg"
# what book.css does with a figure, for README.md, which has no style of its own
DARK = "@media (prefers-color-scheme: dark) {svg {filter: invert(0.93) hue-rotate(180deg)}}"
# what JupyterLab writes as soon as it shows a notebook, but for the version of Python
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python",
                   "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3}, "file_extension": ".py",
        "mimetype": "text/x-python", "name": "python", "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3"},
}


def first_figure(notebook: nbformat.NotebookNode) -> str:
    """Give the first figure of a notebook as SVG that is dark on a dark page."""
    svg = next(output.data["image/svg+xml"] for cell in notebook.cells
               for output in cell.get("outputs", ())
               if "image/svg+xml" in output.get("data", ()))
    return svg.replace("</style>", f"\n{DARK}</style>", 1)


def run(path: Path) -> None:
    """Run one notebook in a fresh kernel; write it only if it ran to the end."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except (ValueError, TypeError, AttributeError, LookupError,
            nbformat.ValidationError) as e:
        raise nbformat.reader.NotJSONError from e
    NotebookClient(
        notebook, timeout=300, kernel_name="python3", record_timing=False,
        coalesce_streams=True,                  # one output, even if its lines come slowly
        extra_arguments=["--log-level=40"],     # no note on encryption for each kernel
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    notebook.metadata = METADATA        # no version, no time, no widget state
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    nbformat.validate(notebook)
    text = nbformat.writes(notebook) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    if path == OPENING:
        PICTURE.write_text(first_figure(notebook), encoding="utf-8", newline="\n")


def main(names: list[str]) -> None:
    paths = sorted(BOOK.rglob("*.ipynb"))
    paths = [p for p in paths if ".ipynb_checkpoints" not in p.parts]
    known = {p.stem if p.parent == BOOK else p.parent.relative_to(BOOK).as_posix(): p
             for p in paths}
    names = [name.removeprefix("book/").removesuffix(".ipynb") for name in names]
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"no notebook {', '.join(unknown)}; there are: {', '.join(known)}")
    names = names or list(known)
    for i, name in enumerate(names, 1):
        print(f"[{i}/{len(names)}] {known[name].relative_to(BOOK.parent)}", flush=True)
        as_it_was = f"{name}: the stored notebook is as it was"
        try:
            run(known[name])
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as e:
            sys.exit(f"{e}\n{as_it_was}")
        except nbformat.reader.NotJSONError:
            sys.exit(f"this is no notebook in UTF-8; {as_it_was}")
        except OSError as e:
            sys.exit(f"{e.filename}: {e.strerror}; {as_it_was}")
        except KeyboardInterrupt:
            sys.exit(f"stopped; {as_it_was}")


if __name__ == "__main__":
    main(sys.argv[1:])

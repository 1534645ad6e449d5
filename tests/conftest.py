"""The built site and the one long page, each made once for all tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from contents import ROOT
from filelock import FileLock


def build_book(source: Path, *options: str) -> subprocess.CompletedProcess:
    jupyter_book = shutil.which("jupyter-book", path=Path(sys.executable).parent)
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("BOOK_")}     # a book without an address
    return subprocess.run(      # from there: Jupyter Book cannot build on another drive
        [jupyter_book, "build", ".", "-W", "--keep-going", "-n", *options], cwd=source,
        capture_output=True, text=True, encoding="utf-8",
        env=env | {"PYTHONUTF8": "1"}, timeout=300)


def once(done: Path, make) -> None:
    """Make something that all workers share; a failure is told to each of them.

    The file done says that it was made, and holds what went wrong.
    """
    with FileLock(f"{done}.lock"):
        if not done.exists():
            try:
                trouble = make() or ""
            except Exception as e:
                trouble = repr(e)
            done.write_text(trouble, encoding="utf-8")
    trouble = done.read_text(encoding="utf-8")
    assert not trouble, trouble[-3000:]


@pytest.fixture(scope="session")
def book_copy(tmp_path_factory, worker_id) -> Path:
    """A copy of the book, where it is built."""
    base = tmp_path_factory.getbasetemp()
    source = (base if worker_id == "master" else base.parent) / "source"

    def copy():
        for name in ("book", "_config.yml", "_toc.yml"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)

    source.mkdir(exist_ok=True)
    once(source / "copied", copy)
    return source


@pytest.fixture(scope="session")
def site(book_copy) -> Path:
    """The website."""
    def build():
        result = build_book(book_copy)
        return result.stdout + result.stderr if result.returncode else ""

    once(book_copy / "built", build)
    return book_copy / "_build" / "html"


def pytest_collection_modifyitems(items):
    """The longest files first, so that both cores end together."""
    longest = ["test_classroom", "test_website", "test_pdf", "test_exercises"]
    items.sort(key=lambda item: next(
        (n for n, name in enumerate(longest) if name in item.nodeid), len(longest)))

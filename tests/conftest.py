"""The built site, once for all tests."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def build_book(source: Path) -> subprocess.CompletedProcess:
    jupyter_book = shutil.which("jupyter-book", path=Path(sys.executable).parent)
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("BOOK_")}     # a book without an address
    return subprocess.run(      # from there: Jupyter Book cannot build on another drive
        [jupyter_book, "build", ".", "-W", "--keep-going", "-n"], cwd=source,
        capture_output=True, text=True, encoding="utf-8",
        env=env | {"PYTHONUTF8": "1"}, timeout=300)


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id) -> Path:
    """One build for all workers: the first makes it, the others wait."""
    together = tmp_path_factory.getbasetemp()
    source = (together if worker_id == "master" else together.parent) / "source"
    done = source / "done"
    try:
        source.mkdir()
    except FileExistsError:
        while not done.exists():
            time.sleep(0.2)
    else:
        for name in ("book", "_config.yml", "_toc.yml"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)
        result = build_book(source)
        trouble = "" if result.returncode == 0 else result.stdout + result.stderr
        done.write_text(trouble, encoding="utf-8")
    trouble = done.read_text(encoding="utf-8")
    assert not trouble, trouble[-3000:]
    return source / "_build" / "html"


def pytest_collection_modifyitems(items):
    """The longest files first, so that both cores end together."""
    items.sort(key=lambda item: not re.search("test_(website|pdf|classroom)", item.nodeid))

"""run.py, before there is an environment: every trouble is one clear sentence."""

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def copy(tmp_path):
    """A fresh copy of what run.py reads, without an environment."""
    for name in ("run.py", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def run(copy):
    """The module run.py of the copy."""
    spec = importlib.util.spec_from_file_location("run_copy", copy / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def python(copy, *args, **env):
    return subprocess.run([sys.executable, *args], cwd=copy, capture_output=True, text=True,
                          encoding="utf-8", env=os.environ | env, timeout=120)


def pretend(before):
    """A command that runs run.py after changing something about this Python."""
    after = "runpy.run_path('run.py', run_name='__main__')"
    return "-c", f"import runpy, sys\n{before}\n{after}"


def test_alone_it_explains_itself(copy, run):
    result = python(copy, "run.py")
    assert result.returncode == 0
    for name in run.COMMANDS:
        assert f"python run.py {name}" in result.stdout
    assert not (copy / ".venv").exists()


@pytest.mark.parametrize("args", [["boook"], ["book", "extra"]])
def test_no_such_command(copy, args):
    result = python(copy, "run.py", *args)
    assert result.returncode == 1
    assert result.stderr.startswith(f"python run.py {' '.join(args)}: no such command")
    assert result.stderr.count("\n") == 1


def test_an_old_python_can_read_it_and_says_so(copy):
    ast.parse((copy / "run.py").read_text(encoding="utf-8"), feature_version=(3, 4))
    result = python(copy, *pretend("sys.version_info = (3, 8, 0)"))
    assert result.returncode == 1
    assert result.stderr == (
        "This book needs Python 3.11 or newer; this is Python 3.8. "
        "See README.md for how to get one.\n")


def test_no_venv_module(copy):
    result = python(copy, *pretend(
        "import importlib.util as u; real = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'ensurepip' else real(name)\n"
        "sys.argv = ['run.py', 'book']"))
    assert result.returncode == 1
    assert "no venv module" in result.stderr and "apt install python3-venv" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (copy / ".venv").exists()


def test_no_network_says_so_and_the_next_run_starts_over(copy, run):
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_EXTRA_INDEX_URL": "",
               "PIP_FIND_LINKS": "", "PIP_NO_INDEX": "0", "PIP_CONFIG_FILE": os.devnull,
               "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    result = python(copy, "run.py", "book", **offline)
    assert result.returncode == 1
    assert "the network cannot be reached" in result.stderr
    assert result.stderr.count("\n") == 1
    assert (copy / ".venv").is_dir() and not run.is_ready()


@pytest.fixture
def ready(run):
    """An environment that is complete, as far as run.py can tell."""
    package = run.VENV / "lib" / "python3.11" / "site-packages" / "numpy"
    for path in (run.PYTHON, run.BIN / "pytest", package / "__init__.py",
                 package / "_core" / "deep.py"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    run.STAMP.write_text(json.dumps({"for": run.fingerprint(), "files": run.installed()}))
    assert run.is_ready()
    return run


@pytest.mark.parametrize("damage", [
    lambda run: run.STAMP.unlink(),
    lambda run: run.STAMP.write_bytes(b"\xff\xfe"),
    lambda run: run.STAMP.write_text("[]"),
    lambda run: run.PYTHON.unlink(),
    lambda run: (run.BIN / "pytest").unlink(),
    lambda run: next(run.VENV.rglob("__init__.py")).unlink(),
    lambda run: shutil.rmtree(next(run.VENV.rglob("_core"))),
    lambda run: shutil.rmtree(next(run.VENV.rglob("numpy"))),
])
def test_a_damaged_environment_is_not_ready(ready, damage):
    damage(ready)
    assert not ready.is_ready()


def test_what_tests_and_readers_add_does_not_matter(ready):
    (ready.BIN / "uv").touch()
    (ready.VENV / "lib/python3.11/site-packages/numpy/__pycache__").mkdir()
    assert ready.is_ready()


@pytest.mark.parametrize("make", [Path.touch, lambda p: p.symlink_to("nowhere")])
def test_something_else_called_venv_is_left_alone(copy, make):
    try:
        make(copy / ".venv")
    except OSError as e:
        pytest.skip(f"Windows lets only some users make links: {e}")
    result = python(copy, "run.py", "book")
    assert result.returncode == 1
    assert "is not a folder; remove it" in result.stderr and result.stderr.count("\n") == 1
    assert (copy / ".venv").is_symlink() or (copy / ".venv").is_file()


def test_the_users_settings_stay_outside(run, monkeypatch):
    ours = {"PIP_PROXY", "PIP_NO_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_MINE_PASSWORD",
            "UV_CACHE_DIR", "HTTPS_PROXY", "PYTHONUNBUFFERED"}
    for name in ours | {
            "MPLBACKEND", "PYTHONPATH", "PIP_TARGET", "IPYTHONDIR", "PYTHONOPTIMIZE",
            "PYTHONDONTWRITEBYTECODE", "PYTHONSAFEPATH", "PYTHONINSPECT", "PYTEST_ADDOPTS",
            "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "UV_PYTHON", "UV_TARGET",
            "UV_PROJECT_ENVIRONMENT", "UV_CONSTRAINT", "UV_SYSTEM_PYTHON"}:
        monkeypatch.setenv(name, "theirs")
    assert {name for name, value in run.environment().items() if value == "theirs"} == ours


def test_a_tool_runs_as_it_should(run, monkeypatch):
    """Without assert every answer would be right; without bytecode every start is slow."""
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(run, "BIN", Path(sys.executable).parent)
    run.call("python", "-c",
             "import sys; sys.exit(sys.flags.optimize or sys.dont_write_bytecode)")


def test_a_build_that_failed_starts_over(run, monkeypatch):
    """Sphinx keeps what it has read, and would not warn of it again."""
    for name in run.ADDRESSES:
        monkeypatch.delenv(name, raising=False)
    for name in ("_config.yml", "_toc.yml"):
        (run.ROOT / name).touch()
    calls = []
    kept = run.SITE / ".doctrees"

    def build(*command):
        calls.append(kept.exists())
        kept.mkdir(parents=True, exist_ok=True)
        if len(calls) == 1:
            sys.exit(1)

    monkeypatch.setattr(run, "call", build)
    with pytest.raises(SystemExit):
        run.book()
    run.book()
    run.book()
    (run.ROOT / "_toc.yml").write_text("changed")
    run.book()
    monkeypatch.setenv("BOOK_SITE", "https://owner.github.io/name/")
    run.book()
    run.book()
    assert calls == [False, False, True, False, False, True]


def test_another_setting_leaves_the_pdf_alone(run, monkeypatch):
    for name in ("_config.yml", "_toc.yml"):
        (run.ROOT / name).touch()
    pdf, long_page, old = (run.SITE / name for name in (
        "book.pdf", "pdf/_build/singlehtml/book.html", "html/old.html"))
    for path in (pdf, long_page, old):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setattr(run, "call", lambda *command: None)
    run.book()
    assert pdf.exists() and long_page.exists() and not old.exists()


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_an_environment_for_another_lock_is_not_ready(copy, ready, name):
    with (copy / name).open("a") as file:
        file.write("# changed\n")
    assert not ready.is_ready()


def test_a_moved_environment_is_not_ready(ready):
    ready.VENV = ready.VENV.with_name("elsewhere")
    assert not ready.is_ready()

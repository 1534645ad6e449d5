"""run.py, before there is an environment: every trouble is one clear sentence."""

import ast
import importlib.util
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
    for _ in range(2):
        result = python(copy, "run.py", "book", **offline)
        assert result.returncode == 1
        assert "the network cannot be reached" in result.stderr
        assert result.stderr.count("\n") == 1
        assert not run.is_ready()


@pytest.fixture
def ready(run):
    """An environment that looks complete: this one's Python under the copy's name."""
    run.BIN.mkdir(parents=True)
    run.PYTHON = Path(sys.executable)
    for name in run.TOOLS:
        Path(run.tool(name)).touch()
    run.STAMP.write_text(run.fingerprint())
    assert run.is_ready()
    return run


def test_a_half_made_environment_is_not_ready(ready):
    ready.STAMP.unlink()
    assert not ready.is_ready()


def test_an_environment_without_a_tool_is_not_ready(ready):
    os.remove(ready.tool("jupyter-book"))
    assert not ready.is_ready()


def test_an_environment_without_its_python_is_not_ready(ready):
    ready.PYTHON = ready.BIN / "gone"
    assert not ready.is_ready()


def test_an_environment_without_a_package_is_not_ready(copy, ready):
    bare = [sys.executable, "-m", "venv", "--without-pip", copy / "bare"]
    subprocess.run(bare, check=True)
    ready.PYTHON = copy / "bare" / ready.BIN.name / ready.PYTHON.name
    assert ready.PYTHON.exists()
    assert not ready.is_ready()


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_an_environment_for_another_lock_is_not_ready(copy, ready, name):
    with (copy / name).open("a") as file:
        file.write("# changed\n")
    assert not ready.is_ready()


def test_a_moved_environment_is_not_ready(ready):
    ready.VENV = ready.VENV.with_name("elsewhere")
    assert not ready.is_ready()

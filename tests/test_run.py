"""run.py, before there is an environment: every trouble is one clear sentence."""

import ast
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import run_notebooks
from flit_core import buildapi

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
    tree = ast.parse((copy / "run.py").read_text(encoding="ascii"), feature_version=(3, 4))
    stars = {node for node in ast.walk(tree) if isinstance(node, ast.Starred)}
    last = {node.args[-1] for node in ast.walk(tree) if isinstance(node, ast.Call)
            and node.args}
    assert stars <= last, [f"line {node.lineno}: a * that Python 2 cannot read"
                           for node in stars - last]


@pytest.mark.parametrize("offset, command", [(-1, "book"), (1, "test -k loss")])
def test_a_python_that_is_too_old_or_too_new(copy, run, offset, command):
    (_, old), (_, new) = run.OLDEST, run.NEWEST
    this = (old if offset < 0 else new) + offset
    result = python(copy, *pretend(
        f"sys.version_info = (3, {this}, 0); sys.platform = 'linux'\n"
        f"sys.argv = ['run.py'] + {command!r}.split()"))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"This book needs Python 3.{old} to 3.{new}; this is Python 3.{this}. Install one "
        f"of those (README.md says how) and type: python3.{new} run.py {command}\n")
    assert not (copy / ".venv").exists()


def test_no_venv_module(copy):
    result = python(copy, *pretend("sys.modules['ensurepip'] = None\n"
                                   "sys.argv = ['run.py', 'book']"))
    assert result.returncode == 1
    assert "no ensurepip module; on Debian and Ubuntu" in result.stderr
    assert f"apt install python3.{sys.version_info[1]}-venv" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (copy / ".venv").exists()


@pytest.mark.parametrize("name", ["sqlite3", "ssl", "zlib", "ctypes"])
def test_a_python_that_was_built_without_a_part(copy, run, monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SystemExit, match=f"no {name} module; install another one, see "):
        run.set_up()
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


def test_pythons_caches_do_not_count(ready):
    module = next(ready.VENV.rglob("__init__.py"))
    (module.parent / "__pycache__").mkdir()
    assert ready.is_ready()
    module.unlink()
    assert not ready.is_ready()


def test_a_python_that_was_removed_is_noticed(ready):
    ready.PYTHON.unlink()
    try:
        ready.PYTHON.symlink_to("nowhere")
    except OSError as e:
        pytest.skip(f"Windows lets only some users make links: {e}")
    assert not ready.is_ready()


def test_what_tests_and_readers_add_does_not_matter(ready):
    (ready.BIN / "uv").touch()
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
            "PY_COLORS", "FORCE_COLOR", "COLUMNS", "HYPOTHESIS_PROFILE", "SPHINXOPTS",
            "SOURCE_DATE_EPOCH", "PANDAS_FUTURE_INFER_STRING", "COVERAGE_PROCESS_START",
            "DOCUTILSCONFIG", "JUPYTER_CONFIG_PATH", "MPLBACKEND", "PYTHONPATH",
            "PIP_TARGET", "IPYTHONDIR", "PYTHONOPTIMIZE", "PYTHONDONTWRITEBYTECODE",
            "PYTHONSAFEPATH", "PYTHONINSPECT", "PYTEST_ADDOPTS", "PYTEST_PLUGINS",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "UV_PYTHON", "UV_TARGET",
            "UV_PROJECT_ENVIRONMENT", "UV_CONSTRAINT", "UV_SYSTEM_PYTHON"}:
        monkeypatch.setenv(name, "theirs")
    assert {name for name, value in run.environment().items() if value == "theirs"} == ours


def test_a_tool_runs_as_it_should(run, monkeypatch):
    """Without assert every answer would be right; without bytecode every start is slow,
    and with several threads every long cell.
    """
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(run, "BIN", Path(sys.executable).parent)
    run.call("python", "-c",
             "import os, sys; sys.exit(sys.flags.optimize or sys.dont_write_bytecode"
             " or os.environ['OPENBLAS_NUM_THREADS'] != '1')")


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


@pytest.mark.slow
def test_uv_is_told_what_pip_knows(copy, run, monkeypatch):
    config = copy / "pip.conf"
    config.write_text("[global]\nindex-url = https://a.example/simple\n"
                      "cert = /etc/one.pem\nproxy = http://proxy.example:3128\n"
                      "extra-index-url =\n  https://b.example/simple\n"
                      "  https://c.example/simple\n[install]\ncert = /my certs/two.pem\n")
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "SSL_CERT", "ALL_PROXY")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    monkeypatch.setenv("PIP_FIND_LINKS", "first second")
    monkeypatch.setenv("UV_CACHE_DIR", "theirs")
    monkeypatch.setattr(run, "PYTHON", sys.executable)
    expected = {"UV_DEFAULT_INDEX": "https://a.example/simple",
                "UV_INDEX": "https://b.example/simple https://c.example/simple",
                "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_FIND_LINKS": "first,second",
                "SSL_CERT_FILE": "/my certs/two.pem",
                "ALL_PROXY": "http://proxy.example:3128", "UV_CACHE_DIR": "theirs"}
    env, options = run.for_uv()
    assert expected.items() <= env.items() and options == []
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    assert run.for_uv()[0]["UV_DEFAULT_INDEX"] == "https://mine.example/simple"
    monkeypatch.setenv("PIP_NO_INDEX", "0")
    assert run.for_uv()[1] == []


def test_the_lock_is_made_from_the_readers_index(run, monkeypatch):
    (run.BIN / "x").parent.mkdir(parents=True)
    (run.BIN / ("uv" + run.EXE)).touch()
    monkeypatch.setattr(run, "PYTHON", sys.executable)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mine.example/simple")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    calls = []
    monkeypatch.setattr(run, "call", lambda *command, env: calls.append((command, env)))
    run.lock()
    (command, env), = calls
    assert "--no-index" in command
    assert env["UV_DEFAULT_INDEX"] == "https://mine.example/simple"


FAILURES = {    # what pip and uv say, and what run.py makes of it
    "disk": ("error: Failed to install: scipy\n"
             "  cause: No space left on device (os error 28)", "the disk is full"),
    "pip": ("Collecting numpy==2\nCollecting contourpy==1.3.3 (from -r requirements.txt)\n"
            "  × Getting requirements to build wheel did not run successfully.\n"
            "hint: See above for details.", "contourpy==1.3.3 has no ready-made file for"),
    "compiler": ("Collecting contourpy\nCollecting zipp\n"
                 "  × Building wheel for contourpy did not run successfully.\n"
                 "  ERROR: Failed building wheel for contourpy\nhint: See above",
                 "contourpy has no ready-made file for"),
    "new pip": ("ERROR: Failed to build 'contourpy' when getting requirements to build",
                "contourpy has no ready-made file for"),
    "uv": ("error: Failed to build `contourpy==1.3.3`\n"
           "  cause: The build backend returned an error",
           "contourpy==1.3.3 has no ready-made file for"),
    "certificate": ("WARNING: Retrying after connection broken by 'SSLError(1, "
                    "CERTIFICATE_VERIFY_FAILED: certificate verify failed)'\n"
                    "ERROR: No matching distribution found for uv",
                    "the certificate of the package index is not trusted"),
    "network": ("WARNING: Retrying after connection broken by 'NewConnectionError'\n"
                "ERROR: No matching distribution found for uv",
                "the network cannot be reached."),
    "index": ("ERROR: Could not find a version (from versions: none)\n"
              "ERROR: No matching distribution found for zipp==4",
              "the network cannot be reached, or the package index has no zipp==4."),
    "folder": ("Looking in links: /wheels\n"
               "ERROR: Could not find a version (from versions: none)\n"
               "ERROR: No matching distribution found for zipp==4",
               "zipp==4 is not in the folder of pip's setting find-links."),
    "mirror": ("ERROR: Could not find a version that satisfies zipp==4 (from versions: 3)\n"
               "ERROR: No matching distribution found for zipp==4",
               "the package index has no zipp==4 for Python 3"),
    "proxy": ("WARNING: Retrying after connection broken by 'ProxyError('Cannot connect to "
              "proxy.', OSError('Tunnel connection failed: 407'))'",
              "the proxy cannot be reached or refuses"),
    "half": ("ERROR: Exception:\nurllib3.exceptions.IncompleteRead: 9 bytes read",
             "the network cannot be reached"),
    "right": ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission "
              "denied: '/p/.venv/lib/numpy'\nCheck the permissions.",
              "/p/.venv/lib/numpy cannot be written to"),
    "long": ("ERROR: Could not install packages due to an OSError: [Errno 2] No such file\n"
             "HINT: This error might have occurred since this system does not have Windows "
             "Long Path support enabled.", "the path of this folder is too long"),
}


@pytest.mark.parametrize("said, reason", FAILURES.values(), ids=FAILURES)
def test_an_installation_that_cannot_succeed_stops(run, said, reason):
    with pytest.raises(SystemExit, match=f"the packages: {reason}") as end:
        run.install(os.environ, [sys.executable, "-X", "utf8", "-c",
                                 f"print({said!r}); raise SystemExit(1)"])
    assert "\n" not in end.value.code


def test_what_another_installer_may_mend_is_said(run):
    def install(code):
        return run.install(os.environ, [sys.executable, "-c", code])
    assert install("print('done')") == ""
    assert install("print('error: odd.'); print('bye'); raise SystemExit(1)") == "odd"
    assert install("print('ERROR: Exception:\\nno idea'); raise SystemExit(1)") == "no idea"
    assert install("print('(from versions: none)'); print('ERROR: No matching '"
                   "'distribution found for uv'); raise SystemExit(1)").endswith("for uv")
    assert install("raise SystemExit(1)") == "no reason given"
    assert install("print('hint: See above.'); raise SystemExit(1)") == "no reason given"
    assert "not_there" in run.install(os.environ, [run.BIN / "not_there"])


def wheel(folder, name, files):
    """A wheel as small as can be."""
    info = f"{name}-1.0.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n"}
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in files))


@pytest.mark.slow
def test_where_uv_cannot_pip_installs_and_says_so(copy):
    """A whole installation from a folder, with a uv that fails as behind a firewall."""
    wheel(copy, "zipp", {"zipp.py": ""})
    wheel(copy, "project", {})
    wheel(copy, "uv", {"uv.py": "import sys\ndef main(): sys.exit('error: no uv here.')\n",
                       "uv-1.0.dist-info/entry_points.txt":
                       "[console_scripts]\nuv = uv:main\n"})
    (copy / "requirements.txt").write_text("zipp==1.0\n")
    (copy / "pyproject.toml").write_text(
        "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n")
    (copy / "backend.py").write_text(
        "import shutil\ndef build_editable(folder, *args):\n"
        "    name = 'project-1.0-py3-none-any.whl'\n    shutil.copy(name, folder)\n"
        "    return name\n")
    (copy / "tools").mkdir()
    (copy / "tools" / "make_exercises.py").write_text(
        "from importlib.metadata import version as v\nprint(v('zipp'), v('project'))")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": copy.as_uri()}
    first = python(copy, "run.py", "exercises", **offline)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines() == [
        "Setting up .venv (once; about half a minute) ...",
        "uv cannot do it here (no uv here); pip takes a minute or two ...",
        "1.0 1.0"]
    assert python(copy, "run.py", "exercises").stdout == "1.0 1.0\n"
    assert list((copy / ".venv").rglob("first.pth"))


NOTEBOOK = b'{"cells": [{"cell_type": "markdown"}]}'
BAD_FILES = {       # a file of the project, what stands in it, and what is said
    "unfinished merge": ("book/01.ipynb", b'{\n<<<<<<< HEAD\n"cells"', "2: a merge was"),
    "merge in a text": ("book/a.md", b"a\n\n=======\n>>>>>>> other\n", "4: a merge was"),
    "merge in the lock": ("requirements.txt", b"<<<<<<< HEAD\na==1\n", "1: a merge was"),
    "Latin-1": ("book/exercises/x/x.ipynb", b'{"cells":\n"\xe9"}', "2: this is not UTF-8"),
    "UTF-16": ("_config.yml", "\ufefftitle".encode("utf-16-le"), "1: this is not UTF-8"),
    "code": ("titanic_helpers/loss.py", b"#\n# \xe9\n", "2: this is not UTF-8"),
    "cut off": ("book/01.ipynb", NOTEBOOK[:-4], "1: this is no notebook"),
    "empty": ("book/01.ipynb", b"", "1: this is no notebook"),
    "other": ("book/01.ipynb", b'{"cells": 3}', "1: this is no notebook"),
}


@pytest.mark.parametrize("name, data, said", BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_cannot_be_read_is_named(copy, run, name, data, said):
    good = copy / "book" / "good.ipynb"
    good.parent.mkdir()
    good.write_bytes(NOTEBOOK)
    (copy / "book" / "heading.md").write_text("Heading\n=======\n\n> quoted\n", "utf-8")
    run.check_files()
    path = copy / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    with pytest.raises(SystemExit) as end:
        run.check_files()
    assert end.value.code.startswith(f"{Path(name)}, line {said}")
    assert "\n" not in end.value.code


@pytest.mark.parametrize("data", [
    b"<<<<<<< HEAD", b'"\xe9"', b'{"cells": 3}', b"[]", b"{}", b""])
def test_a_notebook_that_cannot_be_read_is_not_run(copy, monkeypatch, data):
    monkeypatch.setattr(run_notebooks, "BOOK", copy)
    (copy / "01.ipynb").write_bytes(data)
    with pytest.raises(SystemExit, match="this is no notebook in UTF-8; 01: the stored"):
        run_notebooks.main(["01"])
    assert (copy / "01.ipynb").read_bytes() == data


@pytest.fixture
def try_all(run, monkeypatch):
    """Try every command; give those that begin, and what the others say."""
    monkeypatch.setattr(run, "set_up", lambda: None)

    def commands():
        begun, said = [], set()
        for name in run.COMMANDS:
            monkeypatch.setitem(run.COMMANDS, name, lambda name=name: begun.append(name))
            try:
                run.main([name])
            except SystemExit as end:
                said.add(end.code)
        return begun, said

    return commands


def test_every_command_names_such_a_file_but_those_that_mend_it(copy, try_all):
    (copy / "_toc.yml").write_bytes(b"\xff")
    assert try_all() == (["lab", "notebooks"], {
        "_toc.yml, line 1: this is not UTF-8; save the file as UTF-8, or take the file "
        "back with git."})


def test_a_second_run_waits_for_the_first_and_not_for_one_that_was_killed(copy, run):
    other = subprocess.Popen(
        [sys.executable, "-c", "import run, time; turn = run.take_turn(); "
         "print('mine', flush=True); time.sleep(60)"], cwd=copy, stdout=subprocess.PIPE)
    try:
        assert other.stdout.readline().strip() == b"mine"
        code = "import run; run.take_turn(); print('mine')"
        with subprocess.Popen([sys.executable, "-c", code], cwd=copy, text=True,
                              stdout=subprocess.PIPE) as second:
            assert second.stdout.readline() == (
                "Another run is at work in this folder; waiting ...\n")
            assert second.poll() is None
            other.kill()
            assert second.communicate(timeout=30)[0] == "mine\n"
    finally:
        other.kill()
        other.communicate()


def test_what_writes_keeps_its_turn_and_what_runs_long_does_not(run, try_all, monkeypatch):
    kept = []
    monkeypatch.setattr(run, "COMMANDS", {
        name: lambda name=name: turn.closed or kept.append(name) for name in run.COMMANDS})
    for name in run.COMMANDS:
        turn = (run.ROOT / "turn").open("w")
        monkeypatch.setattr(run, "take_turn", lambda turn=turn: turn)
        run.main([name])
        assert turn.closed
    assert kept == ["book", "notebooks", "exercises", "pdf", "lock"]


def test_a_project_that_cannot_be_written_to(run, try_all, monkeypatch):
    monkeypatch.setattr(run.os, "access", lambda path, mode: path != str(run.ROOT))
    monkeypatch.setattr(run, "is_ready", lambda: True)
    assert try_all() == (["lab", "weights"], {
        f"{run.ROOT} cannot be written to; copy the project to a folder of yours."})


def test_jupyterlab_without_a_home(run, monkeypatch, tmp_path):
    monkeypatch.setattr(run, "PYTHON", sys.executable)
    monkeypatch.setattr(run, "BIN", Path(sys.executable).parent)
    monkeypatch.delenv("JUPYTER_DATA_DIR", raising=False)
    (tmp_path / "file").touch()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "file" / "home"))
    with pytest.raises(SystemExit, match="needs a home folder that it can write") as end:
        run.lab()
    assert "\n" not in end.value.code


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal on Windows")
def test_ctrl_c_is_no_error_of_a_tool(run):
    # where tests run in the background, a signal like Ctrl-C may be ignored from the start
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    code = f"{heard}{run.FIRST}signal.raise_signal(signal.SIGINT)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (-2, "")
    other = subprocess.run([sys.executable, "-c", f"{run.FIRST}import nbformat\n1 / 0"],
                           capture_output=True, text=True)
    assert "ZeroDivisionError" in other.stderr


def test_jupyterlab_does_not_ask_about_news(run):
    """What is set here is a setting that this JupyterLab has."""
    folder = Path(run.environment()["JUPYTER_CONFIG_PATH"]).relative_to(run.ROOT)
    ours = json.loads((ROOT / folder / "labconfig" / "default_setting_overrides.json")
                      .read_bytes())
    for plugin, settings in ours.items():
        package, _, name = plugin.partition(":")
        schema = Path(sys.prefix, "share/jupyter/lab/schemas", package, f"{name}.json")
        known = json.loads(schema.read_bytes())["properties"]
        for setting, value in settings.items():
            assert value in [choice["const"] for choice in known[setting]["oneOf"]]
    assert ours["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_building_the_package_leaves_nothing_behind_and_takes_no_tests(tmp_path):
    source = tmp_path / "source"
    for name in ("titanic_helpers", "tests"):
        shutil.copytree(ROOT / name, source / name,
                        ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    before = set(source.rglob("*"))
    with contextlib.chdir(source):
        buildapi.build_wheel(str(tmp_path))
        buildapi.build_sdist(str(tmp_path))
    assert set(source.rglob("*")) == before
    package = {f"titanic_helpers/{path.relative_to(source / 'titanic_helpers').as_posix()}"
               for path in before if source / "titanic_helpers" in path.parents
               and path.is_file()}
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        inside = set(archive.namelist())
    assert {name for name in inside if ".dist-info/" not in name} == package
    with tarfile.open(next(tmp_path.glob("*.tar.gz"))) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert inside == package | {"pyproject.toml", "README.md", "LICENSE", "PKG-INFO"}

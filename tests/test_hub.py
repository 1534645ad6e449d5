"""One server for a class: its settings, its accounts and its page."""

import ast
import re
import runpy
import shutil
import subprocess
import sys

import pytest
from contents import CHAPTERS, ROOT
from traitlets.config import Config

import run

pytest.importorskip("pwd", reason="JupyterHub does not run on Windows")

CLASSROOM = ROOT / "classroom"
PAGE = (ROOT / "book" / "jupyterhub.md").read_text("utf-8")
COMMANDS = [line.strip() for block in re.findall(r"```text\n(.*?)```", PAGE, re.S)
            for line in block.splitlines()]
sys.path.insert(0, str(CLASSROOM))

import accounts  # noqa: E402


@pytest.fixture(scope="module")
def settings():
    c = Config()
    runpy.run_path(str(CLASSROOM / "jupyterhub_config.py"), {"get_config": lambda: c})
    return c


def test_the_page_says_what_is_set(settings):
    limits = dict(re.findall(r"--(\w+)=(\d+)", " ".join(settings.Spawner.cmd)))
    assert f"at most {int(limits['as']) // 2**30} GB of memory" in PAGE
    assert f"and {int(limits['fsize']) // 2**20} MB for one file" in PAGE
    assert (limits["cpu"], "one hour of computing" in PAGE) == ("3600", True)
    assert f"room for {accounts.SIZE.removesuffix('M')} MB" in PAGE
    idle, = settings.JupyterHub.services
    assert idle["command"][-1] == "--timeout=3600"
    assert "Servers that nobody has used for an hour are stopped" in PAGE
    assert settings.JupyterHub.bind_url in PAGE
    assert settings.LocalAuthenticator.allowed_groups == {accounts.GROUP}
    assert settings.Authenticator.admin_users == {"teacher"}
    assert "adduser teacher" in COMMANDS


def test_what_is_killed_with_the_hub_is_the_hub_alone(settings):
    assert not settings.JupyterHub.cleanup_servers and not settings.JupyterHub.cleanup_proxy
    assert "KillMode=process" in COMMANDS


@pytest.mark.skipif(not shutil.which("prlimit"), reason="is Linux's own")
def test_a_server_starts_within_the_limits_and_its_kernels_have_them(settings):
    """The wrapper is run as it stands, with another program in the server's place."""
    command = [*settings.Spawner.cmd[:-1], "sh", "-c", "ulimit -v; ulimit -f; ulimit -t"]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.stdout.split() == [str(2 * 2**20), str(200 * 2**11), "3600"], said.stderr


def test_each_file_and_command_of_the_page_is_there():
    names = set(re.findall(r"\b(?:classroom/[\w.-]+|requirements\.txt)", PAGE))
    made = {"classroom/students.csv"}       # by the teacher
    assert made < names and not [n for n in names - made if not (ROOT / n).is_file()]
    assert "python3 accounts.py students.csv >> passwords.csv" in COMMANDS
    assert set(re.findall(r"run\.py (\w+)", PAGE)) <= set(run.COMMANDS)
    assert set(re.findall(r"\b\d\d_\w+", PAGE)) <= set(CHAPTERS)
    proxy, = re.findall(r"configurable-http-proxy@\S+", PAGE)
    tree = ast.parse((ROOT / "benchmarks" / "hub.py").read_text("utf-8"))
    assert proxy in [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]


def test_the_list_for_the_hub_names_only_locked_versions_besides_its_own():
    wanted = re.findall(r"^([\w-]+)(?:==\S+)?\s+#", (
        CLASSROOM / "hub-requirements.txt").read_text("utf-8"), re.M)
    locked = (ROOT / "requirements.txt").read_text("utf-8")
    assert wanted[:2] == ["jupyterhub", "jupyterhub-idle-culler"]
    assert wanted[2:] and all(re.search(rf"^{name}==", locked, re.M) for name in wanted[2:])


@pytest.mark.parametrize("table, said", [
    ("id\nallen\nMoran\n", "row 3: 'Moran' cannot be the name of an account"),
    ("id\nroot; reboot\n", "row 2"),
    ("id\n../allen\n", "row 2"),
    ("name\nallen\n", "row 2: ''"),
    ("id\n", "names no student"),
    (None, "cannot be read"),
])
def test_a_list_of_students_that_will_not_do(tmp_path, table, said):
    path = tmp_path / "students.csv"
    if table is not None:
        path.write_text(table)
    with pytest.raises(SystemExit, match=re.escape(said)) as error:
        accounts.names(path)
    assert "\n" not in str(error.value)


def test_a_list_as_nbgrader_and_a_spreadsheet_write_it(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("\ufeffid,first_name\nallen,Elisabeth\nbraund,\nallen,again\n", "utf-8")
    assert accounts.names(path) == ["allen", "braund"]

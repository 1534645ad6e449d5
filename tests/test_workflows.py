"""What GitHub is told, and what Binder installs: read, since neither runs here."""

import json
import re
import subprocess
import sys
import sysconfig
import tomllib
from itertools import product
from pathlib import Path

import check_jsonschema
import pytest
import try_versions
import yaml
from click.testing import CliRunner
from contents import ROOT
from packaging.specifiers import SpecifierSet

import run

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").iterdir())
PYTHONS = [f"3.{minor}" for minor in range(run.OLDEST[1], run.NEWEST[1] + 1)]


@pytest.fixture(scope="module")
def workflows():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in WORKFLOWS}
    # BaseLoader, since YAML takes the key "on" for a yes, and 3.10 for 3.1
    return {name: yaml.load(text, yaml.BaseLoader) for name, text in texts.items()}


def jobs_of(workflows):
    return [job for workflow in workflows.values() for job in workflow["jobs"].values()]


def commands_of(job):
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("schema, files", [
    ("github-workflows", WORKFLOWS), ("dependabot", [GITHUB / "dependabot.yml"]),
    ("citation-file-format", [ROOT / "CITATION.cff"])])
def test_follows_the_schema(schema, files):
    result = CliRunner().invoke(
        check_jsonschema.main, ["--builtin-schema", f"vendor.{schema}", *map(str, files)])
    assert result.exit_code == 0, result.output


def test_zizmor_finds_nothing_unsafe():
    result = subprocess.run(
        [Path(sysconfig.get_path("scripts"), "zizmor"), "--offline", "--no-progress",
         "--strict-collection", "--config", GITHUB / "zizmor.yml", GITHUB],
        capture_output=True, text=True, encoding="utf-8")
    assert result.returncode == 0, result.stdout + result.stderr


def test_tested_on_every_system_with_every_python(workflows):
    test = workflows["book"]["jobs"]["test"]
    matrix = test["strategy"]["matrix"]
    systems = ["ubuntu-latest", "macos-latest", "windows-latest"]
    assert set(matrix) == {"os", "python"} and test["strategy"]["fail-fast"] == "false"
    assert list(product(matrix["os"], matrix["python"])) == list(product(systems, PYTHONS))
    assert test["runs-on"] == "${{ matrix.os }}"
    assert any("matrix.python" in step.get("with", {}).get("python-version", "")
               for step in test["steps"])


def test_a_change_is_tested_once(workflows):
    # A push to a branch with a pull request is both events, so push is for main alone.
    on = workflows["book"]["on"]
    assert set(on) == {"push", "pull_request", "workflow_dispatch"}
    assert on["push"] == {"branches": ["main"]} and not on["pull_request"]


def test_a_newer_push_stops_the_older_run_except_on_main(workflows):
    assert workflows["book"]["concurrency"] == {
        "group": "book-${{ github.ref }}",
        "cancel-in-progress": "${{ github.ref != 'refs/heads/main' }}"}


@pytest.mark.parametrize("name", ["README.md", "book/running.md", "book/teaching.md"])
def test_these_pythons_are_promised(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert f"Python {PYTHONS[0]} to {PYTHONS[-1]}" in text


def test_the_package_is_for_these_pythons():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)["project"]
    assert project["requires-python"] == f">={PYTHONS[0]}"
    assert project["classifiers"] == [
        f"Programming Language :: Python :: {version}" for version in PYTHONS]


def test_every_command_exists(workflows):
    used = re.findall(r"python run\.py (\w+)( -)?", "\n".join(
        command for job in jobs_of(workflows) for command in commands_of(job)))
    assert {name for name, _ in used} >= {"book", "test"}
    for name, argument in used:
        assert name in run.COMMANDS and (not argument or name in run.TAKE_ARGUMENTS)


def test_no_job_may_do_more_than_it_needs(workflows):
    for workflow in workflows.values():
        assert workflow["permissions"] == {}
    read = {"contents": "read"}
    jobs = workflows["book"]["jobs"]
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "test": read, "site": read | {"pages": "read"},
        "publish": {"pages": "write", "id-token": "write"}}
    weekly = workflows["newest"]["jobs"].values()
    assert [job["permissions"] for job in weekly] == [read, read]
    for job in jobs_of(workflows):
        assert 0 < int(job["timeout-minutes"]) <= 60


def test_published_from_main_only_with_addresses_and_after_the_tests(workflows):
    jobs = workflows["book"]["jobs"]
    for name, before in [("site", "test"), ("publish", "site")]:
        assert jobs[name]["if"] == "github.ref == 'refs/heads/main'"
        assert jobs[name]["needs"] == before
    steps = [s for s in jobs["site"]["steps"] if s.get("run", "").startswith("python")]
    assert steps
    for step in steps:
        assert step["env"] == {
            "BOOK_SITE": "${{ steps.pages.outputs.base_url }}/",
            "BOOK_REPOSITORY": "${{ github.server_url }}/${{ github.repository }}"}


def test_once_a_week_without_the_lock(workflows):
    newest = workflows["newest"]
    (when,) = newest["on"]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", when["cron"])
    test = newest["jobs"]["test"]
    assert [step["with"]["python-version"] for step in test["steps"]
            if "python-version" in step.get("with", {})] == [PYTHONS[-1]]
    commands = commands_of(test)
    assert "pip install -r requirements.in" in commands
    assert commands[-1].startswith("pytest ")
    for command in commands:
        assert "run.py" not in command      # it would install the lock
        assert not re.search(r"(-r|-c)\s*requirements\.txt", command)


def test_once_a_week_with_older_libraries(workflows):
    job = workflows["newest"]["jobs"]["older"]
    assert commands_of(job) == ["python run.py versions"]
    python = next(step["with"]["python-version"] for step in job["steps"]
                  if "setup-python" in step.get("uses", ""))
    assert python in SpecifierSet(try_versions.PYTHONS)


def test_binder_has_what_the_chapters_import():
    lines = (ROOT / ".binder" / "requirements.txt").read_text("utf-8").splitlines()
    assert {"-c ../requirements.txt", "-e .[chapters]"} <= set(lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = lines + project["dependencies"] + project["optional-dependencies"]["chapters"]
    installed = {re.split("[<>=]", name)[0] for name in named} | {"titanic_helpers"}
    installed.add("IPython")        # it runs the cells
    for path in (ROOT / "book").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        imported = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
        imported -= sys.stdlib_module_names
        packages = {"scikit-learn" if name == "sklearn" else name for name in imported}
        assert packages <= installed, path.name


def test_binder_runs_a_python_that_is_tested():
    runtime = (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8")
    assert runtime.removeprefix("python-").strip() in PYTHONS

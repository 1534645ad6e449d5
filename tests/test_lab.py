"""A chapter and a student's notebook in a real JupyterLab: to look changes nothing."""

import json
import shutil
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import urlopen

import make_exercises
import pytest
from contents import ROOT

import run

pytestmark = pytest.mark.slow
SETTINGS = "lab/@jupyterlab/docmanager-extension/plugin.jupyterlab-settings"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebooks")
    shutil.copy(ROOT / "book" / "04_sigmoid.ipynb", folder / "chapter.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make_exercises, "FOLDER", folder / "mine")
        make_exercises.main()
    return folder


@pytest.fixture(scope="module")
def lab(folder, tmp_path_factory):
    """The address of a JupyterLab as run.py starts it, but with an autosave each second."""
    home = tmp_path_factory.mktemp("home")
    (home / SETTINGS).parent.mkdir(parents=True)
    (home / SETTINGS).write_text(json.dumps({"autosaveInterval": 1}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
         "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token=",
         f"--ServerApp.root_dir={folder}"],
        env=run.environment() | {"JUPYTERLAB_SETTINGS_DIR": str(home / "lab")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urlopen(f"{address}/api")
                break
            except URLError:
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        server.wait(60)


def is_autosave(response):
    return response.request.method == "PUT" and "/api/contents/" in response.url


@pytest.mark.parametrize("name", ["chapter.ipynb", "mine/04_sigmoid.ipynb"])
def test_only_looking_changes_nothing(folder, lab, visit, name):
    before = (folder / name).read_bytes()
    page = visit("about:blank")
    page.set_default_timeout(120_000)
    with page.expect_response(is_autosave):
        page.goto(f"{lab}/lab/tree/{name}?reset")
    page.wait_for_timeout(3_000)        # for another one
    assert page.locator(".jp-NotebookPanel .jp-Cell").count() > 3
    assert (folder / name).read_bytes() == before

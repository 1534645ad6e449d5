"""The site, built once for all tests, and a browser to visit it."""

import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

import browser
import pytest
import warm_kernels
from contents import ROOT
from filelock import FileLock
from jupyter_client.provisioning import local_provisioner

if sys.platform == "linux":     # elsewhere a program may not survive to be forked
    local_provisioner.launch_kernel = warm_kernels.launch

PHONE, SCREEN = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


def build_book(source: Path, **addresses: str) -> subprocess.CompletedProcess:
    jupyter_book = shutil.which("jupyter-book", path=Path(sys.executable).parent)
    env = {name: value for name, value in os.environ.items()
           if not name.startswith("BOOK_")}     # a book without an address
    return subprocess.run(      # from there: Jupyter Book cannot build on another drive
        [jupyter_book, "build", ".", "-W", "--keep-going", "-n"], cwd=source,
        capture_output=True, text=True, encoding="utf-8",
        env=env | addresses | {"PYTHONUTF8": "1"}, timeout=300)


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


@pytest.fixture(scope="module")
def chromium():
    if not browser.find():
        if os.environ.get("GITHUB_ACTIONS"):    # there nobody would notice a skip
            pytest.fail(browser.HOW_TO_GET_ONE, pytrace=False)
        pytest.skip(browser.HOW_TO_GET_ONE)
    with browser.chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(site):
    with browser.serve(site) as address:
        yield address


def watch(page, url):
    """Note in page.trouble whatever goes wrong, and what is asked of other places."""
    page.trouble, page.home = [], url[:12]
    page.on("console", lambda m: m.type in ("error", "warning")
            and page.trouble.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda e: page.trouble.append(str(e)))
    page.on("requestfailed", lambda r: r.failure == "net::ERR_ABORTED"   # the page was left
            or page.trouble.append(f"failed: {r.url}"))
    page.on("request", lambda r: r.url.startswith(("data:", page.home))
            or page.trouble.append(f"foreign: {r.url}"))
    page.on("response", lambda r: r.status >= 400
            and page.trouble.append(f"{r.status}: {r.url}"))
    return page


@pytest.fixture(scope="module")
def tab(chromium, address):
    """One tab for all pages: a new one for each costs three times as much as the page."""
    context = chromium.new_context()
    yield watch(context.new_page(), address)
    context.close()


@pytest.fixture
def visit(chromium, tab):
    """Open a page as at a first visit: in the tab or, with other options, in a new one."""
    contexts = []

    def open_page(url, viewport=SCREEN, color_scheme="light", forced_colors="none",
                  **options):
        page = tab
        if options:
            contexts.append(chromium.new_context(**options))
            page = watch(contexts[-1].new_page(), url)
        leave(page)
        page.trouble, page.home = [], url[:12]
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme, forced_colors=forced_colors,
                           media="screen")
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()


# In the end, since a page that is left keeps how far its sidebar was scrolled.
FORGET = "onpagehide = () => { localStorage.clear(); sessionStorage.clear(); }"


def leave(page):
    """Let nothing of the page that was shown last reach the next one."""
    if page.url != "about:blank":
        page.evaluate(FORGET)
        page.goto("about:blank")
    page.mouse.move(0, 0)


def pytest_collection_finish():
    gc.freeze()     # what was imported stays to the end; nobody need look there for garbage


def pytest_collection_modifyitems(items):
    """The longest files first, so that both cores end together."""
    longest = ["test_classroom", "test_pages", "test_pdf", "test_website", "test_address"]
    items.sort(key=lambda item: next(
        (n for n, name in enumerate(longest) if name in item.nodeid), len(longest)))

"""An installed Chromium and a server for the built site: tests, weights and the PDF."""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

# The first has no window at all; on Debian it needs a fifth less time than chromium.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
         "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    os.path.expandvars(r"%LOCALAPPDATA%\Google\Chrome\Application\chrome.exe"),
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
HOW_TO_GET_ONE = (
    "no Chromium, Chrome or Edge is installed; on Debian and Ubuntu: sudo apt install "
    "chromium; elsewhere install Chrome, or name a browser in the variable CHROMIUM"
)


def find() -> str | None:
    """The path of an installed browser of the Chromium family."""
    candidates = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), *PLACES]
    return next((c for c in candidates if c and Path(c).exists()), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the installed browser; RuntimeError says how to get one."""
    if not (path := find()):
        raise RuntimeError(HOW_TO_GET_ONE)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--disable-gpu", "--disable-background-networking"]
            + ["--no-sandbox"] * root)
        yield browser
        browser.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; gives the address."""
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

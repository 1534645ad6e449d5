"""The whole book as one PDF, _build/book.pdf: python run.py pdf

Sphinx makes one long page of all chapters, and an installed browser prints it. What it
looks like on paper is said in book/_static/book.css.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import browser
from playwright.sync_api import Error, Page
from pypdf import PdfReader
from pypdf.errors import PyPdfError

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "_build" / "pdf"        # apart from the website
TARGET = ROOT / "_build" / "book.pdf"
AS_IT_WAS = "an earlier book.pdf is as it was"
PATIENCE = 300      # seconds, for a browser that takes about ten

PAPER = {"format": "A4", "print_background": True}
# Only here: a reader who prints a chapter has the browser's own numbers.
PAGE_NUMBERS = """
@page { @bottom-center { content: counter(page); font: 9pt sans-serif; color: #48566b; } }
@page :first { @bottom-center { content: none; } }
"""
FILL_CONTENTS = """pages => {
  for (const link of document.querySelectorAll("#jb-print-toc a"))
    link.dataset.page = pages[decodeURI(link.hash.slice(1))] ?? "";
}"""


def build(source: Path, folder: Path) -> Path:
    """Make the long page, warnings as errors; stop with Sphinx's words if it fails."""
    jupyter_book = shutil.which("jupyter-book", path=Path(sys.executable).parent)
    result = subprocess.run(
        [jupyter_book, "build", source, "--builder", "singlehtml", "--path-output", folder,
         "-W", "--keep-going", "-n", "-q"],
        capture_output=True, text=True, encoding="utf-8", errors="replace",
        env=os.environ | {"PYTHONUTF8": "1"})
    if result.returncode:
        sys.exit(f"{result.stdout}{result.stderr}\n"
                 f"Cannot make the PDF: the book does not build, see above; {AS_IT_WAS}.")
    return folder / "_build" / "singlehtml" / "book.html"


@contextmanager
def printed(html: Path, target: Path) -> Iterator[Page]:
    """Print the long page; gives it, still open."""
    with browser.chromium() as chromium:
        page = chromium.new_page(color_scheme="light")
        page.set_default_timeout(PATIENCE * 1000)
        page.emulate_media(media="print")   # from the start, lest each printing begins anew
        page.goto(html.as_uri())
        page.evaluate("document.fonts.ready")
        page.add_style_tag(content=PAGE_NUMBERS)
        page.evaluate(FILL_CONTENTS, find_pages(page, target))
        page.pdf(path=target, outline=True, tagged=True, **PAPER)
        target.write_bytes(without_dates(target.read_bytes()))
        yield page


def find_pages(page: Page, draft: Path) -> dict[str, int]:
    """Find the page that each link leads to. CSS cannot tell, so we print a draft first."""
    page.pdf(path=draft, outline=False, tagged=False, **PAPER)
    reader = PdfReader(draft)
    return {name.removeprefix("/"): reader.get_destination_page_number(place) + 1
            for name, place in reader.named_destinations.items()}


def without_dates(pdf: bytes) -> bytes:
    """Blank the dates out, so that the same book gives the same bytes."""
    return re.sub(rb"/(CreationDate|ModDate) \([^)]*\)", lambda m: b" " * len(m[0]), pdf)


def give_up() -> None:
    """Stop the program from another thread, since the main one waits for the browser."""
    print(f"Cannot make the PDF: {browser.find()} has not answered for {PATIENCE} "
          f"seconds; {AS_IT_WAS}.", file=sys.stderr, flush=True)
    os._exit(1)


def make() -> None:
    print("Building one long page (half a minute) ...", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)   # Sphinx gives a warning only once
    html = build(ROOT, FOLDER)
    print("Printing it (half a minute) ...", flush=True)
    watch = threading.Timer(PATIENCE, give_up)
    watch.daemon = True
    watch.start()
    aside = html.with_suffix(".pdf")
    try:
        with printed(html, aside):
            pages = len(PdfReader(aside).pages)
    finally:
        watch.cancel()
    aside.replace(TARGET)
    size = TARGET.stat().st_size / 1e6
    print(f"The PDF: {TARGET.as_uri()} ({pages} pages, {size:.1f} MB)")


def main() -> None:
    if not browser.find():
        sys.exit(f"Cannot make the PDF: {browser.HOW_TO_GET_ONE}.")
    try:
        make()
    except (Error, PyPdfError, OSError) as e:
        said = str(e).strip().partition("\n")[0].rstrip(".")
        sys.exit(f"Cannot make the PDF: {said}; {AS_IT_WAS}.")
    except KeyboardInterrupt:
        sys.exit(f"Stopped; {AS_IT_WAS}.")


if __name__ == "__main__":
    main()

"""What each page of the built site weighs: python run.py weights

The first visit to a page, and what the page adds for a reader who comes from the opening
page. Compressed as a web server would (gzip; fonts and pictures as they are, SVG too).
"""

import gzip
import sys
from pathlib import Path

import browser
from playwright.sync_api import Browser, Page

SITE = Path(__file__).resolve().parents[1] / "_build" / "html"
COMPRESSED_ALREADY = (".woff2", ".png")


def weigh(page: Page, address: str) -> dict[str, int]:
    """Load an address; name and compressed size in bytes of everything that came."""
    came = {}
    page.on("response", lambda r: came.__setitem__(r.url.split("?")[0], r))
    page.goto(address, wait_until="networkidle")
    return {
        url: len(body) if url.endswith(COMPRESSED_ALREADY) else len(gzip.compress(body, 6))
        for url, body in ((url, response.body()) for url, response in list(came.items()))}


def table(
    site: Path, chromium: Browser, names: list[str] | None = None
) -> list[tuple[str, bool, int, int]]:
    """For each page: name, whether it has formulas, KB at first, KB after the opening."""
    rows = []
    with browser.serve(site) as address:
        opening = weigh(chromium.new_context().new_page(), f"{address}/book/intro.html")
        for path in sorted(site.glob("book/**/*.html")):
            name = path.relative_to(site / "book").with_suffix("").as_posix()
            if names and name not in names:
                continue
            context = chromium.new_context()
            page = context.new_page()
            parts = weigh(page, f"{address}/book/{name}.html")
            formulas = page.locator("math").count() > 0
            added = sum(size for url, size in parts.items() if url not in opening)
            rows.append((name, formulas, sum(parts.values()) // 1000, added // 1000))
            context.close()
    return rows


if __name__ == "__main__":
    try:
        with browser.chromium() as chromium:
            rows = table(SITE, chromium)
    except RuntimeError as e:
        sys.exit(f"Cannot weigh the pages: {e}")
    print(f"{'page':49} formulas  first visit  after the opening page")
    for name, formulas, first, added in rows:
        print(f"{name:49} {'yes' if formulas else 'no':8} {first:8} KB  {added:8} KB")

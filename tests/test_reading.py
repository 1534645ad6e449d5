"""The site as readers have it: their screens and settings, and what they do with it."""

import functools
import http.server
import re
import shutil
import threading
from html import unescape
from urllib.parse import quote

import pytest
from conftest import PHONE, SCREEN, build_book
from contents import PAGES
from words import WORDS

CHAPTER = "book/06_gradient_descent.html"
EXERCISE = "book/exercises/04_sigmoid/04_sigmoid.html"
# WCAG 1.4.12: a reader may set these without losing anything.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
                 word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""
TOO_WIDE = "() => document.documentElement.scrollWidth > innerWidth"
MARKED = "() => [...document.querySelectorAll('nav.page-toc a.active')].map(a => a.hash)"


def too_wide(page, widths):
    wide = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 740})
        if page.evaluate(TOO_WIDE):
            wide.append(width)
    return wide


@pytest.mark.slow
@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_no_page_scrolls_sideways(visit, address, name):
    page = visit(f"{address}/{name}.html", viewport=PHONE)
    assert too_wide(page, [*range(320, 1281, 20), 375, 390, 402, 412, 428, 601, 602, 605,
                           667, 844]) == []
    page.add_style_tag(content=SPACING)
    assert too_wide(page, [320, 360, 640]) == []


@pytest.mark.slow
def test_a_search_in_the_page_opens_a_folded_answer(visit, address, site):
    """A link to words in a page finds what the browser's own search finds."""
    page = (site / EXERCISE).read_text(encoding="utf-8")
    answer = re.search(fr"{WORDS['answer']}<.*?<p>((\w+ )+)", page, re.DOTALL)[1].strip()
    page = visit(f"{address}/{EXERCISE}#:~:text={quote(answer)}", viewport=SCREEN)
    page.wait_for_function("() => scrollY > 0", timeout=5000)
    assert page.get_by_text(answer).is_visible()
    fold = page.locator("details", has_text=answer)
    fold.locator("summary").press("Enter")
    assert not page.get_by_text(answer).is_visible()


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_the_section_that_is_read_is_marked(visit, address, name):
    """After a click in the contents of the page, and wherever the reader scrolls."""
    page = visit(f"{address}/{name}.html", viewport=SCREEN)
    page.add_style_tag(content="* { scroll-behavior: auto !important; }")
    links = page.evaluate(
        "[...document.querySelectorAll('nav.page-toc a')].map(a => a.hash)")
    for link in links:
        page.evaluate("""hash => new Promise(done => {
          document.querySelector(`nav.page-toc a[href="${hash}"]`).click();
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20)));
        })""", link)
        assert page.evaluate(MARKED) == [link]
    seen = page.evaluate("""async () => {
      history.replaceState(null, "", location.pathname);
      const seen = [];
      for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 4) {
        scrollTo(0, y);
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 20)));
        seen.push([...document.querySelectorAll("nav.page-toc a.active")].map(a => a.hash));
      }
      return seen;
    }""")
    while seen and not seen[0]:
        seen.pop(0)             # above the first heading nothing is marked
    assert all(len(marked) == 1 for marked in seen)
    order = [links.index(marked) for marked, in seen]
    assert order == sorted(order) and (not links or order[-1] == len(links) - 1)


@pytest.mark.slow
def test_a_closed_sidebar_stays_closed(visit, address):
    page = visit(f"{address}/{CHAPTER}", viewport=SCREEN)
    sidebar, button = page.locator("#pst-primary-sidebar"), page.locator(".primary-toggle")
    button.click()
    sidebar.wait_for(state="hidden")
    page.goto(f"{address}/book/07_splits.html", wait_until="commit")
    page.locator(".sidebar-primary-items__start").wait_for(state="attached")
    assert not sidebar.is_visible()     # from the start, not by and by
    page.set_viewport_size(PHONE)
    page.wait_for_load_state()
    button.click()
    page.get_by_role("link", name="4. Sigmoid", exact=True).wait_for()
    page.keyboard.press("Escape")
    page.set_viewport_size(SCREEN)
    page.reload()
    assert not sidebar.is_visible()
    button.click()
    page.goto(f"{address}/{CHAPTER}")
    assert sidebar.is_visible()
    assert page.trouble == []


def test_a_translator_spares_formulas_and_data(site):
    count = 0
    for name in PAGES:
        html = (site / f"{name}.html").read_text(encoding="utf-8")
        for tag in re.findall('<math [^>]*>|<table[^>]*class="dataframe[^>]*>', html):
            count += 1
            assert 'translate="no"' in tag, name
    assert count > 100


@pytest.mark.slow
@pytest.mark.parametrize("system, chosen, background", [
    ("dark", {}, "rgb(18, 18, 18)"),
    ("light", {}, "rgb(255, 255, 255)"),
    ("dark", {"mode": "auto", "theme": "light"}, "rgb(18, 18, 18)"),
    ("dark", {"mode": "light", "theme": "light"}, "rgb(255, 255, 255)")])
def test_the_first_frame_has_its_colour(chromium, address, system, chosen, background):
    """Before the theme's script has come, which can take long."""
    context = chromium.new_context(color_scheme=system)
    context.add_init_script(f"Object.assign(localStorage, {chosen})")
    context.route("**/scripts/*theme.js*", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{address}/{CHAPTER}")
    colour = "getComputedStyle(document.body).backgroundColor"
    scheme = page.evaluate("document.querySelector('meta[name=color-scheme]').content")
    assert (page.evaluate(colour), scheme) == (
        background, "dark" if background == "rgb(18, 18, 18)" else "light")
    context.close()


@pytest.mark.slow
def test_a_copied_formula_is_latex(visit, address):
    page = visit(f"{address}/book/04_sigmoid.html")
    page.evaluate("""addEventListener("copy", ({clipboardData}) => window.copied =
      ["text/plain", "text/html"].map(type => clipboardData.getData(type)))""")

    def copied(selection):
        page.evaluate(f"""window.copied = ["", ""];
          {{ const range = new Range(), $ = s => document.querySelector(s); {selection};
          getSelection().removeAllRanges(); getSelection().addRange(range); }}""")
        page.keyboard.press("Control+c")
        return page.evaluate("copied")

    inline = """[...document.querySelectorAll("p > math")].find(
      math => math.textContent.endsWith("e^{-z}"))"""
    plain, html = copied(f"range.selectNodeContents({inline}.closest('p'))")
    assert "At $z = 0$ the power $e^{-z}$ is 1, so the result is $\\tfrac12$." in plain
    assert "<math" in html
    part = f"{inline}.querySelector('mi')"
    assert copied(f"range.selectNode({part})")[0].strip() == "$e^{-z}$"
    plain, _ = copied("range.setStartBefore($('div.formula').previousElementSibling); "
                      "range.setEndAfter($('div.formula'))")
    assert re.search(r"\n\$\$z = w_1 x_1 [^$]*\$\$\s*\(4\.1\)\s*$", plain)
    assert copied("range.selectNodeContents($('h1'))") == ["", ""]      # the browser's own


@pytest.mark.slow
def test_contents_without_javascript_on_a_phone(visit, address):
    page = visit(f"{address}/{CHAPTER}", viewport=PHONE, java_script_enabled=False)
    for name, link in [(WORDS["contents_of_book"], "4. Sigmoid"),
                       (WORDS["contents_of_page"], None)]:
        page.get_by_role("link", name=name, exact=True).click()
        link = (page.get_by_role("link", name=link, exact=True) if link
                else page.locator("nav.page-toc a").last)
        assert link.bounding_box()["width"] > 50
    page.get_by_role("link", name="4. Sigmoid", exact=True).click()
    page.wait_for_url("**/04_sigmoid.html")
    assert not page.locator("button.primary-toggle").is_visible()


@pytest.fixture(scope="module")
def published(site):
    """The site below a folder, as GitHub Pages serves it."""
    class Pages(http.server.SimpleHTTPRequestHandler):
        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/name"))

        def send_error(self, code, *_):
            self.send_response(code)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write((site / "404.html").read_bytes())

        def do_GET(self):
            if self.path.startswith("/name/"):
                return super().do_GET()
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    handler = functools.partial(Pages, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/name"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("lost", [
    "book/nothing.html", "a/b/c/d/", "nothing", "book/a.html?b=c"])
def test_an_address_that_leads_nowhere(visit, published, lost):
    """The page has the site's look and leads on, wherever it is shown."""
    page = visit(f"{published}/{lost}", viewport=SCREEN)
    assert page.get_by_role("heading", level=1).inner_text() == WORDS["not_found"]
    assert page.locator("#pst-primary-sidebar").bounding_box()["width"] > 150
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")        # to the main content
    assert page.url == f"{published}/{lost}#main-content"
    links = page.locator("a[href]").evaluate_all("all => all.map(a => a.href)")
    assert len(links) > len(PAGES)
    assert all(link.startswith(published) or "#" in link for link in links)
    page.get_by_role("link", name="4. Sigmoid", exact=True).click()
    page.wait_for_url(f"{published}/book/04_sigmoid.html")
    page.locator("#pst-primary-sidebar").wait_for()


def test_licences_of_what_the_site_passes_on(site):
    page = (site / "book" / "running.html").read_text(encoding="utf-8")
    link = re.search('href="([^"]*licences.txt)"', page)[1]
    text = (site / "book" / link).read_text(encoding="utf-8")
    for words in ("STIX Two Math", "The STIX Fonts Project Authors", "Font Awesome Free",
                  "Fonticons", "\nSIL OPEN FONT LICENSE Version 1.1", "Bootstrap",
                  "sphinx-book-theme", "MIT License"):
        assert words in text, words


@pytest.mark.slow
@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_book_in_another_language(book_copy, tmp_path, language):
    """It builds without a warning; the extensions have no word outside words.py."""
    for part in ("book", "_config.yml", "_toc.yml"):
        copy = shutil.copytree if (book_copy / part).is_dir() else shutil.copy
        copy(book_copy / part, tmp_path / part)
    config = tmp_path / "_config.yml"
    config.write_text(config.read_text(encoding="utf-8").replace(
        "language: en", f"language: {language}"), encoding="utf-8")
    translated = {name: f"{word}XY{n}" for n, (name, word) in enumerate(WORDS.items())}
    with (tmp_path / "book" / "_ext" / "words.py").open("a", encoding="utf-8") as words:
        words.write(f"\nWORDS.update({translated!r})\n")
    result = build_book(tmp_path)
    assert result.returncode == 0, result.stderr
    site = tmp_path / "_build" / "html"
    built = unescape("".join(
        file.read_text(encoding="utf-8")
        for kind in ("*.html", "*.ipynb") for file in site.rglob(kind)))
    assert f'<html lang="{language}"' in built
    for name, word in translated.items():
        if name not in ("colab", "card"):       # these need an address
            assert word in built, name
    whole = re.compile("|".join(f"[>\"]{re.escape(word)}[<\"]" for word in WORDS.values()))
    assert set(whole.findall(built)) == set()

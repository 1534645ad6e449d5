"""Where the book is published, if the environment says so; by itself it knows no address.

    BOOK_SITE         https://owner.github.io/name/      canonical links, addresses to share
    BOOK_REPOSITORY   https://github.com/owner/name      a link to the source; Binder and
                                                         Colab on pages without exercises
    BOOK_BRANCH       the branch these open; main if not set

A wrong value stops the build: a theme that has to guess opens somebody else's book.
"""

import json
import os
import re
import sys
from pathlib import Path

import nbformat
from exercise_versions import is_exercise, student_version
from sphinx.application import Sphinx
from sphinx.config import Config
from words import WORDS

PLACEHOLDER = "REPOSITORY"      # where a page says what to install
# What a notebook that misses the package says: here, and where the address is known.
HERE = 'in the folder of the book: pip install ".[chapters]"'
THERE = 'in a cell: %pip install "titanic-helpers[chapters] @ git+REPOSITORY"'
SETTINGS = {
    "BOOK_SITE": (r"https://[\w.-]+(:\d+)?/([\w.~-]+/)*",
                  "an address like https://owner.github.io/name/, with the last slash"),
    "BOOK_REPOSITORY": (r"https://github\.com/[A-Za-z0-9-]+/[\w.-]+(?<!\.git)",
                        "an address like https://github.com/owner/name"),
    "BOOK_BRANCH": (r"\w[\w.-]*", "the name of a branch, without slashes"),
}


def setting(name: str) -> str:
    """Read one variable; an empty one is not set."""
    value = os.environ.get(name, "")
    pattern, expected = SETTINGS[name]
    if value and not re.fullmatch(pattern, value, re.ASCII):
        sys.exit(f"{name}: {value!r}; expected {expected}")
    return value


def configure(app: Sphinx, config: Config) -> None:
    site, repository, branch = map(setting, SETTINGS)
    if site:
        config.html_baseurl = site
    if repository:
        app.tags.add("published")     # see book/running.md
        config.html_theme_options |= {
            "repository_url": repository,
            "repository_branch": branch or "main",
            "use_repository_button": True,
            "launch_buttons": {
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com",
                "notebook_interface": "jupyterlab",
            },
        }


def with_address(text: str) -> str:
    """Insert the address, if there is one, into a page or the JSON of a notebook."""
    repository = setting("BOOK_REPOSITORY")
    if not repository:
        return text
    here, there = (json.dumps(words)[1:-1] for words in (HERE, THERE))
    return text.replace(here, there).replace(PLACEHOLDER, repository)


def name_the_repository(app: Sphinx, document: str, source: list[str]) -> None:
    source[0] = with_address(source[0])


def offer_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Let a page's download button give the notebook that a reader needs.

    Sphinx copies the source as it stands: without the address, and with the solutions.
    """
    if exception or app.builder.format != "html":
        return
    for name in app.env.found_docs:
        source = Path(app.env.doc2path(name))
        if source.suffix == ".ipynb":
            text = with_address(source.read_text(encoding="utf-8"))
            if is_exercise(name):
                notebook = student_version(nbformat.reads(text, as_version=4))
                text = nbformat.writes(notebook) + "\n"
            target = Path(app.outdir, "_sources", f"{name}.ipynb")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")


def adapt_launch_buttons(
    app: Sphinx, name: str, template: str, context: dict, document: object
) -> None:
    """Say what Colab needs first; and open no exercise.

    Binder and Colab open what is in the repository. There an exercise has its solutions
    and hidden tests; the student's version is made with the site, and can be downloaded.
    """
    if is_exercise(name):
        context["header_buttons"] = [
            group for group in context["header_buttons"]
            if group.get("label") != "launch-buttons"]
    buttons = [b for group in context["header_buttons"] for b in group.get("buttons", [])]
    for button in buttons:
        if button["text"] == "Colab":
            button["tooltip"] += f"; {WORDS['colab']}"


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", configure)
    app.connect("source-read", name_the_repository)
    app.connect("build-finished", offer_downloads)
    app.connect("html-page-context", adapt_launch_buttons, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

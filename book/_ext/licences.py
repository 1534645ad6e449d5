"""The licences of what the site passes on, in one file, as the packages state them.

The page on running the book links to it. Nothing of it is stored in the project.
"""

from importlib.metadata import distribution
from pathlib import Path

from fontTools.ttLib import TTFont
from small_fonts import FORMULAS
from sphinx.application import Sphinx

# The packages whose styles, scripts or pictures are in the site.
PACKAGES = ["sphinx", "sphinx-book-theme", "pydata-sphinx-theme", "myst-nb",
            "sphinx-copybutton", "sphinx-design"]
OFL = "SIL OPEN FONT LICENSE Version 1.1"


def licence_files(package: str) -> list[str]:
    return [file.read_text(encoding="utf-8") for file in distribution(package).files
            if "LICENSE" in file.name and ".dist-info" in str(file)]


def licences(scripts: Path) -> str:
    names = TTFont(FORMULAS)["name"]
    holder, terms = names.getDebugName(0), names.getDebugName(13)
    ofl = next(text for text in licence_files("fonttools") if OFL in text)
    parts = {
        "The font of the formulas, STIX Two Math, cut to what the book uses":
            f"{holder}\n{terms}",
        "The fonts of the icons, cut to what the book uses":
            (scripts / "fontawesome.js.LICENSE.txt").read_text(encoding="utf-8"),
        "The licence of these fonts": ofl[ofl.index(OFL):],
        "Bootstrap, a part of the theme":
            (scripts / "bootstrap.js.LICENSE.txt").read_text(encoding="utf-8"),
    } | {package: "\n".join(licence_files(package)) for package in PACKAGES}
    return "\n\n".join(f"{title}\n{'=' * len(title)}\n\n{text.strip()}\n"
                       for title, text in parts.items())


def write(app: Sphinx, exception: Exception | None) -> None:
    if not exception and app.builder.format == "html":
        static = Path(app.outdir, "_static")
        (static / "licences.txt").write_text(licences(static / "scripts"), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

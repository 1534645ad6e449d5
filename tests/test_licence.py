"""Two licences, one holder: the same wherever they stand."""

import tomllib

import yaml
from contents import ROOT

HOLDER = "The authors of One Neuron on the Titanic"


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def citation():
    return yaml.safe_load(read("CITATION.cff"))


def test_both_are_named_wherever_one_looks_for_a_licence():
    places = {
        "LICENSE-text.md": read("LICENSE-text.md"),
        "README.md": read("README.md").partition("\n## Licence\n")[2],
        "pyproject.toml": read("pyproject.toml"),
        "CITATION.cff": citation()["abstract"],
        "_config.yml": yaml.safe_load(read("_config.yml"))["html"]["extra_footer"]}
    missing = [f"{licence} in {place}" for place, text in places.items()
               for licence in ("BSD-3-Clause", "CC BY 4.0") if licence not in text]
    assert not missing


def test_files_and_fields_are_those_of_these_licences():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert (project["license"], project["license-files"]) == ("BSD-3-Clause", ["LICENSE"])
    assert read("LICENSE").startswith("BSD 3-Clause License\n")
    assert "creativecommons.org/licenses/by/4.0/legalcode" in read("LICENSE-text.md")
    assert citation()["license"] == ["BSD-3-Clause", "CC-BY-4.0"]
    assert citation()["version"] == project["version"]


def test_holder_year_and_title_agree():
    book = citation()["preferred-citation"]
    assert citation()["authors"] == book["authors"] == [{"name": HOLDER}]
    assert f"Copyright (c) {book['year']}, {HOLDER}\n" in read("LICENSE")
    assert f"© {book['year']} {HOLDER}." in read("LICENSE-text.md")
    config = yaml.safe_load(read("_config.yml"))
    assert citation()["title"] == book["title"] == config["title"]
    assert config["copyright"] == f"{book['year']}, {HOLDER}"

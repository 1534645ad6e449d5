"""Collecting from the exchange: students write there what they like."""

import contextlib
import logging
import os
import re
from types import SimpleNamespace

import pytest
from contents import ROOT
from traitlets.config import Config

pwd = pytest.importorskip("pwd", reason="Windows does not have the exchange")

from grading.exchanging import Collect  # noqa: E402
from nbgrader.coursedir import CourseDirectory  # noqa: E402

ME = pwd.getpwuid(os.getuid()).pw_name
OTHERS = ["games", "nobody"]
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="gives files to other accounts")


class Exchange:
    """An exchange with what students put there, and the teacher's folder."""

    def __init__(self, root):
        self.inbound = root / "exchange" / "titanic" / "inbound"
        self.course = root / "course"
        self.inbound.mkdir(parents=True)
        self.course.mkdir()

    def put(self, folder, owner=ME, text="own", **files):
        """What nbgrader submit leaves, as it would look if `owner` had made it."""
        path = self.inbound / folder
        path.mkdir()
        for name, content in {"06.ipynb": text, "submission_secret.txt": "a" * 128,
                              "timestamp.txt": folder.split("+")[2], **files}.items():
            (path / name).write_text(content)
        for place in (path, *path.iterdir()):
            os.chown(place, pwd.getpwnam(owner).pw_uid, -1)
        return path

    def collect(self):
        config = Config()
        config.Exchange.root = str(self.inbound.parents[1])
        config.CourseDirectory.root = str(self.course)
        config.CourseDirectory.course_id = "titanic"
        config.CourseDirectory.assignment_id = "06"
        config.ExchangeCollect.update = True
        coursedir = CourseDirectory(config=config)
        collect = Collect(coursedir=coursedir, config=config)
        said, listener = [], logging.Handler(logging.WARNING)
        listener.emit = lambda record: said.append(record.getMessage())
        collect.log = logging.Logger("collect")
        collect.log.addHandler(listener)
        collect.start()
        return said

    def collected(self, student):
        folder = self.course / "submitted" / student / "06"
        return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def exchange(tmp_path, monkeypatch):
    # it is only asked when the work is due; making its tables takes seconds
    gradebook = SimpleNamespace(find_assignment=lambda name: SimpleNamespace(duedate=None))
    monkeypatch.setattr("nbgrader.exchange.default.collect.Gradebook",
                        lambda *place: contextlib.nullcontext(gradebook))
    return Exchange(tmp_path)


EARLY, LATE = "2026-03-02 10:00:00.000000 UTC", "2026-03-02 11:00:00.000000 UTC"


def test_the_newest_submission_is_collected_and_the_first_not_again(exchange):
    exchange.put(f"{ME}+06+{EARLY}+x", text="first")
    exchange.put(f"{ME}+06+{LATE}+y", text="second")
    assert exchange.collect() == []
    assert exchange.collected(ME)["06.ipynb"] == "second"
    assert exchange.collected(ME)["submission_secret.txt"] == "a" * 128
    assert exchange.collect() == [] and exchange.collected(ME)["06.ipynb"] == "second"
    exchange.put(f"{ME}+06+2026-03-02 12:00:00.000000 UTC+z", text="third")
    assert exchange.collect() == [] and exchange.collected(ME)["06.ipynb"] == "third"


@needs_root
def test_nobody_hands_in_for_a_neighbour(exchange):
    exchange.put(f"nobody+06+{EARLY}+x", "nobody", "nobody's work")
    exchange.put(f"nobody+06+{LATE}+y", "games", "forged")
    said = exchange.collect()
    assert exchange.collected("nobody")["06.ipynb"] == "nobody's work"
    assert exchange.collected("games")["06.ipynb"] == "forged"
    assert len(said) == 1 and "games" in said[0] and "'nobody'" in said[0]


@needs_root
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_to_a_neighbours_work_brings_nothing(exchange, link):
    exchange.put(f"nobody+06+{EARLY}+x", "nobody", "nobody's work")
    exchange.collect()
    path = exchange.put(f"games+06+{EARLY}+x", "games") / "06.ipynb"
    path.unlink()
    link(exchange.course / "submitted" / "nobody" / "06" / "06.ipynb", path)
    said, = exchange.collect()
    assert "06.ipynb" not in exchange.collected("games") and "left out" in said


@needs_root
def test_a_folder_that_is_a_link_brings_nothing(exchange):
    exchange.put(f"nobody+06+{EARLY}+x", "nobody", "nobody's work")
    exchange.collect()
    link = exchange.inbound / f"games+06+{EARLY}+x"
    link.symlink_to(exchange.course / "submitted" / "nobody" / "06")
    os.chown(link, pwd.getpwnam("games").pw_uid, -1, follow_symlinks=False)
    said = exchange.collect()
    assert "06.ipynb" not in exchange.collected("games") and "it is a link" in said[-1]


@pytest.mark.parametrize("harm", [
    lambda path: path.rename(path.with_name(f"{ME}+06+yesterday+x")),
    lambda path: path.rename(path.with_name("a+06+b")),
    lambda path: (path / "timestamp.txt").write_text("yesterday"),
    lambda path: (path / "timestamp.txt").unlink(),
    lambda path: (path / "submission_secret.txt").unlink(),
    lambda path: (path / "submission_secret.txt").write_bytes(b"\xff" * 128),
    lambda path: os.mkfifo(path / "pipe.ipynb"),
    lambda path: (path / "gone.csv").symlink_to("/nowhere"),
    lambda path: (path / "all").symlink_to("/"),
    lambda path: (path / "again").symlink_to("."),
], ids=["time in the name", "short name", "time", "no time", "no secret", "odd secret",
        "pipe", "dangling link", "link to all files", "link to itself"])
def test_an_odd_submission_stops_nobody(exchange, harm):
    """Collected twice, as the second time reads what the first has left."""
    harm(exchange.put(f"{ME}+06+{EARLY}+x"))
    exchange.collect()
    exchange.collect()
    mine = exchange.collected(ME)
    assert mine["06.ipynb"] == "own" and len(mine) == 3
    assert re.fullmatch("[0-9a-f]{128}", mine["submission_secret.txt"])
    assert re.fullmatch(r"(19|20)\d\d-\d\d-\d\d .*UTC", mine["timestamp.txt"])


def test_the_classrooms_settings_name_the_collector():
    text = (ROOT / "classroom" / "nbgrader_config.py").read_text("utf-8")
    assert f'"{Collect.__module__}.{Collect.__qualname__}"' in text

"""What a real folder holds is collected: every student's newest work, nobody's lost."""

import gzip
import io
import json
import logging
import os
import re
import subprocess
import sys
import tarfile
import unicodedata
import zipfile
from datetime import datetime

import pytest
from contents import ROOT
from course import Course
from grading import collecting, naming, unpacking
from grading.tables import TableError
from hypothesis import given
from hypothesis import strategies as st

NAME = "04_sigmoid"
NOON = datetime(2026, 3, 2, 12).timestamp()
SOURCE = ROOT / "book" / "exercises"
NOTEBOOK = json.loads((SOURCE / NAME / f"{NAME}.ipynb").read_text("utf-8"))
ROSTER = """id,first_name,last_name,email
s1,Allen,Smith,allen.smith@uni.de
s2,Owen,O'Brien,owen@uni.de
s3,Jürgen,Müller-Lüdenscheidt,j.m@uni.de
s4,Anna,Smith,anna@uni.de
"""


def work(text="", name=NAME):
    """A notebook of the chapter, with something written into it."""
    notebook = NOTEBOOK if name == NAME else json.loads(
        (SOURCE / name / f"{name}.ipynb").read_text("utf-8"))
    return json.dumps(notebook | {"metadata": {"text": text}}).encode()


def zipped(files, when=NOON):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            date = datetime.fromtimestamp(when).timetuple()[:6]
            archive.writestr(zipfile.ZipInfo(name, date) if isinstance(name, str) else name,
                             data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def as_on_a_mac(archive):
    """Without the flag that says that names are UTF-8."""
    local, central = b"PK\3\4\x14\0", b"PK\1\2\x14\3\x14\0"
    assert local + b"\0\x08" in archive
    for header in (local, central):
        archive = archive.replace(header + b"\0\x08", header + b"\0\0")
    return archive


class Class:
    """The folder of a class, and what is in it after collecting."""

    def __init__(self, root):
        self.root, self.archive = root, root / "downloaded" / NAME / "archive"
        self.archive.mkdir(parents=True)

    def put(self, name, data=None, when=NOON):
        path = self.archive / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(work(name) if data is None else data)
        os.utime(path, (when, when))
        return path

    def release(self):
        path = self.root / "release" / NAME / f"{NAME}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(work())

    def collect(self):
        return collecting.collect(self.root, NAME, logging.getLogger("grade"))

    def students(self):
        return {path.parents[1].name: json.loads(path.read_bytes())["metadata"]["text"]
                for path in self.root.glob(f"submitted/*/{NAME}/{NAME}.ipynb")}

    def beside(self, student):
        folder = self.root / "submitted" / student / NAME
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")
                      if path.is_file())


@pytest.fixture
def group(tmp_path):
    return Class(tmp_path)


NAMES = {
    "allen_04_sigmoid.ipynb": "allen",
    "allen_04_sigmoid.ipynb.txt": "allen",
    "Allen_04_sigmoid.ipynb.json": "allen",
    "Allen_04_sigmoid.json": "allen",
    "allen_04_sigmoid.ipynb (1).txt": "allen",
    "ALLEN_04_SIGMOID.IPYNB": "allen",
    "allen04sigmoid.ipynb": "allen",
    "Allen (1)_04_sigmoid.ipynb": "allen",
    "04_sigmoid_allen.ipynb": "allen",
    "allen 04_sigmoid (1).ipynb": "allen",
    "Allen - 04_Sigmoid_final.IPYNB": "allen",
    "allen-4-sigmoid-v2.ipynb": "allen",
    "04 sigmoid allen - Copy (2).ipynb": "allen",
    "04_sigmoid-Copy1_allen.ipynb": "allen",
    "04_sigmoid_allen - Kopie.ipynb": "allen",
    "Copy of allen_04_sigmoid.ipynb": "allen",
    "Kopie von 04_sigmoid allen_final_v3.ipynb": "allen",
    "hw4 04_sigmoid allen.ipynb": "allen",
    "04_sigmoid 11223344.ipynb": "11223344",
    "O'Brien_04_sigmoid.ipynb": "obrien",
    "O’Brien, Owen 04_sigmoid.ipynb": "owen_obrien",
    "Smith-Jones, Dr. A._04_sigmoid.ipynb": "dr_a_smith_jones",
    "allen.smith@uni.de_04_sigmoid.ipynb": "allen_smith_uni_de",
    "gruppe 7_04_sigmoid.ipynb": "gruppe_7",
    unicodedata.normalize("NFD", "Müller_04_sigmoid.ipynb"): "müller",
    "Müller_04_sigmoid.ipynb": "müller",
    "con_04_sigmoid.ipynb": "con_",
    "李雷_04_sigmoid.ipynb": "李雷",
    "allen/04_sigmoid.ipynb": "allen",
    "Allen (2)/04_sigmoid (1).ipynb": "allen",
    "allen/titanic-main/exercises/04_sigmoid.ipynb": "allen",
    "allen smith/allen_04_sigmoid.ipynb": "allen_smith",
    "submissions/Version 1/Allen/04_sigmoid-2.ipynb": "allen",
    "Allen Smith_123456_assignsubmission_file_04_sigmoid.ipynb": "allen_smith",
    "Allen Smith_123456_assignsubmission_file_/04_sigmoid.ipynb": "allen_smith",
    "Allen Smith_123456_assignsubmission_file/4 Sigmoid.ipynb": "allen_smith",
    "Allen Smith_123456_assignsubmission_file_asmith 04_sigmoid.ipynb": "allen_smith",
    "Participant_98765_assignsubmission_file_04_sigmoid.ipynb": "participant_98765",
    "smithallen_LATE_12345_67890_04_sigmoid-1.ipynb": "smithallen",
    "smithallen_12345_67890_04_sigmoid.ipynb": "smithallen",
    "Week 4_asmith_attempt_2026-01-30-15-00-00_04_sigmoid.ipynb": "asmith",
    "Smith_Allen_asmith_4711/20260130150000_04_sigmoid.ipynb": "smith_allen_asmith_4711",
    "Zoe%20Zeller%2004_sigmoid.ipynb": "zoe_zeller",
    "Zoe%20Zeller/04%20sigmoid.ipynb": "zoe_zeller",
    "2026-01-30 04_sigmoid (Allen Smith).ipynb": "allen_smith",
    "04_sigmoid_04_sigmoid_allen.ipynb": "allen",
    "allen_04_sigmoid.ipynb/04_sigmoid.ipynb": "allen",
    "12345-67890 - Allen Smith - Jan 30, 2026 300 PM/04_sigmoid.ipynb": "allen_smith",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name(group, name):
    group.put(name)
    assert group.collect() == []
    assert group.students() == {NAMES[name]: name}


@pytest.mark.parametrize(("name", "data", "words"), [
    ("04_sigmoid.ipynb", None, "nothing says whose it is"),
    ("04_sigmoid (1) final.ipynb", None, "nothing says whose it is"),
    ("Untitled.ipynb", None, "nothing says whose it is"),
    ("archive.zip/../04_sigmoid-v2.ipynb", None, "nothing says whose it is"),
    ("allen_05_mae.ipynb", work(name="05_mae"), "not a notebook of 04_sigmoid"),
    ("allen_05_mae.ipynb", b'{"cells": []}', "not a notebook of 04_sigmoid"),
    ("allen_04_sigmoid.ipynb", b"", "empty"),
    ("allen_04_sigmoid.ipynb", b" \n", "empty"),
    ("allen_04_sigmoid.ipynb", b"x" * 20_000_001, "larger than 20 MB"),
    ("allen_04_sigmoid.py", b"1", "not a notebook"),
    ("allen_04_sigmoid.docx", zipped({"a.xml": b""}), "not a notebook"),
    ("allen_04_sigmoid.rar", b"Rar!", "not a notebook"),
    ("allen_04_sigmoid.txt", b"I was ill.", "not a notebook"),
    ("allen/titanic/book/exercises/04_sigmoid/04_sigmoid.ipynb", None,
     "the book's own copy"),
    ("allen\n\x1b[2J.pdf", b"1", "not a notebook"),
])
def test_what_is_left_out(group, name, data, words):
    """It is named, and stops nobody."""
    group.put("moran_04_sigmoid.ipynb")
    group.release()
    path = group.put(name, data)
    label = path.resolve().relative_to(group.archive).as_posix()
    assert group.collect() == [
        re.sub(r"[\n\x1b]", "?", f"{label}: {words}")]
    assert list(group.students()) == ["moran"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_not_followed(group):
    secret = group.root / "gradebook.ipynb"
    secret.write_bytes(work("secret"))
    (group.archive / "allen_04_sigmoid.ipynb").symlink_to(secret)
    (group.archive / "moran").symlink_to(group.root)
    assert group.collect() == ["allen_04_sigmoid.ipynb: a link or a device",
                               "moran: a link or a device"]
    assert group.students() == {}


def test_names_without_end(group):
    group.put("x" * 230 + ".zip", zipped({"y" * 9999 + ".pdf": b"1"}))
    group.put("allen " * 38 + "04_sigmoid.ipynb")
    note, = group.collect()
    assert len(note) < 250 and note.endswith("y.pdf: not a notebook")
    (student,) = group.students()
    assert re.fullmatch("(allen_)+al_[0-9a-f]{8}", student) and len(student) < 60


def test_odd_dates(group):
    """No date, or one that is none, is the archive's own."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for date in ("inf", "nan", "-5", "1e300"):
            info = tarfile.TarInfo(f"a{date}/04_sigmoid.ipynb")
            info.size, info.pax_headers = len(work(date)), {"mtime": date}
            archive.addfile(info, io.BytesIO(work(date)))
    group.put("download.tar", held.getvalue())
    no_date = zipfile.ZipInfo("04_sigmoid.ipynb")
    group.put("owen.zip", zipped({no_date: work("newer")}), when=NOON + 60)
    group.put("owen_04_sigmoid.ipynb", work("older"))
    group.put("moran_04_sigmoid.ipynb", when=-99)
    assert len(group.collect()) == 1
    assert group.students()["owen"] == "newer"
    stamps = {path.parts[-3]: path.read_text()[:16]
              for path in group.root.glob("submitted/*/*/timestamp.txt")}
    assert stamps.pop("moran") == "1970-01-01 00:00"
    assert len(stamps) == 5 and all(stamp[:10] == "2026-03-02" for stamp in stamps.values())


def test_the_cells_tell_the_chapter(group):
    """A file that was named wrongly is told by what is in it, once there is a release."""
    group.put("allen_04_sigmoid.ipynb", work(name="07_splits"))
    group.put("owen/Untitled1.ipynb", work("owen"))
    group.put("moran_04_sigmoid.ipynb", b'{"cells": [{"source": "no ids left"}]}')
    group.put("storey - homework 4.ipynb")
    group.put("braund_sigmoid (1).ipynb")
    group.release()
    assert group.collect() == ["allen_04_sigmoid.ipynb: not a notebook of 04_sigmoid"]
    assert sorted(p.name for p in (group.root / "submitted").iterdir()) == [
        "braund", "moran", "owen", "storey"]


def test_the_newest_of_several(group):
    group.put("allen_04_sigmoid.ipynb", when=NOON)
    group.put("Allen (1)_04_sigmoid.ipynb", when=NOON + 60)
    group.put("owen_04_sigmoid.ipynb", work("same"), when=NOON)
    group.put("owen/04_sigmoid.ipynb", work("same"), when=NOON + 60)
    group.put("moran_04_sigmoid.ipynb")
    group.put("moran_04_sigmoid (2).ipynb", when=NOON + 0.5)    # within a second
    group.put("moran_04_sigmoid (10).ipynb")
    group.put("storey_04_sigmoid.ipynb")
    group.put("storey_04_sigmoid (1).ipynb", work("cut off")[:-9], when=NOON + 60)
    group.put("braund_04_sigmoid_a.ipynb")
    group.put("braund a 04_sigmoid.ipynb")
    assert group.collect() == [
        "allen: 2 files; the newest one, Allen (1)_04_sigmoid.ipynb, was taken, and left "
        "were: allen_04_sigmoid.ipynb",
        "braund_a: of several files none is the newest, so none was taken: "
        "braund a 04_sigmoid.ipynb, braund_04_sigmoid_a.ipynb",
        "moran: 3 files; the newest one, moran_04_sigmoid (10).ipynb, was taken, and left "
        "were: moran_04_sigmoid (2).ipynb, moran_04_sigmoid.ipynb",
        "storey: 2 files; the newest one, storey_04_sigmoid.ipynb, was taken, and left "
        "were: storey_04_sigmoid (1).ipynb (newer, but no notebook)"]
    assert group.students() == {
        "allen": "Allen (1)_04_sigmoid.ipynb", "owen": "same",
        "moran": "moran_04_sigmoid (10).ipynb", "storey": "storey_04_sigmoid.ipynb"}


def test_what_is_no_notebook_inside_is_for_the_grading_to_name(group):
    group.put("allen_04_sigmoid.ipynb", b"I could not open the notebook.")
    assert group.collect() == []
    assert group.beside("allen") == ["04_sigmoid.ipynb", "timestamp.txt"]


def test_archives(group):
    """Zips in zips, a student's own zip, tar files; with what stands beside a notebook."""
    table = {"04_sigmoid.ipynb": work("allen"), "data/table.csv": b"1,2"}
    inner = zipped({"Moran/04_sigmoid.ipynb": work("moran"), "Moran/note.txt": b"Hello"})
    group.put("allen.zip", zipped(table))
    group.put("class.zip", as_on_a_mac(zipped({
        "inner.zip": inner, "owen_04_sigmoid.ipynb": work("owen"),
        "storey\\04_sigmoid.ipynb": work("storey"),
        "A B_12_assignsubmission_file_own.zip": zipped({"x/Untitled.ipynb": work("ab")}),
        "Jürgen/04_sigmoid.ipynb": work("jürgen")})))
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        info = tarfile.TarInfo("braund/04_sigmoid.ipynb")
        info.size, info.mtime = len(work("braund")), NOON
        archive.addfile(info, io.BytesIO(work("braund")))
        link = tarfile.TarInfo("futrelle/04_sigmoid.ipynb")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    group.put("late.tar.gz", held.getvalue())
    group.put("cumings_04_sigmoid.ipynb.gz", gzip.compress(work("cumings")))
    group.release()
    assert group.collect() == [         # "inner" and "Moran" could both be a student
        "late.tar.gz/futrelle/04_sigmoid.ipynb: a link or a device",
        "class.zip/inner.zip/Moran/04_sigmoid.ipynb: taken as the work of moran"]
    assert group.students() == {
        "allen": "allen", "moran": "moran", "owen": "owen", "storey": "storey",
        "a_b": "ab", "jürgen": "jürgen", "braund": "braund", "cumings": "cumings"}
    assert group.beside("allen") == ["04_sigmoid.ipynb", "data/table.csv", "timestamp.txt"]
    assert group.beside("moran") == ["04_sigmoid.ipynb", "note.txt", "timestamp.txt"]


def test_archives_that_are_broken_or_evil(group, monkeypatch):
    monkeypatch.setattr(unpacking, "STUDENT", 2_000_000)
    monkeypatch.setattr(unpacking, "FILE", 1_000_000)
    monkeypatch.setattr(unpacking, "CLASS", 9_000_000)
    monkeypatch.setattr(unpacking, "COUNT", 20)
    link = zipfile.ZipInfo("x/04_sigmoid.ipynb")
    link.external_attr = 0o120777 << 16
    whole = zipped({"04_sigmoid.ipynb": work("cut off")})
    secret = bytearray(whole)
    secret[6] |= 1
    secret[whole.index(b"PK\1\2") + 8] |= 1
    damaged = bytearray(whole)
    damaged[2000] ^= 255
    nested = whole
    for _ in range(6):
        nested = zipped({"a.zip": nested})
    bomb = {f"{i}.csv": bytes(1_000_000) for i in range(9)}
    for name, data in {
            "a cut.zip": whole[:-30], "b secret.zip": bytes(secret),
            "c damaged.zip": bytes(damaged), "d text.zip": b"no zip", "e empty.zip": b"",
            "f paths.zip": zipped({f"{path}04_sigmoid.ipynb": work("evil") for path in (
                "../../moran/", "/etc/", "C:\\", "..\\", "a/../../moran/")} | {
                    link: b"/etc/passwd", "ok.ipynb": work("ok")}),
            "g nested.zip": nested, "h cut.tar.gz": gzip.compress(b"x" * 99)[:-9],
            "i bomb.zip": zipped({"big.csv": bytes(1_000_001)}),
            "j bomb.zip": zipped({"inner.zip": zipped(
                bomb | {"04_sigmoid.ipynb": work("bomb")})}),
            "k bomb.tar.gz": gzip.compress(bytes(20_000_000)),
            "l cut.tar": b"\0" * 100,
            "m many.zip": zipped(dict.fromkeys("abcdefghijklmnopqrstu", b"")),
            "moran_04_sigmoid.ipynb": work("moran"),
    }.items():
        group.put(name, data)
    before = sorted(p for p in group.root.rglob("*") if "submitted" not in p.parts)
    notes = group.collect()
    patterns = [
        r"a cut.zip: cannot be read \(File is not a zip file\)",
        r"b secret.zip/04_sigmoid.ipynb: encrypted",
        r"c damaged.zip/04_sigmoid.ipynb: cannot be read \(.+\)",
        r"d text.zip: cannot be read \(File is not a zip file\)",
        r"e empty.zip: cannot be read \(File is not a zip file\)",
        *[r"f paths.zip/.*: its path leads out of the archive"] * 5,
        r"f paths.zip/x/04_sigmoid.ipynb: a link or a device",
        r"g nested.zip(/a.zip){4}: cannot be read \(too many archives in each other\)",
        r"h cut.tar.gz: cannot be read \(Compressed file ended .*\)",
        r"i bomb.zip/big.csv: larger than 1 MB",
        *[r"j bomb.zip/inner.zip/\d.csv: too much in one archive"] * 8,
        r"k bomb.tar.gz: cannot be read \(too large when unpacked\)",
        r"l cut.tar: cannot be read \(.+\)",
        r"m many.zip: cannot be read \(more than 20 files\)",
        r"f paths.zip/ok.ipynb: not a notebook of 04_sigmoid",
        r"j bomb.zip/inner.zip/04_sigmoid.ipynb: taken as the work of inner"]
    assert len(notes) == len(patterns), "\n".join(notes)
    for note, pattern in zip(notes, patterns, strict=True):
        assert re.fullmatch(pattern, note), note
    assert group.students() == {"moran": "moran", "inner": "bomb"}
    assert sorted(p for p in group.root.rglob("*")
                  if "submitted" not in p.parts) == before


def test_many_of_a_kind_are_one_line(group):
    group.put("allen.zip", zipped({f"x/{i}.txt": b"1" for i in range(50)}))
    for i in range(9):
        group.put(f"owen_04_sigmoid ({i}).ipynb")
    assert group.collect() == [
        "owen: 9 files; the newest one, owen_04_sigmoid (8).ipynb, was taken, and left "
        "were: " + ", ".join(f"owen_04_sigmoid ({i}).ipynb" for i in range(5))
        + " and 3 more",
        "allen.zip: 50 files, such as allen.zip/x/0.txt: not a notebook"]


def test_files_of_the_system_are_one_line(group, monkeypatch):
    monkeypatch.setattr(unpacking, "FILE", 100_000)
    group.put("allen.zip", zipped({
        "04_sigmoid.ipynb": work("allen"), "__MACOSX/._04_sigmoid.ipynb": b"\0\5",
        ".DS_Store": b"", ".ipynb_checkpoints/04_sigmoid-checkpoint.ipynb": work("old"),
        "Thumbs.db": b"", ".git/pack": bytes(100_001)}))
    group.put("~$essay.docx", b"")
    assert group.collect() == [
        "6 hidden files or files of the system: left out, such as "
        "allen.zip/__MACOSX/._04_sigmoid.ipynb"]
    assert group.students() == {"allen": "allen"}
    assert group.beside("allen") == ["04_sigmoid.ipynb", "timestamp.txt"]


def test_what_comes_along_is_small_and_safe(group, monkeypatch):
    monkeypatch.setattr(collecting, "FILE", 100_000)
    monkeypatch.setattr(collecting, "BESIDE", 6)
    group.put("allen/04_sigmoid.ipynb")
    for name, data in {"a.csv": b"1", "b.png": bytes(100_000), "con.txt": b"1",
                       "d?.csv": b"1", "timestamp.txt": b"2099-01-01", "z/y.csv": b"1",
                       "z/z.csv": b"1"}.items():
        group.put(f"allen/{name}", data)
    group.put("table.csv", b"1")
    assert group.collect() == [
        f"{name}: not a notebook" for name in (
            "allen/b.png", "allen/con.txt", "allen/d?.csv", "allen/timestamp.txt",
            "allen/z/z.csv", "table.csv")]
    assert group.beside("allen") == ["04_sigmoid.ipynb", "a.csv", "timestamp.txt",
                                     "z/y.csv"]


@pytest.mark.parametrize(("name", "student"), [
    ("S1_04_sigmoid.ipynb", "s1"), ("smith_allen 04 sigmoid.ipynb", "s1"),
    ("04_sigmoid Smith, Allen (3).ipynb", "s1"), ("Allen/04_sigmoid.ipynb", "s1"),
    ("allen.smith@uni.de 04_sigmoid.ipynb", "s1"), ("04_sigmoid_allen 2.ipynb", "s1"),
    ("smithallen_LATE_12345_67890_04_sigmoid-1.ipynb", "s1"),
    ("Owen O'Brien_12_assignsubmission_file_/04_sigmoid.ipynb", "s2"),
    ("OBRIEN-04_sigmoid.ipynb", "s2"), ("group A/stuff/obrien_04_sigmoid.ipynb", "s2"),
    ("week 4/owen obrien/stuff/04_sigmoid_monday.ipynb", "s2"),
    ("muellerluedenscheidtjuergen_1_2345_04_sigmoid.ipynb", "s3"),
    (unicodedata.normalize("NFD", "Müller-Lüdenscheidt") + "_04_sigmoid.ipynb", "s3"),
    ("Smith_Allen_asmith_4711/20260130150000_04_sigmoid.ipynb", "s1"),
    ("Dr. Owen Fitzgerald O'Brien 04_sigmoid.ipynb", "s2"),
    ("Smith_04_sigmoid.ipynb", "could be of s1 or s4"),
    ("owens_04_sigmoid.ipynb", "nobody in students.csv has that name"),
    ("04_sigmoid.ipynb", "nobody in students.csv has that name"),
])
@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "cp1252;"])
def test_the_list_of_students(group, name, student, form):
    text = ROSTER.replace(",", ";") if ";" in form else ROSTER
    (group.root / "students.csv").write_text(text, form.strip(";"))
    group.put(name)
    notes = group.collect()
    if " " in student:
        assert (notes, group.students()) == ([f"{name}: {student}"], {})
    else:
        assert (notes, group.students()) == ([], {student: name})


@pytest.mark.parametrize(("text", "words"), [
    ("name\nAllen\n", "students.csv has no column id"),
    ("id,first_name,last_name,email\n../x,,,\n", "students.csv, line 2: the id '../x' "),
    ("id\na+b\n", "cannot be the name of a folder"),
])
def test_a_list_of_students_that_cannot_be_read(group, text, words):
    (group.root / "students.csv").write_text(text)
    with pytest.raises(TableError, match=re.escape(words)):
        group.collect()


def test_nobody_can_hand_in_for_another(group):
    """What stands in a student's own archive is that student's."""
    (group.root / "students.csv").write_text(ROSTER)
    group.put("s2_04_sigmoid.ipynb", work("owen"))
    group.put("allen smith.zip", zipped({"s2/04_sigmoid.ipynb": work("1")}, NOON + 9))
    group.put("Anna Smith_7_assignsubmission_file_a.zip", zipped(
        {"Owen O'Brien_8_assignsubmission_file_/04_sigmoid.ipynb": work("4")}, NOON + 9))
    assert group.collect() == ["allen smith.zip/s2/04_sigmoid.ipynb: "
                               "taken as the work of s1"]
    assert group.students() == {"s1": "1", "s2": "owen", "s4": "4"}


def test_two_of_one_name(group):
    """A platform's numbers tell them apart."""
    group.put("A B_17_assignsubmission_file_04_sigmoid.ipynb")
    group.put("A B_18_assignsubmission_file_04_sigmoid.ipynb")
    group.collect()
    assert sorted(group.students()) == ["a_b_17", "a_b_18"]


def test_a_folder_for_a_class(group):
    """Names of files tell there; where a folder and its file disagree, it is said."""
    for name in ("week/allen_04_sigmoid.ipynb", "week/moran_04_sigmoid.ipynb",
                 "A6/04_sigmoid_storey.ipynb", "A6/04_sigmoid_moran.ipynb",
                 "A7/04_sigmoid_owen.ipynb", "A8/braund_04_sigmoid.ipynb",
                 "Course/Futrelle/04_sigmoid.ipynb", "Course/Cumings/04_sigmoid.ipynb"):
        group.put(name, work())
    assert group.collect() == [
        "A6/04_sigmoid_moran.ipynb: taken as the work of moran",
        "A6/04_sigmoid_storey.ipynb: taken as the work of storey",
        "A7/04_sigmoid_owen.ipynb: taken as the work of a7",
        "A8/braund_04_sigmoid.ipynb: taken as the work of braund"]
    assert sorted(group.students()) == ["a7", "allen", "braund", "cumings", "futrelle",
                                        "moran", "storey"]


def test_a_student_keeps_the_folder_that_is_there(group):
    (group.root / "submitted" / "O'Brien").mkdir(parents=True)
    group.put("obrien_04_sigmoid.ipynb")
    assert group.collect() == [] and list(group.students()) == ["O'Brien"]


def test_again_and_again(group):
    """More came, one was corrected, one was removed, one came through the exchange."""
    old = group.put("allen_04_sigmoid.ipynb")
    owen = group.put("owen/04_sigmoid.ipynb", work("first"))
    assert group.collect() == []
    stamp = group.root / "submitted" / "owen" / NAME / "timestamp.txt"
    first = stamp.read_text()
    before = stamp.stat().st_mtime_ns
    assert group.collect() == [] and stamp.stat().st_mtime_ns == before

    group.put("moran_04_sigmoid.ipynb")
    group.put("owen/04_sigmoid.ipynb", work("corrected"))        # with the same time
    old.unlink()
    assert group.collect() == []
    assert group.students() == {"allen": "allen_04_sigmoid.ipynb", "owen": "corrected",
                                "moran": "moran_04_sigmoid.ipynb"}
    assert collecting.parse_utc(stamp.read_text()) > collecting.parse_utc(first)
    group.put("owen/04_sigmoid.ipynb", work("corrected"), when=NOON + 1)
    table = group.put("owen/table.csv", b"1")
    assert group.collect() == [] and "table.csv" in group.beside("owen")
    table.unlink()
    assert group.collect() == [] and "table.csv" not in group.beside("owen")
    owen.unlink()
    group.put("owen.zip", zipped({"04_sigmoid.ipynb": work("older")}, NOON - 60))
    assert group.collect() == ["owen: what is in submitted is newer than "
                               "owen.zip/04_sigmoid.ipynb and stays"]
    group.put("owen_04_sigmoid.ipynb", work("cut")[:-5], when=NOON + 99)
    assert len(group.collect()) == 2
    assert group.students()["owen"] == "corrected"

    for student, when in [("braund", "2020-01-01"), ("storey", "2030-01-01")]:
        folder = group.root / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_bytes(work("exchange"))
        (folder / "timestamp.txt").write_text(f"{when} 10:00:00.000000 UTC")
        os.utime(folder / f"{NAME}.ipynb", (NOON - 10**9, NOON - 10**9))
        group.put(f"{student.title()}_04_sigmoid.ipynb", work("archive"))
    notes = group.collect()
    assert notes[-1] == ("storey: what is in submitted is newer than "
                         "Storey_04_sigmoid.ipynb and stays")
    students = group.students()
    assert (students["braund"], students["storey"]) == ("archive", "exchange")


def test_what_a_teacher_mended_by_hand_stays(group):
    group.put("allen_04_sigmoid.ipynb")
    group.collect()
    folder = group.root / "submitted" / "allen" / NAME
    (folder / f"{NAME}.ipynb").write_bytes(work("mended"))
    assert group.collect() == ["allen: what is in submitted is newer than "
                               "allen_04_sigmoid.ipynb and stays"]
    assert group.students() == {"allen": "mended"}


@pytest.mark.parametrize("at", range(9))
def test_ended_in_the_middle(group, monkeypatch, at):
    """At any step: what was collected is whole, and the next run does the rest."""
    group.put("allen/04_sigmoid.ipynb", work("first"))
    group.put("allen/table.csv", b"1")
    group.collect()
    group.put("allen/04_sigmoid.ipynb", work("second"), when=NOON + 60)
    group.put("allen/table.csv", b"2", when=NOON + 60)
    calls = [(collecting.shutil, "copyfile"), (collecting.os, "utime"),
             (collecting.Path, "rename"), (collecting.Path, "write_text"),
             (collecting, "rmtree")]
    steps = iter(range(99))

    def stop(call):
        def step(*args, **options):
            if next(steps) == at:
                raise KeyboardInterrupt
            return call(*args, **options)
        return step

    with monkeypatch.context() as patch:
        for owner, name in calls:
            patch.setattr(owner, name, stop(getattr(owner, name)))
        with pytest.raises(KeyboardInterrupt):
            group.collect()
    assert group.students() in ({"allen": "first"}, {"allen": "second"}, {})
    (group.archive / "allen/table.csv").unlink()
    group.collect()
    assert group.students() == {"allen": "second"}
    group.collect()
    assert sorted(p.name for p in (group.root / "submitted/allen").iterdir()) == [NAME]
    assert group.beside("allen") == ["04_sigmoid.ipynb", "timestamp.txt"]


def test_a_file_that_goes_away_stops_nobody(group, monkeypatch):
    """A synchronised folder, say; and a submission that this user may not read."""
    for student in ("allen", "moran", "owen"):
        group.put(f"{student}_04_sigmoid.ipynb")
    group.collect()
    read = collecting.Path.read_bytes

    def gone(path):
        if path.name == "allen_04_sigmoid.ipynb" or "moran" in path.parts:
            raise OSError(2, "No such file or directory")
        return read(path)

    monkeypatch.setattr(collecting.Path, "read_bytes", gone)
    assert group.collect() == [
        f"{label}: cannot be read (No such file or directory)"
        for label in ("allen_04_sigmoid.ipynb", "moran")]


def test_a_full_disk_is_said(group, monkeypatch):
    group.put("allen_04_sigmoid.ipynb", work("first"))
    group.collect()
    group.put("allen_04_sigmoid.ipynb", work("second"), when=NOON + 60)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(collecting.shutil, "copyfile", full)
    assert group.collect() == ["allen: could not be stored (No space left on device)"]
    assert group.students() == {"allen": "first"}


def test_nbgrader_collects_the_same(tmp_path):
    """zip_collect, again and again, without --force; what is newer in submitted stays."""
    course = Course(tmp_path)
    group = Class(course.folder)
    group.release()
    group.put("Allen Smith_12_assignsubmission_file_04_sigmoid.ipynb")
    group.put("owen.zip", zipped({"04_sigmoid.ipynb": work("owen"), "a/b.csv": b"1"}))
    group.put("essay.docx", b"1")
    said = course.nbgrader("zip_collect", NAME)
    assert "essay.docx: not a notebook" in said and "2 files, " not in said
    assert sorted(group.students()) == ["allen_smith", "owen"]
    assert group.beside("owen") == ["04_sigmoid.ipynb", "a/b.csv", "timestamp.txt"]
    (group.root / "students.csv").write_text("name\nOwen\n")
    assert "students.csv has no column id" in course.nbgrader("zip_collect", NAME, status=1)
    (group.root / "students.csv").unlink()
    group.put("owen.zip", zipped({"04_sigmoid.ipynb": work("new")}, NOON + 60))
    stamp = group.root / "submitted" / "allen_smith" / NAME / "timestamp.txt"
    before = stamp.stat().st_mtime_ns
    course.nbgrader("zip_collect", NAME)
    assert group.students()["owen"] == "new"
    assert group.beside("owen") == ["04_sigmoid.ipynb", "timestamp.txt"]
    assert stamp.stat().st_mtime_ns == before
    assert group.collect() == ["essay.docx: not a notebook"]


@given(st.text(min_size=1, max_size=80))
def test_an_id_is_safe_and_stable(who):
    safe = naming.student_id(who)
    assert re.fullmatch(r"([^\W_]+_?)*", safe) and len(safe) <= 60
    assert not naming.RESERVED.fullmatch(safe)
    assert naming.student_id(safe) == safe
    assert naming.student_id(unicodedata.normalize("NFD", who)) == safe


@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_any_name_is_read(parts):
    owner, inside = naming.split_platform(tuple(parts))
    assert owner is None or all(isinstance(text, str) for text in (*owner, *inside))
    for part in parts:
        stem, _ = collecting.notebook_name(part)
        assert stem in part or part.startswith(stem.partition("(")[0])
        naming.name_and_number(stem, NAME)
        naming.folder_name(part, naming.chapter_pattern(NAME))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed(group):
    """A class of 60, killed at ten moments: whole submissions only, and then all."""
    for i in range(60):
        group.put(f"student{i}/04_sigmoid.ipynb", work("first"))
        group.put(f"student{i}/table.csv", b"1" * 1_000_000)
    group.collect()
    for path in group.archive.rglob("*.*"):
        os.utime(path, (NOON + 60, NOON + 60))
    code = f"""
import logging, os, sys, time
from pathlib import Path
sys.path.insert(0, "tools")
from grading.collecting import collect
root = Path({str(group.root)!r})
for i in range(10):
    if not (run := os.fork()):
        collect(root, {NAME!r}, logging.getLogger())
        os._exit(0)
    time.sleep(0.02 * i)
    os.kill(run, 9)
    os.waitpid(run, 0)
    for folder in root.glob("submitted/*/{NAME}"):
        assert len(list(folder.iterdir())) == 3, folder
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    assert group.collect() == []
    assert len(group.students()) == 60

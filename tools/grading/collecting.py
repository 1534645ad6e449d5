"""Collect what a real folder holds: classroom/downloaded/NAME/archive → submitted.

The files stay where they are. Each student's newest notebook, with the small files beside
it, goes to submitted/STUDENT/NAME, unless what is there is as new. Every file that is left
out is named, with the reason.
"""

import json
import os
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from logging import Logger
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import parse_utc, rmtree

from grading.naming import (
    RESERVED,
    chapter_pattern,
    folder_name,
    name_and_number,
    read_roster,
    split_platform,
    student_id,
    words,
)
from grading.tables import TableError
from grading.unpacking import FILE, MB, SYSTEM, File, files_of, reason, unreadable

BESIDE = 200        # files beside a notebook that come along, of FILE together
UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\ud800-\udfff]|[. ]$|.{120}')   # on Windows, say
STAMP = "timestamp.txt"         # nbgrader's own


class Work(NamedTuple):
    """A notebook, and the folder that is its student's alone, if there is one."""

    file: File
    home: tuple[str, ...]
    copy: int               # 2 for 04_sigmoid (2).ipynb
    readable: bool
    said: tuple[str, str]   # before and behind the chapter's name

    @property
    def newness(self) -> tuple[bool, int]:
        return self.readable, int(self.file.time)       # an archive knows whole seconds


class Submission(NamedTuple):
    """What goes to submitted/STUDENT/NAME: each file by its place there."""

    time: float
    files: dict[str, Path]


def place(file: File) -> tuple[str, ...]:
    """Its path, where a platform's prefix counts as the student's folder."""
    owner, inside = split_platform(file.parts)
    return ("\0".join(owner), *inside) if owner else file.parts


def some(labels: Iterable[str]) -> str:
    labels = list(labels)
    return ", ".join(labels[:5]) + (f" and {len(labels) - 5} more" if labels[5:] else "")


def sentences(notes: list[tuple[str, str]]) -> list[str]:
    """One for each file, or one for all where there are many of a kind in one archive."""
    kinds = defaultdict(list)
    for label, said in notes:
        kinds[label.partition("/")[0], said].append(label)
    return [sentence for (top, said), labels in kinds.items() for sentence in (
        [f"{label}: {said}" for label in labels] if len(labels) <= 10 else
        [f"{top}: {len(labels):,} files, such as {labels[0]}: {said}"])]


# --- Which files are notebooks of the chapter


def as_notebook(data: bytes) -> dict | None:
    with suppress(ValueError, RecursionError):
        found = json.loads(data)            # UTF-8, UTF-16, with or without a mark
        if isinstance(found, dict) and {"cells", "worksheets"} & set(found):
            return found
    return None


def grade_ids(notebook: dict | None) -> set[str]:
    with suppress(AttributeError, KeyError, TypeError):
        return {str(cell["metadata"]["nbgrader"]["grade_id"]) for cell in notebook["cells"]
                if "grade_id" in cell["metadata"].get("nbgrader", {})}
    return set()


def notebook_name(name: str) -> tuple[str, bool]:
    """The name without its ending, and whether it ends as a notebook does."""
    if match := re.fullmatch(r"(.*?)(?:\.ipynb)+( ?\(\d+\))?(?:\.(?:txt|json|html?))*"
                             r"( ?\(\d+\))?", name, re.IGNORECASE | re.DOTALL):
        return match[1] + (match[2] or match[3] or ""), True
    return re.sub(r"\.(json|txt)$", "", name, flags=re.IGNORECASE), False


def sort_out(files: list[File], name: str, ids: set[str], say: Callable):
    """The chapter's notebooks, and the files that are no notebooks."""
    works, others = [], []
    for file in files:
        stem, named = notebook_name(unquote(place(file)[-1]))
        maybe = named or Path(file.parts[-1].lower()).suffix in ("", ".json", ".txt")
        try:
            size = file.path.stat().st_size
            data = file.path.read_bytes() if maybe and size <= FILE else b""
        except OSError as error:            # it is gone again, say
            say(file.label, unreadable(error))
            continue
        notebook = as_notebook(data)
        found = grade_ids(notebook)
        if not named and not notebook:
            others.append(file)
        elif size > FILE:
            say(file.label, f"larger than {FILE // MB} MB")
        elif not data.strip():
            say(file.label, "empty")
        elif "book/exercises/" in file.label:
            say(file.label, "the book's own copy")
        elif (2 * len(found & ids) > len(found) if found and ids
              else chapter_pattern(name).search(stem)):
            *said, copy = name_and_number(stem, name)
            works.append(Work(file, (), copy, bool(notebook), tuple(said)))
        else:
            say(file.label, f"not a notebook of {name}")
    return works, others


# --- Whose they are


def by_roster(work: Work, path: tuple[str, ...], folders, roster) -> tuple:
    """The student, outermost folder first, the folder, and what to say."""
    both = " ".join(work.said)
    claims = [*((path[:i], text) for i, text in folders),
              *(((), text) for text in (both, *work.said))]
    found = [(home, roster.find(text)) for home, text in claims]
    certain = [(home, *ids) for home, ids in found if len(ids) == 1]
    if not certain:
        several = sorted(set().union(*(ids for _, ids in found)))
        return "", (), (f"could be of {' or '.join(several)}" if several else
                        "nobody in students.csv has that name")
    home, student = certain[0]
    other = {one for _, one in certain} - {student}
    return student, home, f"taken as the work of {student}" if other else ""


def by_names(work: Work, path: tuple[str, ...], folders, siblings, children) -> tuple:
    """The same, where names alone have to tell: where two could be meant, it is said."""
    said = " ".join(filter(None, work.said))
    if not folders:
        who, home, sure = said, (), True
    else:
        depth, folder = folders[-1]
        who, home = folder, path[:depth]
        here = siblings[path[:-1]]
        if set(words(said)) <= set(words(folder)):
            sure = len(folders) == 1 or len(children[path[:depth - 1]]) > 1
        else:
            many = len(here) > 1 and "" not in here        # the folder of a class
            if many or work.said[0]:
                who, home = said, ()
            sure = many and work.said[0]
    student = student_id(who)
    if not student:
        return "", (), "nothing says whose it is"
    return student, home, "" if sure else f"taken as the work of {student}"


def by_student(works: list[Work], name: str, roster, known: dict, say: Callable):
    """The works of each student."""
    chapter, students = chapter_pattern(name), defaultdict(list)
    siblings, children, numbers = defaultdict(set), defaultdict(set), defaultdict(set)
    for work in works:
        path = place(work.file)
        siblings[path[:-1]].add(" ".join(filter(None, work.said)))
        for i, part in enumerate(path[:-1]):
            children[path[:i]].add(part)
        if owner := split_platform(work.file.parts)[0]:
            numbers[student_id(owner[0])].add(owner[1])
    for work in works:
        path, owner = place(work.file), split_platform(work.file.parts)[0]
        folders = [(i, text) for i, part in enumerate(path[:-1], 1)
                   if (text := folder_name(part, chapter))]
        if owner:       # what a platform says holds, whatever a student's archive says
            who, number = owner
            folders, work = [(1, who)], work._replace(said=("", ""))
            if not roster and len(numbers[student_id(who)]) > 1:
                folders = [(1, f"{who} {number}")]
        student, home, remark = (by_roster(work, path, folders, roster) if roster else
                                 by_names(work, path, folders, siblings, children))
        if remark:
            say(work.file.label, remark)
        if student:
            student = student if roster else known.get(student, student)
            students[student].append(work._replace(home=home))
    return students


# --- What is handed in


def newest(student: str, works: list[Work], say: Callable) -> Work | None:
    def order(work):
        return *work.newness, work.copy

    best = max(works, key=order)
    data = best.file.path.read_bytes()
    others = [work for work in works if work.file.path.read_bytes() != data]
    if [work for work in others if order(work) == order(best)]:
        say(student, "of several files none is the newest, so none was taken: "
            + some(work.file.label for work in works))
        return None
    if others:
        left = [work.file.label + " (newer, but no notebook)" *
                (best.readable and not work.readable and work.file.time > best.file.time)
                for work in others]
        say(student, f"{len(left) + 1} files; the newest one, {best.file.label}, was "
            f"taken, and left were: {some(left)}")
    return best


def beside(work: Work, others: list[File]) -> Iterator[tuple[str, File]]:
    """The files that come along: from the notebook's folder, if that is its student's."""
    folder, room = place(work.file)[:-1], FILE
    inside = [(place(file)[len(folder):], file) for file in others
              if work.home and place(file)[:len(folder)] == folder]
    for parts, file in inside[:BESIDE]:
        room -= (size := file.path.stat().st_size)
        if room < 0:
            room += size
        elif parts != (STAMP,) and not any(UNSAFE.search(part) or RESERVED.fullmatch(
                part.partition(".")[0]) for part in parts):
            yield "/".join(parts), file


def time_of(folder: Path, name: str) -> float:
    """When what is in submitted/ was handed in, or changed there by hand."""
    changed = (folder / f"{name}.ipynb").stat().st_mtime
    with suppress(OSError, ValueError, OverflowError):
        stamp = parse_utc((folder / STAMP).read_text("utf-8").strip())
        if changed < (folder / STAMP).stat().st_mtime + 60:
            return stamp.replace(tzinfo=UTC).timestamp()
    return changed


def stamped(time: float) -> str:
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S.%f} UTC"


def is_new(student: str, work: Work, ours: dict, folder: Path, name: str, say: Callable):
    """The time to store it with, or None where what is in submitted/ stays."""
    if not (there := folder / f"{name}.ipynb").is_file():
        return work.file.time
    stored = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")
              if path.is_file() and path != folder / STAMP}
    new = work.file.path.read_bytes() != (data := there.read_bytes())
    if (folder / STAMP).exists() and not new and set(ours) == set(stored) and all(
            ours[one].read_bytes() == stored[one].read_bytes() for one in ours):
        return None
    time = time_of(folder, name)
    if (bool(as_notebook(data)), int(time)) > work.newness and (
            new or (folder / STAMP).exists()):
        if new:
            say(student, f"what is in submitted is newer than {work.file.label} and stays")
        return None
    # a later time, so that nbgrader grades it anew, but within the same second
    return max(work.file.time, time + 1e-3 if int(time) == int(work.file.time) else 0)


@contextmanager
def submissions(root: Path, name: str, archive: Path):
    """Each student's submission, if it is new; and a sentence for what is left out."""
    notes, students = [], {}

    def say(label: str, words: str) -> None:
        notes.append((label, words))

    with tempfile.TemporaryDirectory() as unpacked:
        new = (Path(unpacked, str(number)) for number in count())
        roster = read_roster(root / "students.csv")
        ids = set().union(*(grade_ids(as_notebook(path.read_bytes()))
                            for path in (root / "release" / name).glob("*.ipynb")))
        files, system = [], []
        for file in files_of(archive, new, say):
            (system if any(map(SYSTEM.match, file.parts)) else files).append(file)
        works, others = sort_out(files, name, ids, say)
        near, taken = defaultdict(list), set()
        for file in others:
            near[place(file)[0]].append(file)
        submitted = root / "submitted"
        known = {student_id(path.name): path.name for path in sorted(submitted.glob("*"))}
        for student, theirs in sorted(
                by_student(works, name, roster, known, say).items()):
            try:
                if not (work := newest(student, theirs, say)):
                    continue
                along = dict(beside(work, near[place(work.file)[0]]))
                taken.update(along.values())
                ours = {f"{name}.ipynb": work.file.path} | {
                    path: file.path for path, file in along.items()}
                time = is_new(student, work, ours, submitted / student / name, name, say)
                if time is not None:
                    students[student] = Submission(time, ours)
            except OSError as error:
                say(student, unreadable(error))
        for file in others:
            if file not in taken:
                say(file.label, "not a notebook")
        if system:
            say(f"{len(system)} hidden files or files of the system",
                f"left out, such as {system[0].label}")
        yield students, notes


def store(submission: Submission, folder: Path) -> None:
    for relative, source in submission.files.items():
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        os.utime(target, (submission.time, submission.time))


def collect(root: Path, name: str, log: Logger) -> list[str]:
    """Put what is new into submitted/; give a sentence for each file that was left out."""
    with submissions(root, name, root / "downloaded" / name / "archive") as (new, notes):
        for student, submission in new.items():
            folder = root / "submitted" / student
            fresh, old = folder / f".{name}.new", folder / f".{name}.old"
            try:
                for left in (fresh, old):       # by a run that was ended in the middle
                    if left.exists():
                        rmtree(left)
                store(submission, fresh)
                (fresh / STAMP).write_text(stamped(submission.time), "utf-8")
                os.utime(fresh / STAMP, (submission.time, submission.time))
                if (folder / name).exists():
                    (folder / name).rename(old)
                fresh.rename(folder / name)
                if old.exists():
                    rmtree(old)
                log.info("%s: collected", student)
            except OSError as error:
                notes.append((student, f"could not be stored ({reason(error)})"))
    return sentences(notes)


class Extractor(ExtractorPlugin):
    """For `nbgrader zip_collect`: each student's folder in extracted/, if it is new."""

    def extract(self, archive_path: str, extracted_path: str) -> None:
        course = self.parent.coursedir
        try:
            with submissions(Path(course.root), course.assignment_id,
                             Path(archive_path)) as (new, notes):
                for student, submission in new.items():
                    store(submission, Path(extracted_path, student))
        except TableError as error:
            self.parent.fail(str(error))
        for sentence in sentences(notes):
            self.log.warning(sentence)


class Collector(FileNameCollectorPlugin):
    """Reads the folders that Extractor wrote."""

    def collect(self, submitted_file: str) -> dict[str, str]:
        app, file = self.parent, Path(submitted_file)
        inside = file.relative_to(Path(app._format_collect_path(app.extracted_directory)))
        return {"student_id": inside.parts[0], "file_id": str(Path(*inside.parts[1:])),
                "timestamp": stamped(file.stat().st_mtime)}

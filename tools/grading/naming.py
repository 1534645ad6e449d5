"""Whose file is it? What the names of files, folders and archives say of a student."""

import re
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from zlib import crc32

from grading import tables
from grading.tables import TableError

# What a learning platform writes before a student's files; `rest` is the file's own name.
PLATFORMS = [re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in (
    r"(?P<who>.+?)_(?P<number>\d+)_assignsubmission_(file|onlinetext)_?(?P<rest>.*)",
    r"(?P<who>[^_]+)(_late)?_(?P<number>\d+)_\d{3,}_(?P<rest>.+)",              # Canvas
    r".+_(?P<who>[^_]+)_attempt(?P<number>)_[\d-]+(_|\.txt$|$)(?P<rest>.*)",    # Blackboard
    r"(?P<number>\d{3,})-\d{3,} - (?P<who>.+?) - .*\d{4}\b.*(?P<rest>)")]   # Brightspace
NAMELESS = re.compile(r"participant|teilnehmer|anon", re.IGNORECASE)

# Words that people add to the name of a file, and names of folders that are nobody's.
COPY = re.compile(r"\(\d+\)|\b(copy of|kopie von|copie de|copia de)\b|"
                  r"(?<!\d)20(\d\d-\d\d-\d\d|\d{10,12})(?!\d)", re.IGNORECASE)
ADDED = set("""final fertig copy kopie copie copia corrected korrigiert version solution
    solutions solved answers answer submission submissions abgabe abgaben done late edited
    exercise exercises homework assignment hw notebook untitled chapter übung aufgabe fwd
    ipynb""".split())
FOLDERS = ADDED | set("""archive class klasse download downloads submitted files book
    titanic main master mail mails inbox attachments work project home desktop documents
    classroom release users""".split())
NUMBERED = "(?:chapter|kapitel|ch|exercises?|ex|homework|hw|assignment|aufgabe|übung|week)"
COLUMNS = ("id", "first_name", "last_name", "email")     # of the list of students
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"^([^,]+),([^,]+)$", r"\2 \1", text)         # Smith, Allen
    return re.findall(r"[^\W_]+", re.sub("['’`´]", "", text))


@cache
def chapter_pattern(name: str, loose: bool = False) -> re.Pattern:
    """04_sigmoid, 4 Sigmoid, 04-sigmoid; and loosely sigmoid, chapter 4, hw4."""
    number, topic = name.split("_", 1) if "_" in name else ("", name)
    number, topic = re.sub("^0+", "0*", number), r"[\W_]*".join(words(topic))
    spelt = (rf"(?<![^\W_])(?:{topic}|{NUMBERED}[\W_]*{number}(?!\d))"
             if loose and number else rf"(?<!\d){number}[\W_]*{topic}")
    return re.compile(rf"{spelt}(?![^\W\d_])", re.IGNORECASE)


@cache
def split_platform(parts: tuple) -> tuple[tuple[str, str] | None, tuple]:
    """The student that a platform names, outermost first, and the path below that name."""
    for i, part in enumerate(parts):
        for pattern in PLATFORMS:
            if match := pattern.fullmatch(part):
                who, number, rest = match["who"], match["number"], match["rest"]
                if NAMELESS.match(who):
                    who = f"{who} {number}"
                return (who, number), tuple(filter(None, (rest, *parts[i + 1:])))
    return None, parts


def name_and_number(stem: str, name: str) -> tuple[str, str, int]:
    """What stands before the chapter's name and behind it, and which copy it is."""
    stem = unicodedata.normalize("NFC", stem)
    chapter = chapter_pattern(name)
    found = chapter.search(stem) or chapter_pattern(name, loose=True).search(stem)
    before, after = (stem[:found.start()], stem[found.end():]) if found else (stem, "")
    copies = re.findall(r"\((\d{1,3})\)", before) + re.findall(
        r"(?<![^\W_])v?(\d{1,2})(?!\d)", after, re.IGNORECASE)
    after = COPY.sub(" ", chapter.sub(" ", after))
    while short := re.match(r"[\W_]*(v?\d{1,2}|copy\d*)(?![^\W_])", after, re.IGNORECASE):
        after = after[short.end():]         # 04_sigmoid-1, 04_sigmoid_v2, 04_sigmoid-Copy1
    said = [" ".join(w for w in words(text)
                     if w not in ADDED and not re.fullmatch(r"(hw|untitled|v)\d+", w))
            for text in (COPY.sub(" ", before), after)]
    return *said, int(copies[-1]) if copies else 0


def folder_name(part: str, chapter: re.Pattern) -> str:
    """The name of a folder or an archive, or nothing where it is nobody's."""
    part = re.sub(r"\.(zip|tar|tgz|gz|bz2|xz|ipynb)\b", " ", part, flags=re.IGNORECASE)
    part = unicodedata.normalize("NFC", unquote(part))
    said = words(COPY.sub(" ", chapter.sub(" ", part)))
    nobody = all(w in FOLDERS or re.fullmatch(r"v?\d{1,4}", w) for w in said)
    return "" if nobody else " ".join(w for w in said if w not in ADDED)


def student_id(who: str) -> str:
    """A name that every file system takes; the same for `Allen` and `allen (1)`."""
    safe = "_".join(words(COPY.sub(" ", who)))
    if len(safe) > 60:
        safe = f"{safe[:50]}_{crc32(safe.encode()):08x}"
    return safe + "_" if RESERVED.fullmatch(safe) else safe


def spellings(text: str) -> set[str]:
    """Letters and digits alone: with ä as ae, and as a."""
    text = unicodedata.normalize("NFC", text).casefold()
    return {"".join(c for c in unicodedata.normalize("NFKD", one) if c.isalnum())
            for one in (text, re.sub("[äöü]", lambda m: {"ä": "ae", "ö": "oe", "ü": "ue"}
                                     [m[0]], text))} - {""}


class Roster(NamedTuple):
    """The ids of the students of students.csv, by what they can be called."""

    full: dict[str, set[str]]
    part: dict[str, set[str]]       # first or last name alone
    names: dict[str, set[str]]      # the words of each student's name

    def find(self, who: str) -> set[str]:
        for text in (who, re.sub(r"[\W_]+\d{1,2}$", "", who)):
            for table in (self.full, self.part):
                if ids := set().union(*(table.get(s, set()) for s in spellings(text))):
                    return ids
        return {student for student, name in self.names.items() if name <= set(words(who))}


def listed(path: Path) -> list[dict[str, str]]:
    """nbgrader's own list of students (id,first_name,last_name,email), if there is one."""
    if not path.exists():
        return []
    table = tables.read(path, COLUMNS)
    if "id" not in table.header:
        raise TableError(f"{path.name} has no column id; expected the columns "
                         f"{','.join(COLUMNS)}")
    found = []
    for line, cells in enumerate(table.rows, start=2):
        row = dict.fromkeys(COLUMNS, "") | {
            name: cell.strip() for name, cell in zip(table.header, cells, strict=False)}
        if not row["id"]:
            continue
        if not re.fullmatch(r"[\w@-]([\w.@-]*[\w@-])?", row["id"]):
            raise TableError(f"{path.name}, line {line}: the id {row['id']!r} cannot be "
                             "the name of a folder; use letters, digits, dots, hyphens and "
                             "underscores")
        found.append({name: row[name] for name in COLUMNS})
    return found


def read_roster(path: Path) -> Roster | None:
    """By what names the students of a list can be called."""
    if not path.exists():
        return None
    roster = Roster(defaultdict(set), defaultdict(set), {})
    for student, first, last, mail in (row.values() for row in listed(path)):
        if first and last:
            roster.names[student] = set(words(f"{first} {last}"))
        for table, names in ((roster.full, (student, first + last, last + first, mail,
                                            mail.partition("@")[0])),
                             (roster.part, (first, last))):
            for spelling in set().union(*map(spellings, names)):
                table[spelling].add(student)
    return roster

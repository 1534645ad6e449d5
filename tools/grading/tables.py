"""Tables for spreadsheet programs: what they write is read, what they run is not written.

A spreadsheet takes text that begins with = + - or @ for a formula, and a student could
write one. So an apostrophe is put before it, and taken away again when the table is read.
A program that splits the file at semicolons, tabs or line ends instead of commas sees more
beginnings: the apostrophe stands there as well.
"""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

OPENS = r"'*[ \xa0]*[=+\-@＝＋－＠]"
FORMULA = re.compile(rf"(^|[\n\r\t;])(?={OPENS})|^(?='*[\t\r\n])")
PROTECTED = re.compile(rf"(^|[\n\r\t;])'(?={OPENS})|^'(?='*[\t\r\n])")
NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?")
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LONGEST = 30_000        # a cell of Excel holds 32,767 characters and loses the rest


class TableError(Exception):
    """A table that cannot be read or kept; its message is one sentence for the teacher."""


@dataclass
class Table:
    """A table as it stands in the file, all cells as text."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str = ","


def printable(text: str) -> str:
    return NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)


def protect(text: str) -> str:
    """Text that no spreadsheet program takes for a formula."""
    text = printable(text)
    if len(text) > LONGEST:
        text = text[:LONGEST] + " [cut: the rest stands in the notebook]"
    return text if NUMBER.fullmatch(text) else FORMULA.sub(r"\g<1>'", text)


def unprotect(text: str) -> str:
    return PROTECTED.sub(r"\g<1>", text)


def decode(data: bytes, name: str) -> str:
    """The text of a file in one of the encodings that spreadsheet programs write."""
    if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
        raise TableError(f"{name} is a workbook under another name; save it as CSV")
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if wide else ["utf-8-sig", "cp1252"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    raise TableError(f"{name} is not text; save it as CSV in UTF-8")


def read(path: Path, columns: tuple[str, ...]) -> Table:
    """The table in a file, whatever separates its cells; columns are those to look for."""
    try:
        text = decode(path.read_bytes(), path.name)
    except OSError as e:
        raise TableError(f"{path.name} cannot be read ({e.strerror}); if it is open in "
                         "another program, close it there") from None
    text = re.sub(r'\A"?sep=.+\r?\n', "", text)
    best, trouble = Table([], []), ""
    for delimiter in ",;\t":
        lines = io.StringIO(text, newline="")
        try:
            rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
        except csv.Error as e:
            trouble = f"{path.name} is not a table of cells in quotes ({e})"
            continue
        header = [name.strip() for name in rows[0]] if rows else []
        if len(set(columns) & set(map(str.casefold, header))) > len(best.header):
            best = Table(header, rows[1:], delimiter)
    if trouble and not best.header:
        raise TableError(trouble)
    return best


def write(path: Path, table: Table) -> Path:
    """Write the table beside its place; the caller puts it there with keep()."""
    aside = path.with_name(path.name + ".new")
    try:
        with aside.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            csv.writer(file, delimiter=table.delimiter).writerows(
                [protect(cell) for cell in row] for row in [table.header, *table.rows])
    except OSError as e:
        aside.unlink(missing_ok=True)
        raise TableError(f"{path.name} cannot be written ({e.strerror})") from None
    return aside


def keep(aside: Path, path: Path) -> None:
    try:
        aside.replace(path)
    except OSError as e:
        aside.unlink(missing_ok=True)
        raise TableError(
            f"{path.name} cannot be replaced ({e.strerror}); if it is open in another "
            "program, close it there and run the command again") from None

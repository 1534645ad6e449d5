"""Turn a file into rows of named texts: its encoding, its separator, its header.

What the texts mean is left to data.py.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

MARKS = {       # how a file begins that says its encoding; UTF-32's starts like UTF-16's
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16",
    codecs.BOM_UTF8: "UTF-8-SIG",
}
UNPACK = "unpack it, and load the list that is inside"
SAVE = "save its table as CSV in UTF-8"
DOWNLOAD = "download the list itself"
NO_LISTS = {    # how a file begins that holds no list, what it is, and what to do
    rb"PK(\x03\x04|\x05\x06)": ("a zip archive or a workbook", f"unpack it, or {SAVE}"),
    rb"\xd0\xcf\x11\xe0": ("an Excel workbook", SAVE),
    rb"\x1f\x8b": ("a gzip archive", UNPACK),
    rb"BZh[1-9]1AY": ("a bzip2 archive", UNPACK),
    rb"\xfd7zXZ\x00": ("an xz archive", UNPACK),
    rb"\x28\xb5\x2f\xfd": ("a zstd archive", UNPACK),
    rb"7z\xbc\xaf|Rar!": ("a 7z or rar archive", UNPACK),
    rb"PAR1": ("a Parquet file", SAVE),
    rb"ARROW1|FEA1": ("an Arrow or Feather file", SAVE),
    rb"SQLite format 3": ("an SQLite database", SAVE),
    rb"\x80[\x02-\x05]": ("a Python pickle", SAVE),
    rb"%PDF-": ("a PDF document", SAVE),
    rb"\s*[\[{]\s*[\[{\"]": ("JSON", SAVE),
    rb"\s*<[!?a-z]": ("a web page or XML", DOWNLOAD),
    rb"(?s).{0,1000}^@relation\s": ("an ARFF file", SAVE),
    rb"version https://git-lfs|\S*/annex/objects/": (
        "a pointer to a file that is kept elsewhere", DOWNLOAD),
}
SEPARATORS = ",;\t|"
BLANKS = " \t\xa0"
SEPARATOR_LINE = r'"?sep=([^\w\s".+-]|\t)"?\s*'
NO_LABELS_HINT = "; to load passengers whose fate is to be predicted: labelled=False"
QUOTING = {     # what Python's csv module says, and what to say instead
    "expected after": "text after a closing quote; a quote inside a field must be doubled",
    "unexpected end": "unexpected end of data; a quote is opened here and never closed",
    "field larger": "a field of more than 131,072 characters; is a quote missing?",
}


class PassengerListError(ValueError):
    """A passenger list that cannot be read without guessing."""


def shown(text: str, most: int = 40) -> str:
    r"""Quote a text for a message: what cannot be printed is escaped, the rest is cut.

    Parameters
    ----------
    text : str
        Anything that stands in a file.
    most : int
        The number of characters to show.

    Returns
    -------
    str
        The text in quotes.

    Examples
    --------
    >>> print(shown("38\n"), shown("Allen, Miss. Elisabeth Walton", most=12))
    '38\n' 'Allen, Miss....'
    """
    quoted = repr(text)
    return quoted if len(quoted) < most + 3 else f"{quoted[:most + 1]}...{quoted[0]}"


def name_of(path: str | Path) -> str:
    """Name a file in a message: its folders are left out, and a long name is cut.

    Parameters
    ----------
    path : str or Path
        Where the file is.

    Returns
    -------
    str
        Its name, without quotes.
    """
    return shown(Path(path).name)[1:-1]


def _text(path: Path, name: str) -> str:
    raw = path.read_bytes()
    encoding = next((e for mark, e in MARKS.items() if raw.startswith(mark)), "UTF-8")
    try:
        text = raw.decode(encoding)
        start, good, bad = text[:2000].encode(), *text.partition("\0")[:2]
    except UnicodeDecodeError as e:
        good = e.object[:e.start].decode(encoding, "ignore")
        start, bad = raw[:2000], chr(e.object[e.start])
    for pattern, (what, cure) in NO_LISTS.items():
        if re.match(pattern, start, re.IGNORECASE | re.MULTILINE):
            raise PassengerListError(f"{name} is not a passenger list but {what}; {cure}")
    if bad:
        line = len(re.split(r"\r\n|\r|\n", good))
        raise PassengerListError(
            f"{name}, line {line}: byte 0x{ord(bad):02x} is not "
            f"{encoding.removesuffix('-SIG')} text; save the file as CSV in UTF-8")
    return text


def _columns(line: str, separator: str, spellings: Mapping[str, str]) -> list[str]:
    try:
        fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return []
    names = [field.strip(BLANKS) for field in fields]
    there = {name.lower() for name in names}
    columns = [spellings.get(name.lower(), name) for name in names]
    return [        # another name, such as Gender, counts only where there is no Sex
        name if column.lower() in there - {name.lower()} else column
        for name, column in zip(names, columns, strict=True)
    ]


def _header(
    lines: list[str], at: int, separators: str, needed: Sequence[str],
    spellings: Mapping[str, str], where: str,
) -> tuple[list[str], str]:
    """Choose the separator that finds the needed names in this line."""
    found = {s: _columns(lines[at], s, spellings) for s in separators}
    separator = max(found, key=lambda s: len(set(needed) & set(found[s])))
    columns = found[separator]
    missing = [column for column in needed if column not in columns]
    if missing:
        below = next((n for n in range(at + 1, min(at + 50, len(lines)))
                      for s in separators
                      if set(needed) <= set(_columns(lines[n], s, spellings))), None)
        line = shown(lines[at].strip())
        if below:
            raise PassengerListError(
                f"{where}: {line} is not the header, which stands in line {below + 1}; "
                "delete what is above it")
        if len(missing) == len(needed):
            raise PassengerListError(
                f"{where}: {line} is not the header; it must name {', '.join(needed[:-1])} "
                f"and {needed[-1]}, separated by commas, semicolons, tabs or bars")
        hint = "" if missing != ["Survived"] else (
            f"; there is nothing to learn from without it{NO_LABELS_HINT}")
        raise PassengerListError(
            f"{where}: no column {' and no column '.join(missing)}; "
            f"found {shown(', '.join(filter(None, columns)))[1:-1]}{hint}")
    for column in filter(None, columns):
        if columns.count(column) > 1:
            raise PassengerListError(
                f"{where}: column {shown(column)} is there twice; rename or delete one")
    return columns, separator


def _rows(
    lines: list[str], at: int, columns: list[str], separator: str, name: str
) -> Iterator[tuple[str, list[str]]]:
    """Yield where each row below the header stands, and its fields that have a name."""
    blanks, between = f"[{BLANKS.replace(separator, '')}]", re.escape(separator)
    # A field ends with an odd number of quotes, or is empty and nothing but two.
    closed = re.compile(
        rf'((?<=[^"{between}])(?:"")*"|(?:^|(?<={between})){blanks}*""){blanks}+'
        rf"(?={between}|[\r\n]|$)")
    reader = csv.reader((closed.sub(r"\1", line) for line in lines[at:]),
                        delimiter=separator, skipinitialspace=True, strict=True)
    first = at
    try:
        for row in reader:
            where, line = f"{name}, line {first + 1}", shown(lines[first].strip())
            first = at + reader.line_num
            if reader.line_num == 1 or not "".join(row).strip(BLANKS):
                continue                                    # the header, or nobody
            if any("\r" in text or "\n" in text for text in row):
                raise PassengerListError(
                    f"{where}: a line break inside a field; is a quote missing or too many "
                    f"in {line}?")
            if len(row) != len(columns):
                raise PassengerListError(
                    f"{where}: {len(row)} fields, but the header has {len(columns)}; "
                    f"check the separators and quotes in {line}")
            yield where, [text.strip(BLANKS)
                          for column, text in zip(columns, row, strict=True) if column]
    except csv.Error as e:
        why = next((QUOTING[words] for words in QUOTING if words in str(e)), e)
        raise PassengerListError(
            f"{name}, line {first + 1}: {why} ({shown(lines[first].strip())})") from None


def read_list(
    path: str | Path, needed: Sequence[str], spellings: Mapping[str, str]
) -> tuple[list[str], Iterator[tuple[str, list[str]]]]:
    """Find the header of a list, and read its rows as texts.

    Parameters
    ----------
    path : str or Path
        Text in UTF-8, or with the mark of UTF-16 or UTF-32. The fields are separated by
        whatever separates the names in the header: commas, semicolons, tabs or bars, or
        what a line such as ``sep=;`` above it says.
    needed : sequence of str
        The columns without which this is no such list.
    spellings : mapping of str to str
        For each name in lower case the column that is meant.

    Returns
    -------
    columns : list of str
        The header without the columns that have no name.
    rows : iterator
        For each row its file and line, for messages, and its texts in these columns.
        Rows without any text are passed over.

    Raises
    ------
    PassengerListError
        Says in one sentence what stands where, and what to do; `rows` may raise it too.
    OSError
        The file cannot be opened.
    """
    name = name_of(path)
    lines = list(io.StringIO(_text(Path(path), name), newline=""))
    filled = [n for n, line in enumerate(lines) if line.strip(BLANKS + SEPARATORS + "\r\n")]
    separators = SEPARATORS
    if filled and (said := re.fullmatch(SEPARATOR_LINE, lines[filled[0]], re.IGNORECASE)):
        separators = said[1]
        filled = filled[1:]
    if not filled:
        raise PassengerListError(f"{name}: the file holds nothing")
    where = f"{name}, line {filled[0] + 1}"
    columns, separator = _header(lines, filled[0], separators, needed, spellings, where)
    rows = _rows(lines, filled[0], columns, separator, name)
    return [column for column in columns if column], rows

"""Lists as people have them: each kind is read with the same numbers, or refused."""

import csv
import gzip
import io
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from titanic_helpers import PassengerListError, load_passengers
from titanic_helpers.data import COLUMNS, EMBEDDED, NEEDED
from titanic_helpers.list_file import name_of, shown

HEADER, *ROWS = csv.reader(EMBEDDED.read_text("utf-8").splitlines())
SEVEN = [row for row in ROWS if row[2] in {
    "Braund, Mr. Owen Harris", "Cumings, Mrs. John Bradley (Florence Briggs Thayer)",
    "Heikkinen, Miss. Laina", "Futrelle, Mrs. Jacques Heath (Lily May Peel)",
    "Allen, Mr. William Henry", "Moran, Mr. James", "McCarthy, Mr. Timothy J"}]


def written(rows, header=HEADER, separator=",", end="\n", **how):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=end, **how).writerows(
        [header, *rows])
    return text.getvalue()


def changed(rows, **changes):
    """The rows with every field of these columns replaced by what a function makes."""
    makers = [changes.get(column, str) for column in HEADER]
    return [[make(text) for make, text in zip(makers, row, strict=True)] for row in rows]


def marked(mark, *columns):
    """Write the mark wherever a field is empty, in all columns or in these."""
    return lambda rows: written(changed(rows, **dict.fromkeys(
        columns or COLUMNS, lambda text: text or mark)))


def words(died, survived, *classes, **sexes):
    return lambda rows: written(changed(
        rows, Survived={"0": died, "1": survived}.get,
        Pclass=dict(zip("123", classes or "123", strict=True)).get,
        Sex=lambda text: sexes.get(text, text)))


def with_comma(text):
    return text.replace(".", ",")


def padded(rows):
    widths = [max(map(len, column)) + 3 for column in zip(HEADER, *rows, strict=True)]
    lines = written(rows).splitlines()
    for n, line in enumerate(lines):
        fields = [f'"{f.replace(chr(34), chr(34) * 2)}"' if '"' in f or "," in f else f
                  for f in next(csv.reader([line]))]
        lines[n] = " , ".join(f.ljust(w) for f, w in zip(fields, widths, strict=True))
    return "\n".join(lines)


def renamed(**names):
    return lambda rows: written(rows, header=[names.get(c, c) for c in HEADER])


NOBODY = [""] * len(HEADER)
KINDS = {       # what a list looks like, and how it is made
    "as it is": written,
    "blank rows at the end": lambda rows: written([*rows, NOBODY, NOBODY]),
    "blank rows in the middle": lambda rows: written(
        [rows[0], NOBODY, [" "] * 3, ["NA"] * len(HEADER), *rows[1:]]),
    "R: NA, row names without a name": lambda rows: written(
        [[str(n), *(text or "NA" for text in row)] for n, row in enumerate(rows, 1)],
        header=["", *HEADER], quoting=csv.QUOTE_ALL),
    "R: NA in Cabin alone": marked("NA", "Cabin"),
    "Weka: ?": marked("?"),
    "Excel: #N/A": marked("#N/A"),
    "SAS and Stata: .": marked("."),
    "databases: NULL": marked("NULL"),
    "databases: \\N": marked(r"\N"),
    "Python: None": marked("None"),
    "pandas: nan": marked("nan"),
    "n/a": marked("n/a"),
    "a dash for no cabin": marked("-", "Cabin", "Boat", "HomeDest"),
    "semicolons": lambda rows: written(rows, separator=";"),
    "tabs": lambda rows: written(rows, separator="\t"),
    "bars": lambda rows: written(rows, separator="|"),
    "sep=; above": lambda rows: "sep=;\n" + written(rows, separator=";"),
    "SEP=^ above, in quotes": lambda rows: '"SEP=^"\r\n\r\n' + written(
        rows, separator="^", end="\r\n", quoting=csv.QUOTE_ALL).replace('"^', '" ^'),
    "semicolons, CRLF, Yes and No": lambda rows: written(
        changed(rows, Survived={"0": "No", "1": "Yes"}.get), separator=";", end="\r\n"),
    "semicolons, decimal commas": lambda rows: written(
        changed(rows, Age=with_comma, Fare=with_comma), separator=";"),
    "decimal commas in quotes": lambda rows: written(
        changed(rows, Age=with_comma, Fare=with_comma)),
    "decimal commas, floats everywhere": lambda rows: written(changed(
        rows, Fare=with_comma, **dict.fromkeys(
            ("Survived", "Pclass", "SibSp", "Parch", "Body"),
            lambda text: text and text + ",0")), separator="\t"),
    "lost, saved, 1st": words("lost", "saved", "1st", "2nd", "3rd"),
    "Died, SURVIVED, First": words("Died", "SURVIVED", "First", "second", "THIRD"),
    "dead, alive, first class": words(
        "dead", "alive", "1st Class", "2nd class", "Third class"),
    "FALSE, TRUE, M, F": words("FALSE", "TRUE", male="M", female="F"),
    "n, y, man, woman": words("n", "y", male="man", female="Woman"),
    "Gender": renamed(Sex="Gender"),
    "GENDER, class": renamed(Sex="GENDER", Pclass="class"),
    "columns lined up": padded,
    "quoted columns lined up": lambda rows: written(
        [["", *row] for row in rows], header=["", *HEADER],
        quoting=csv.QUOTE_ALL).replace('","', '"  , "'),
    "two columns without a name": lambda rows: written(
        [[str(n), *row, ""] for n, row in enumerate(rows)], header=["", *HEADER, ""]),
    "row numbers beside a blank row": lambda rows: written(
        [[str(n), *row] for n, row in enumerate([*rows, NOBODY])], header=["", *HEADER]),
    "UTF-16": lambda rows: written(rows).encode("utf-16"),
    "UTF-16 from Excel": lambda rows: b"\xfe\xff" + written(
        rows, separator="\t", end="\r\n").encode("utf-16-be"),
    "UTF-32": lambda rows: written(rows).encode("utf-32"),
    "byte order mark, CRLF, row numbers": lambda rows: b"\xef\xbb\xbf" + written(
        [[str(n), *row] for n, row in enumerate(rows)], ["", *HEADER], end="\r\n").encode(),
    "CR alone": lambda rows: written(rows, end="\r"),
    "everything quoted": lambda rows: written(rows, quoting=csv.QUOTE_ALL),
    "seaborn's other columns": lambda rows: written(
        [[*row, "First", "man", "yes"] for row in rows],
        header=[*map(str.lower, HEADER), "class", "who", "alive"]).replace(
            "homedest", "home.dest", 1),
}


@pytest.fixture
def load(tmp_path):
    """Write text (or bytes) to a file and load it."""
    def write_and_load(content, name="list.csv", **options):
        (tmp_path / name).write_bytes(
            content.encode() if isinstance(content, str) else content)
        return load_passengers(tmp_path / name, **options)
    return write_and_load


@pytest.mark.slow
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_every_kind_is_read_with_the_same_values(load, make):
    seven = load(make(SEVEN))
    assert (len(seven), seven["Survived"].sum(), seven["Age"].isna().sum()) == (7, 3, 1)
    assert round(seven["Fare"].mean(), 4) == 29.7042
    assert seven["Cabin"].isna().sum() == 4
    pd.testing.assert_frame_equal(load(make(ROWS))[list(COLUMNS)], load_passengers())


PAGE = "<!DOCTYPE html><html>" + "\x1b[2J<td>Braund</td>" * 3000
NO_LISTS = {        # how it begins, and what it is called
    "zip": (b"PK\x03\x04\x14\0", "a zip archive or a workbook"),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook"),
    "gzip": (gzip.compress(written(SEVEN).encode()), "a gzip archive"),
    "bzip2": (b"BZh91AY&SY", "a bzip2 archive"),
    "xz": (b"\xfd7zXZ\0", "an xz archive"),
    "zstd": (b"\x28\xb5\x2f\xfd\x24", "a zstd archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c", "a 7z or rar archive"),
    "Parquet": (b"PAR1\x15\x04\x15", "a Parquet file"),
    "Feather": (b"ARROW1\0\0\xff", "an Arrow or Feather file"),
    "SQLite": (b"SQLite format 3\0", "an SQLite database"),
    "pickle": (b"\x80\x04\x95", "a Python pickle"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
    "JSON": (json.dumps([{"survived": "No", "sex": "male"}] * 900), "JSON"),
    "JSON in columns": ('{\n  "Survived": {"0": 0}}', "JSON"),
    "JSON in UTF-16": ('[{"Survived": 0}]'.encode("utf-16"), "JSON"),
    "web page": (PAGE, "a web page or XML"),
    "web page with a mark": (f"\ufeff\n{PAGE}", "a web page or XML"),
    "ARFF": ("% a comment\n@RELATION titanic\n", "an ARFF file"),
    "Git LFS": ("version https://git-lfs.github.com/spec/v1\noid", "a pointer to a file"),
    "git-annex": ("/annex/objects/MD5-s49307\n", "a pointer to a file"),
}


@pytest.mark.parametrize(("content", "what"), NO_LISTS.values(), ids=NO_LISTS)
def test_what_is_no_list_is_told_what_it_is(load, content, what):
    with pytest.raises(PassengerListError) as error:
        load(content)
    assert str(error.value).startswith(f"list.csv is not a passenger list but {what}")
    assert "; " in str(error.value) and is_a_sentence(error.value)


def is_a_sentence(error):
    return str(error).isprintable() and len(str(error)) <= 250


def line_of(**changes):
    row = changed(SEVEN[:1], **{c: lambda _, v=v: v for c, v in changes.items()})
    return written([*SEVEN, *row])


@pytest.mark.parametrize(("content", "message"), [
    ("Titanic passengers,,,\n,,,\n" + written(SEVEN),
     "line 1: 'Titanic passengers,,,' is not the header, which stands in line 3; delete"),
    ("The Titanic\n\n" + written(SEVEN, separator=";"), "line 1: .* in line 3; delete"),
    ("Age of the passengers, by class\n" + written(SEVEN), "line 1: .* in line 2; delete"),
    (written(SEVEN[1:], header=SEVEN[0]), "line 1: '1,1,.*' is not the header; it must "
     "name Survived, Pclass, Sex, Age and Fare, separated by commas, semicolons, tabs or"),
    (written(SEVEN, separator=" "), "line 1: .* is not the header; .* separated by commas"),
    (written(SEVEN, separator=":"), "line 1: .* is not the header; .* separated by commas"),
    ("sep=;\n" + written(SEVEN), "line 2: .* is not the header"),
    ("sep=\n" + written(SEVEN), "line 1: 'sep=' is not the header, which stands in line 2"),
    ("sep=;\n", "the file holds nothing"),
    ("404: Not Found", "line 1: '404: Not Found' is not the header"),
    ("x" * 200_000, "line 1: 'x{40}...' is not the header"),
    (line_of(Name="Watt, Mrs.").replace('"Watt, Mrs."', r'"Watt \"Bessie\" Inglis"'),
     "line 9: text after a closing quote; a quote inside a field must be doubled .'1,1,"),
    (line_of(Name="Watt, Mrs.").replace('"Watt, Mrs."', '"Watt "Bessie" Inglis"'),
     "line 9: .* must be doubled"),
    (line_of(HomeDest="New York, NY")[:-3], "line 9: unexpected end of data; .* closed"),
    (written(SEVEN).replace('Mr. James"', "x" * 200_000), "line .: a field of more than"),
    (written(SEVEN).encode("utf-16-le"), "line 1: byte 0x00 is not UTF-8 text; save"),
    (written(SEVEN).encode("utf-16")[:-1], "line 8: byte 0x0a is not UTF-16 text; save"),
    (line_of(Name="Björn").encode("cp1252"), "line 9: byte 0xf6 is not UTF-8 text; save"),
    (line_of(Fare="7925"), "line 9, column Fare: '7925'; expected .* to 512.33"),
    (line_of(Fare="512.34"), "line 9, column Fare: '512.34'; expected"),
    (line_of(Fare="1,071.28"), "line 9, column Fare: '1,071.28'; expected a fare"),
    (line_of(Fare="7,25"), "line 9, column Fare: '7,25'; expected the same decimal mark"),
    (line_of(Fare="1,071"), "line 9, column Fare: '1,071'; expected the same decimal mark"),
    (written(changed(SEVEN, Fare=lambda _: "7")) + line_of(Fare="7,925").splitlines()[-1],
     "line 9, column Fare: '7,925'; its comma could be a decimal mark, or stand between"),
    (line_of(Parch="1,000"), "line 9, column Parch: '1,000'; its comma could be"),
    (written(changed(SEVEN, Fare=with_comma)) + line_of().splitlines()[-1],
     "line 9, column Fare: '71.2833'; expected the same decimal mark in the whole"),
    (line_of(Fare="-"), "line 9, column Fare: '-'; expected"),
    (line_of(Fare="unknown"), "line 9, column Fare: 'unknown'; expected"),
    (line_of(Sex="0"), "line 9, column Sex: '0'; expected male or female"),
    (line_of(Sex="child"), "line 9, column Sex: 'child'; expected"),
    (line_of(Sex="NA"), "line 9, column Sex: 'NA'; expected"),
    (line_of(Survived=""), "line 9, column Survived: an empty field; expected 0 .died."),
    (line_of(Survived="NA"), "line 9, column Survived: 'NA'; expected"),
    (line_of(Survived="male"), "line 9, column Survived: 'male'; expected"),
    (line_of(Pclass="crew"), "line 9, column Pclass: 'crew'; expected"),
    (line_of(Pclass="?"), "line 9, column Pclass: '\\?'; expected"),
    (written(SEVEN, header=["Survived", "Pclass", "Gender", "gender", *HEADER[4:]]),
     "line 1: column 'Sex' is there twice; rename or delete one"),
])
def test_what_is_refused_says_where_what_and_what_to_do(load, content, message):
    with pytest.raises(PassengerListError, match=f"^list.csv(, |: |){message}") as error:
        load(content)
    assert is_a_sentence(error.value)


def test_sex_and_pclass_come_before_gender_and_class(load):
    rows = [[*row, "x", "First"] for row in SEVEN]
    both = load(written(rows, header=[*HEADER, "Gender", "class"]))
    pd.testing.assert_frame_equal(both[HEADER], load(written(SEVEN)))
    assert both[["Gender", "class"]].to_numpy().tolist() == [["x", "First"]] * 7


def test_a_comma_before_three_digits_is_a_decimal_mark_beside_others(load):
    for fares in (["7,925", "13,5"], ["13,5", "7,925"], ["0,925", "7"]):
        people = load("\n0;1;f;2;".join([";".join(NEEDED), *fares]))
        assert people["Fare"].tolist() == [float(fare.replace(",", ".")) for fare in fares]


def test_one_passenger_to_predict_is_a_list_too(load):
    people = load("sex;class;age;fare\nF;2nd;n/a;13,5\n", labelled=False)
    assert people.drop(columns="Age").to_numpy().tolist() == [["female", 2, 13.5]]
    assert people["Age"].isna().all()


def test_a_name_keeps_its_blanks_and_quotes(load):
    names = ['Watt "Bessie" , Mrs', '"" ,', " , x", 'O"  ', '"a" ']
    people = load(written([[*SEVEN[0][:2], name, *SEVEN[0][3:]] for name in names]))
    assert people["Name"].tolist() == [name.strip() for name in names]


def test_names_of_files_are_printable_and_cut(load):
    for name in ("\x1b[2J\n.csv", "x" * 200 + ".csv", "'\".csv"):
        with pytest.raises(PassengerListError) as error:
            load("", name=name)
        assert str(error.value) == f"{name_of(name)}: the file holds nothing"
        assert is_a_sentence(error.value)


@given(st.text())
def test_anything_can_be_shown(text):
    assert shown(text).isprintable() and len(shown(text)) <= 45
    if len(repr(text)) <= 42:
        assert shown(text) == repr(text)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode)),
       st.sampled_from(["", "Survived;Pclass;Sex;Age;Fare\n1;1;f;", "sep=", "Sex,Age,",
                        ",".join(NEEDED) + "\n1,1,f,", '"', "\ufeff"]))
def test_any_file_is_read_or_refused_in_one_sentence(tmp_path_factory, content, start):
    path = tmp_path_factory.getbasetemp() / "any_file.csv"
    path.write_bytes(start.encode() + content)
    try:
        assert len(load_passengers(path)) >= 1
    except PassengerListError as error:
        assert str(error).startswith("any_file.csv") and is_a_sentence(error)

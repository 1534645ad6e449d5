"""Load and check a passenger list; draw synthetic passengers (chapter 1)."""

import csv
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd

EMBEDDED = Path(__file__).with_name("titanic.csv")
NEEDED = ("Survived", "Pclass", "Sex", "Age", "Fare")
COLUMNS = (
    *("Survived", "Pclass", "Name", "Sex", "Age", "SibSp", "Parch"),
    *("Ticket", "Fare", "Cabin", "Embarked", "Boat", "Body", "HomeDest"),
)
KNOWN_SPELLINGS = {c.lower(): c for c in COLUMNS} | {"home.dest": "HomeDest"}


class PassengerListError(ValueError):
    """A passenger list that cannot be read without guessing."""


LARGEST = {"Age": 125, "Fare": 10_000}
NUMBER = r"\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?"
UNKNOWN = ", or nothing if unknown"
# What a field may look like, and how to say so when it holds something else.
FIELDS = {
    "Survived": (r"[01](\.0*)?", "0 (died) or 1 (survived)"),
    "Pclass": (r"[123](\.0*)?", "class 1, 2 or 3"),
    "Sex": (r"male|female", "male or female"),
    "Age": (NUMBER, f"an age in years from 0 to {LARGEST['Age']}{UNKNOWN}"),
    "Fare": (NUMBER, f"a fare in pounds from 0 to {LARGEST['Fare']}{UNKNOWN}"),
    "SibSp": (r"\d{1,3}(\.0*)?", f"a whole number below 1000{UNKNOWN}"),
    "Parch": (r"\d{1,3}(\.0*)?", f"a whole number below 1000{UNKNOWN}"),
    "Body": (r"\d{1,3}(\.0*)?", f"a whole number below 1000{UNKNOWN}"),
}
NEVER_EMPTY = ("Survived", "Pclass", "Sex")

SURVIVAL_CHANCE = {     # of the synthetic passengers, as the article sets them
    ("female", 1): 0.95, ("female", 2): 0.85, ("female", 3): 0.60,
    ("male", 1): 0.40, ("male", 2): 0.20, ("male", 3): 0.15,
}


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        if b"\0" in raw:
            raise UnicodeDecodeError("utf-8", raw, raw.index(b"\0"), len(raw), "NUL")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = len(re.split(rb"\r\n|\r|\n", e.object[:e.start]))
        raise PassengerListError(
            f"{path.name}, line {line}: byte 0x{e.object[e.start]:02x} is not "
            "UTF-8 text; save the file as CSV in UTF-8"
        ) from None


def _header(names: list[str], needed: tuple[str, ...], where: str) -> list[str]:
    names = [name.strip(" \t") for name in names]
    columns = [KNOWN_SPELLINGS.get(name.lower(), name) for name in names]
    for column in columns:
        if columns.count(column) > 1:
            raise PassengerListError(f"{where}: column {column!r} is there twice")
    if missing := [c for c in needed if c not in columns]:
        found = ", ".join(columns)
        hint = "; columns must be separated by commas" if len(columns) == 1 else ""
        if missing == ["Survived"]:
            hint = ("; there is nothing to learn from without it (to load passengers "
                    "whose fate is to be predicted: labelled=False)")
        raise PassengerListError(
            f"{where}: no column {' and no column '.join(missing)}; found {found}{hint}"
        )
    return columns


def _value(column: str, text: str, where: str) -> float | str:
    if text == "" and column not in NEVER_EMPTY:
        return np.nan
    if column not in FIELDS:
        return text
    pattern, expected = FIELDS[column]
    if re.fullmatch(pattern, text, re.ASCII | re.IGNORECASE):
        if column == "Sex":
            return text.lower()
        if float(text) <= LARGEST.get(column, np.inf):
            return float(text)
    found = repr(text[:40]) if text else "an empty field"
    raise PassengerListError(f"{where}, column {column}: {found}; expected {expected}")


def load_passengers(path: str | Path = EMBEDDED, labelled: bool = True) -> pd.DataFrame:
    """Read a passenger list; refuse what cannot be read without guessing.

    It takes the embedded list, Kaggle's files, and the lower-case headers of OpenML and
    seaborn. Spaces around a value, ``Male``, or ``1.0`` for a class are read as meant.

    Parameters
    ----------
    path : str or Path
        CSV file with a header, comma-separated, UTF-8. It needs the columns Survived,
        Pclass, Sex, Age (years) and Fare (pounds); others are kept.
    labelled : bool
        False for passengers whose fate is to be predicted; a column Survived is then
        neither needed nor returned.

    Returns
    -------
    DataFrame
        One row for each passenger, in the order of the file. Survived and Pclass are
        whole numbers, Sex is male or female; unknown values are NaN.

    Raises
    ------
    PassengerListError
        Names the line in the file, the column, the value and what was expected.
    OSError
        The file cannot be opened.

    Examples
    --------
    >>> passengers = load_passengers()
    >>> len(passengers), passengers.loc[0, "Name"]
    (1309, 'Allen, Miss. Elisabeth Walton')
    """
    path = Path(path)
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    rows: list[dict] = []
    columns: list[str] = []
    where = f"{path.name}, line 1"
    try:
        for row in reader:
            here, where = where, f"{path.name}, line {reader.line_num + 1}"
            if len(row) < 2 and not "".join(row).strip():
                continue                                    # a blank line
            if not columns:
                columns = _header(row, NEEDED if labelled else NEEDED[1:], here)
                continue
            if len(row) != len(columns):
                raise PassengerListError(
                    f"{here}: {len(row)} fields, but the header has {len(columns)}"
                )
            if any(c in text for text in row for c in "\r\n"):
                raise PassengerListError(
                    f"{here}: a line break inside a field; is a quote missing or too many?"
                )
            rows.append({
                column: _value(column, text.strip(" \t"), here)
                for column, text in zip(columns, row, strict=True)
                if labelled or column != "Survived"
            })
    except csv.Error as e:
        raise PassengerListError(f"{where}: {e}") from None
    if not rows:
        what = "a header but no passengers" if columns else "nothing"
        raise PassengerListError(f"{path.name}: the file holds {what}")
    table = pd.DataFrame(rows)
    whole = table.columns.intersection(["Survived", "Pclass", "SibSp", "Parch"])
    return table.astype({c: "int64" for c in whole if table[c].notna().all()})


def synthetic_passengers(n: int, seed: int | np.random.Generator) -> pd.DataFrame:
    """Draw passengers from the article's distributions, with NumPy's generator.

    Age is uniform from 1 to 80 and fare from 5 to 500, whatever the class; sex and
    class are drawn evenly; survival depends on sex and class alone.

    Parameters
    ----------
    n : int
        Number of passengers, at least 1.
    seed : int or Generator
        The same seed draws the same passengers.

    Returns
    -------
    DataFrame
        Survived, Pclass, Sex, Age and Fare of n passengers; nothing is missing.

    Raises
    ------
    ValueError
        Fewer than one passenger is asked for.
    """
    if n < 1:
        raise ValueError(f"cannot draw {n} passengers; ask for at least 1")
    rng = np.random.default_rng(seed)
    age = rng.uniform(1, 80, n)
    fare = rng.uniform(5, 500, n)
    sex = np.where(rng.random(n) > 0.5, "male", "female")
    pclass = rng.integers(1, 4, n)
    chance = [SURVIVAL_CHANCE[s, c] for s, c in zip(sex, pclass, strict=True)]
    survived = (rng.random(n) < chance).astype("int64")
    return pd.DataFrame(
        {"Survived": survived, "Pclass": pclass, "Sex": sex, "Age": age, "Fare": fare}
    )

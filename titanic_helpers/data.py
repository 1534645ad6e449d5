"""Load and check a passenger list; draw synthetic passengers (chapter 1)."""

import collections
import re
from pathlib import Path

import numpy as np
import pandas as pd

from titanic_helpers.list_file import PassengerListError, name_of, read_list, shown

EMBEDDED = Path(__file__).with_name("titanic.csv")
NEEDED = ("Survived", "Pclass", "Sex", "Age", "Fare")
COLUMNS = (
    *("Survived", "Pclass", "Name", "Sex", "Age", "SibSp", "Parch"),
    *("Ticket", "Fare", "Cabin", "Embarked", "Boat", "Body", "HomeDest"),
)
KNOWN_SPELLINGS = {c.lower(): c for c in COLUMNS} | {
    "home.dest": "HomeDest", "gender": "Sex", "class": "Pclass",
}

# What programs write for a value that is unknown.
UNKNOWN = {"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", r"\n", "?", "."}
NEVER_UNKNOWN = ("Survived", "Pclass", "Sex")
# Words that have one meaning, in upper or lower case.
WORDS = {
    "Survived": {
        0: ("no", "n", "false", "died", "dead", "lost"),
        1: ("yes", "y", "true", "survived", "alive", "saved"),
    },
    "Pclass": {
        1: ("1st", "first", "1st class", "first class"),
        2: ("2nd", "second", "2nd class", "second class"),
        3: ("3rd", "third", "3rd class", "third class"),
    },
    "Sex": {"male": ("male", "m", "man"), "female": ("female", "f", "woman")},
}
# How a number may be written. A comma is a decimal mark where its column has no point,
# and something besides commas that could also stand between thousands.
NUMBER, COUNT = r"\+?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?", r"\d{1,3}([.,]0*)?"
NUMBERS = {
    "Survived": r"[01]([.,]0*)?", "Pclass": r"[123]([.,]0*)?",
    "Age": NUMBER, "Fare": NUMBER, "SibSp": COUNT, "Parch": COUNT, "Body": COUNT,
}
THOUSANDS = r"[1-9]\d{0,2},\d{3}"
LARGEST = {"Age": 125, "Fare": 512.33}      # nobody paid more
EXPECTED = {
    "Survived": "0 (died) or 1 (survived)",
    "Pclass": "class 1, 2 or 3",
    "Sex": "male or female",
    "Age": f"an age in years from 0 to {LARGEST['Age']}, or nothing if unknown",
    "Fare": f"a fare in pounds from 0 to {LARGEST['Fare']} (nobody paid more), "
            "or nothing if unknown",
} | dict.fromkeys(
    ("SibSp", "Parch", "Body"), "a whole number below 1000, or nothing if unknown")

SURVIVAL_CHANCE = {     # of the synthetic passengers, as the article sets them
    ("female", 1): 0.95, ("female", 2): 0.85, ("female", 3): 0.60,
    ("male", 1): 0.40, ("male", 2): 0.20, ("male", 3): 0.15,
}


def _value(column: str, text: str, where: str, marks: dict[str, dict]) -> float | str:
    word = text.lower()
    if word in UNKNOWN and column not in NEVER_UNKNOWN:
        return np.nan
    if column not in EXPECTED:      # a fare of "-" could also mean that nothing was paid
        return np.nan if text == "-" else text
    for meaning, words in WORDS.get(column, {}).items():
        if word in words:
            return meaning
    expected = EXPECTED[column]
    place = f"{where}, column {column}: {shown(text) if text else 'an empty field'}"
    if column in NUMBERS and re.fullmatch(NUMBERS[column], text, re.ASCII | re.IGNORECASE):
        mark = re.sub("[^.,]", "", text)
        seen = marks[column]        # each mark of this column, and where it is first
        if mark:
            seen.setdefault(THOUSANDS if re.fullmatch(THOUSANDS, text) else mark, place)
        if "." in seen and len(seen) > 1:
            expected = "the same decimal mark in the whole column"
        elif (number := float(text.replace(",", "."))) <= LARGEST.get(column, np.inf):
            return number
    raise PassengerListError(f"{place}; expected {expected}")


def load_passengers(path: str | Path = EMBEDDED, labelled: bool = True) -> pd.DataFrame:
    """Read a passenger list; refuse what cannot be read without guessing.

    It takes the embedded list, Kaggle's files, and those of OpenML, R and seaborn. What
    has one meaning is read: ``yes``, ``1st``, ``F`` or ``NA``, a decimal comma, rows and
    columns without anything in them.

    Parameters
    ----------
    path : str or Path
        Text in UTF-8 (or with the mark of UTF-16) with a header, separated by commas,
        semicolons, tabs or bars. It needs the columns Survived, Pclass, Sex, Age (years)
        and Fare (pounds); others are kept, if they have a name.
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
    columns, rows = read_list(path, NEEDED if labelled else NEEDED[1:], KNOWN_SPELLINGS)
    wanted = [n for n, c in enumerate(columns) if labelled or c != "Survived"]
    marks: dict[str, dict] = collections.defaultdict(dict)
    values: dict[tuple[str, str], float | str] = {}     # each different text is read once
    people = []
    for where, texts in rows:
        if all(text.lower() in UNKNOWN for text in texts):
            continue                                    # this row holds nobody
        fields = [(columns[n], texts[n]) for n in wanted]
        for field in fields:
            if field not in values:
                values[field] = _value(*field, where, marks)
        people.append([values[field] for field in fields])
    for seen in marks.values():
        if set(seen) == {THOUSANDS}:
            raise PassengerListError(
                f"{seen[THOUSANDS]}; its comma could be a decimal mark, or stand between "
                "thousands: write a point, or nothing, instead")
    if not people:
        raise PassengerListError(
            f"{name_of(path)}: the file holds a header but no passengers")
    table = pd.DataFrame(people, columns=[columns[n] for n in wanted])
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

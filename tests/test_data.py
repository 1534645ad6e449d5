"""The loader: what is read, what is refused and how, and the synthetic passengers."""

import csv
import gzip
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn.datasets
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.externals import _arff

from titanic_helpers import PassengerListError, load_passengers, synthetic_passengers
from titanic_helpers.data import COLUMNS, EMBEDDED

HEADER = "Survived,Pclass,Sex,Age,Fare"
GOOD = "1,1,female,38,71.28"


@pytest.fixture
def load(tmp_path):
    """Write text (or bytes) to a file and load it."""
    def write_and_load(content, **options):
        path = tmp_path / "list.csv"
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return load_passengers(path, **options)
    return write_and_load


def test_embedded_list_equals_its_source_value_by_value():
    folder = Path(sklearn.datasets.__file__).parent / "tests/data/openml/id_40945"
    arff = gzip.decompress((folder / "data-v1-dl-16826755.arff.gz").read_bytes())
    source = _arff.loads(arff.decode())        # another reader than the one that made it
    names = [name for name, _ in source["attributes"]]
    rows = list(csv.reader(EMBEDDED.read_text(encoding="utf-8").splitlines()))
    assert rows[0] == list(COLUMNS)
    assert len(rows) - 1 == len(source["data"]) == 1309
    for ours, theirs in zip(rows[1:], source["data"], strict=True):
        theirs = dict(zip(names, theirs, strict=True))
        theirs["HomeDest"] = theirs.pop("home.dest")
        theirs = {name.lower(): value for name, value in theirs.items()}
        for column, text in zip(COLUMNS, ours, strict=True):
            value = theirs[column.lower()]
            if isinstance(value, float):
                assert float(text) == value
            else:
                assert text == (value or "")


def test_embedded_list_has_the_known_figures():
    people = load_passengers()
    assert people.shape == (1309, 14)
    assert people["Survived"].sum() == 500
    counts = people.groupby(["Sex", "Pclass"])["Survived"].agg(["sum", "size"])
    assert counts.to_numpy().tolist() == [
        [139, 144], [94, 106], [106, 216], [61, 179], [25, 171], [75, 493]]


def test_types(load):
    people = load(f"{HEADER},Name,SibSp,Parch\n{GOOD},A,1,0\n0,3,male,,,B,2.0,\n")
    text = str(pd.Series(["male"]).dtype)       # pandas 2: object
    assert people.dtypes.astype(str).to_dict() == {
        "Survived": "int64", "Pclass": "int64", "Sex": text, "Age": "float64",
        "Fare": "float64", "Name": text, "SibSp": "int64", "Parch": "float64"}
    assert load_passengers().dtypes["Parch"] == "int64"
    assert people[["Age", "Fare"]].isna().to_numpy().tolist() == [[False] * 2, [True] * 2]


@pytest.mark.parametrize("row", [
    "1,1,Female,38,71.28", "1,1,FEMALE,38,71.28", "1,1.0,female,38,71.28",
    "1.0,1,female,38.0,71.28", " 1, 1, female, 38, 71.28 ", '1,1,"female","38",71.28',
    "1,1,female,3.8e1,7.128e+1", "1,1,female,+38,71.28", "1,1,female,38.,71.280",
    "\t1,1,female,\t38,71.28", "yes,1,female,38,71.28", "True,first,F,38,71.28",
    '1,1,female,"38,0",71.28',
])
def test_read_as_meant(load, row):
    pd.testing.assert_frame_equal(load(f"{HEADER}\n{row}\n"), load(f"{HEADER}\n{GOOD}\n"))


@pytest.mark.parametrize("content", [
    f"{HEADER.lower()}\n{GOOD}\n", f"{HEADER.upper()}\n{GOOD}\n",
    "\t" + HEADER.lower().replace(",", "\t,\t") + f"\t\n{GOOD}\n",
    f" {HEADER.replace(',', ' , ')}\n{GOOD}\n",
    f"\ufeff{HEADER}\n{GOOD}\n", f"{HEADER}\r\n{GOOD}\r\n", f"{HEADER}\n\n{GOOD}\n \n",
    f"{HEADER}\n{GOOD}",
])
def test_file_read_as_meant(load, content):
    pd.testing.assert_frame_equal(load(content), load(f"{HEADER}\n{GOOD}\n"))


@pytest.mark.parametrize(("row", "column", "value"), [
    (",1,female,38,71.28", "Survived", "an empty field"),
    ("maybe,1,female,38,71.28", "Survived", "'maybe'"),
    ("NaN,1,female,38,71.28", "Survived", "'NaN'"),
    ("2,1,female,38,71.28", "Survived", "'2'"),
    ("0.5,1,female,38,71.28", "Survived", "'0.5'"),
    ("1,fourth,female,38,71.28", "Pclass", "'fourth'"),
    ("1,4,female,38,71.28", "Pclass", "'4'"),
    ("1,0,female,38,71.28", "Pclass", "'0'"),
    ("1,,female,38,71.28", "Pclass", "an empty field"),
    ("1,1.5,female,38,71.28", "Pclass", "'1.5'"),
    ("1,1,fe,38,71.28", "Sex", "'fe'"),
    ("1,1,,38,71.28", "Sex", "an empty field"),
    ("1,1,female,abc,71.28", "Age", "'abc'"),
    ("1,1,female,-5,71.28", "Age", "'-5'"),
    ("1,1,female,unknown,71.28", "Age", "'unknown'"),
    ("1,1,female,inf,71.28", "Age", "'inf'"),
    ("1,1,female,1e999,71.28", "Age", "'1e999'"),
    ("1,1,female,8000,71.28", "Age", "'8000'"),
    ("1,1,female,1_0,71.28", "Age", "'1_0'"),
    ("1,1,female,٣٨,71.28", "Age", "'٣٨'"),
    ('1,1,female,38,"71,28"', "Fare", "'71,28'"),
    ("1,1,female,38,-5", "Fare", "'-5'"),
    ("1,1,female,38,inf", "Fare", "'inf'"),
    ("1,1,female,38,1e308", "Fare", "'1e308'"),
    ("1,1,female,125.1,71.28", "Age", "'125.1'"),
    ("1,1,female,38,£71", "Fare", "'£71'"), ("1,1,female,38,512.34", "Fare", "'512.34'"),
])
def test_refused_with_line_column_value_and_what_was_expected(load, row, column, value):
    with pytest.raises(PassengerListError) as error:
        load(f"{HEADER}\n{GOOD}\n{row}\n")
    assert str(error.value).startswith(
        f"list.csv, line 3, column {column}: {value}; expected ")


@pytest.mark.parametrize(("content", "message"), [
    ("", "list.csv: the file holds nothing"),
    ("\n\n", "list.csv: the file holds nothing"),
    (f"{HEADER}\n", "list.csv: the file holds a header but no passengers"),
    (f"{HEADER}\n{GOOD}\n1,1,female,38\n", "line 3: 4 fields, but the header has 5"),
    (f"{HEADER}\n{GOOD}\n{GOOD},9\n", "line 3: 6 fields, but the header has 5"),
    (f"{HEADER}\n,,,3,\n{GOOD}\n", "line 2, column Survived: an empty field"),
    (f"{HEADER},Age\n{GOOD},3\n", "line 1: column 'Age' is there twice"),
    (f"{HEADER},age\n{GOOD},3\n", "line 1: column 'Age' is there twice"),
    ("Survived,Pclass,Sex,Age\n1,1,female,3\n", "line 1: no column Fare; found Surv"),
    ("Survived,Pclass,Age,Fare\n1,1,3,3\n", "line 1: no column Sex; found"),
    ("Survived,Pclass,Sex\n1,1,male\n", "no column Age and no column Fare"),
    (HEADER.replace(",", " ") + "\n", "separated by commas, semicolons, tabs or bars"),
    ("Pclass,Sex,Age,Fare\n1,male,3,3\n", "no column Survived.*labelled=False"),
    (f'{HEADER}\n1,1,female,"38,71.28\n', "line 2: unexpected end of data"),
    (f"{HEADER},Name\n{GOOD},".encode() + b"Andr\xe9\n", "line 2: byte 0xe9 is not UTF-8"),
    (f"{HEADER}\n{GOOD}\n".encode("utf-16-le"), "line 1: byte 0x00 is not UTF-8"),
    (f"{HEADER}\r{GOOD}\r".encode() + b"\xe9", "line 3: byte 0xe9 is not UTF-8"),
    (f'{HEADER},Name\n{GOOD},A\n{GOOD},"B\n{GOOD},C"\n', "line 3: a line break inside"),
    (f'{HEADER}\n{GOOD}\n1,1,female,38,"71\n{GOOD}\n{GOOD}\n', "line 3: unexpected end"),
    (f"{HEADER},SibSp\n{GOOD},{10**20}\n", "line 2, column SibSp: .*expected a whole"),
    (f"{HEADER},Parch\n{GOOD},-1\n", "line 2, column Parch: '-1'; expected a whole"),
    (f"{HEADER},SibSp\n{GOOD},1000\n", "line 2, column SibSp: '1000'; expected a whole"),
    (f"{HEADER},Parch\n{GOOD},1.5\n", "line 2, column Parch: '1.5'; expected a whole"),
    (f"{HEADER},Body\n{GOOD},B12\n", "line 2, column Body: 'B12'; expected a whole"),
    (f'{HEADER},Name\n{GOOD},"A\rB"\n', "line 2: a line break inside"),
    (f"{HEADER}\n1,1,female,{'x' * 1000},3\n", "column Age: 'x{40}...'; expected"),
])
def test_file_refused(load, content, message):
    with pytest.raises(PassengerListError, match=message):
        load(content)


def test_the_largest_and_the_smallest_that_are_read(load):
    people = load(f"{HEADER},SibSp\n1,1,female,125,512.33,999\n0,1,male,.5,0,0\n")
    numbers = people[["Age", "Fare", "SibSp"]].to_numpy().tolist()
    assert numbers == [[125, 512.33, 999], [0.5, 0, 0]]


def test_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_passengers(tmp_path / "none.csv")


def kaggle_like(people):
    """Kaggle's columns and order, on passengers of the embedded list."""
    people = people.drop(columns=["Boat", "Body", "HomeDest"])
    people.insert(0, "PassengerId", range(1, len(people) + 1))
    return people


def test_kaggle_files(tmp_path):
    kaggle_like(load_passengers()[:891]).to_csv(tmp_path / "train.csv", index=False)
    people = load_passengers(tmp_path / "train.csv")
    assert people.shape == (891, 12)
    pd.testing.assert_frame_equal(
        people.drop(columns="PassengerId"),
        load_passengers()[:891].drop(columns=["Boat", "Body", "HomeDest"]))

    test = kaggle_like(load_passengers()[891:]).drop(columns="Survived")
    test.to_csv(tmp_path / "test.csv", index=False)
    with pytest.raises(PassengerListError, match="labelled=False"):
        load_passengers(tmp_path / "test.csv")
    assert load_passengers(tmp_path / "test.csv", labelled=False).shape == (418, 11)


def test_openml_and_seaborn_headers(tmp_path, load):
    people = load("pclass,survived,name,sex,age,sibsp,parch,fare,home.dest\n"
                  '1,1,"Allen, Miss. Elisabeth Walton",female,29,0,0,211.3375,x\n')
    assert list(people) == ["Pclass", "Survived", "Name", "Sex", "Age", "SibSp", "Parch",
                            "Fare", "HomeDest"]
    people = load("survived,pclass,sex,age,sibsp,parch,fare,embarked,class,alive\n"
                  "0,3,male,22.0,1,0,7.25,S,Third,no\n")
    assert people.loc[0, ["Survived", "class", "alive"]].tolist() == [0, "Third", "no"]


def test_unlabelled_ignores_a_column_survived(load):
    people = load(f"{HEADER}\n?,3,male,3,3\n", labelled=False)
    assert list(people) == ["Pclass", "Sex", "Age", "Fare"]
    with pytest.raises(PassengerListError, match="no column Pclass; found"):
        load("Sex,Age,Fare\nmale,3,3\n", labelled=False)


number = st.floats(0, 120) | st.none()
passenger = st.tuples(st.integers(0, 1), st.integers(1, 3),
                      st.sampled_from(["male", "female"]), number, number)


@settings(deadline=None)
@given(st.lists(passenger, min_size=1, max_size=20))
def test_what_pandas_writes_is_read_back(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "round_trip.csv"
    people = pd.DataFrame(rows, columns=HEADER.split(",")).astype(
        {"Age": float, "Fare": float, "Sex": "str"})
    people.to_csv(path, index=False)
    pd.testing.assert_frame_equal(load_passengers(path), people)


@settings(deadline=None)
@given(st.text(max_size=12))
@example("0\x1f")
@example("nan")
@example("1e5")
@example(" 30 ")
@example("30,5")
def test_any_age_is_read_exactly_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any_age.csv"
    with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
        csv.writer(file).writerows([HEADER.split(","), [1, 1, "female", text, 3]])
    try:
        age = load_passengers(path).loc[0, "Age"]
    except PassengerListError as error:
        assert re.search("line [0-9]+(, column Age: .*expected an age|: )", str(error))
    else:
        text = text.strip(" \t\xa0").lower()
        unknown = ["", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "\\n", "?", "."]
        assert np.isnan(age) == (text in unknown)
        assert np.isnan(age) or float(text.replace(",", ".")) == age
        assert np.isnan(age) or 0 <= age <= 125


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any_bytes.csv"
    path.write_bytes(HEADER.encode() + b"\n" + content)
    try:
        assert len(load_passengers(path)) >= 1
    except PassengerListError as error:
        assert str(error).startswith("any_bytes.csv")
        assert str(error).isprintable() and len(str(error)) <= 250


def test_synthetic_passengers_follow_the_article():
    people = synthetic_passengers(200_000, seed=1)
    assert people.notna().all().all()
    assert people["Age"].between(1, 80).all()
    assert people["Fare"].between(5, 500).all()
    assert people[["Age", "Fare"]].mean().tolist() == pytest.approx([40.5, 252.5], rel=0.01)
    assert (people["Sex"] == "male").mean() == pytest.approx(0.5, abs=0.01)
    assert people["Pclass"].value_counts(normalize=True).tolist() == pytest.approx(
        [1 / 3] * 3, abs=0.01)
    share = people.groupby(["Sex", "Pclass"])["Survived"].mean().to_dict()
    assert share == pytest.approx({
        ("female", 1): 0.95, ("female", 2): 0.85, ("female", 3): 0.60,
        ("male", 1): 0.40, ("male", 2): 0.20, ("male", 3): 0.15}, abs=0.01)
    correlation = people[["Age", "Fare", "Survived"]].corr().to_numpy()
    assert abs(correlation - np.eye(3)).max() < 0.01


def test_synthetic_passengers_repeat_with_their_seed():
    pd.testing.assert_frame_equal(synthetic_passengers(9, 1), synthetic_passengers(9, 1))
    assert not synthetic_passengers(9, 1).equals(synthetic_passengers(9, 2))
    assert len(synthetic_passengers(1, seed=1)) == 1
    with pytest.raises(ValueError, match="ask for at least 1"):
        synthetic_passengers(0, seed=1)

"""Counting, means and filling."""

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer

from titanic_helpers import column_means, count_missing, fill_missing, load_passengers


@pytest.fixture(scope="module")
def people():
    return load_passengers()


def test_counts(people):
    missing = count_missing(people)
    assert missing[missing > 0].to_dict() == {
        "Age": 263, "Fare": 1, "Cabin": 1014, "Embarked": 2, "Boat": 823, "Body": 1188,
        "HomeDest": 564}


def test_means_and_filling_agree_with_scikit_learn(people):
    columns = ["Age", "Fare"]
    reference = SimpleImputer(strategy="mean").fit(people[columns])
    means = column_means(people)
    assert [means[c] for c in columns] == pytest.approx(reference.statistics_, rel=1e-14)
    filled = fill_missing(people, means)[columns]
    np.testing.assert_allclose(filled, reference.transform(people[columns]), rtol=1e-14)


def test_filling_leaves_the_rest_and_its_argument_alone(people):
    before = people.copy()
    filled = fill_missing(people, column_means(people))
    pd.testing.assert_frame_equal(people, before)
    rest = people.columns.drop(["Age", "Fare"])
    pd.testing.assert_frame_equal(filled[rest], people[rest])
    known = people["Age"].notna()
    assert (filled.loc[known, "Age"] == people.loc[known, "Age"]).all()


@pytest.mark.parametrize("values", [{"age": 30.0}, {"Age": float("nan")}])
def test_filling_nothing_is_an_error(people, values):
    with pytest.raises(ValueError, match=r"cannot fill column '[Aa]ge'"):
        fill_missing(people, values)


def test_a_column_without_any_value_is_an_error_unless_told():
    people = pd.DataFrame({"Age": [np.nan, np.nan], "Fare": [1.0, 3.0]})
    with pytest.raises(ValueError, match="column Age: no value is known among 2"):
        column_means(people)
    with pytest.raises(ValueError, match="column Age"):
        column_means(people, if_all_missing={"Fare": 32.2})
    told = column_means(people, if_all_missing={"Age": 29.7, "Fare": 32.2})
    assert told == {"Age": 29.7, "Fare": 2.0}

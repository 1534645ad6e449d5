"""Log fare, one-hot, the feature matrix and its scale."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import MaxAbsScaler, OneHotEncoder

from titanic_helpers import (
    FEATURES,
    column_means,
    feature_matrix,
    fill_missing,
    load_passengers,
    log_fare,
    max_abs,
    one_hot,
    scale,
    targets_of,
)


@pytest.fixture(scope="module")
def people():
    people = load_passengers()
    return fill_missing(people, column_means(people))


def test_log_fare():
    assert log_fare(np.array([0, np.e - 1, 512.3292])) == pytest.approx(
        [0, 1, 6.240917], abs=1e-6)
    for fare in (-5.0, -0.5):
        with pytest.raises(ValueError, match=r"a fare is below 0: -[50]"):
            log_fare(np.array([3.0, np.nan, fare]))


def test_one_hot_agrees_with_scikit_learn(people):
    for column, categories in [("Sex", ["male", "female"]), ("Pclass", [1, 2, 3])]:
        reference = OneHotEncoder(categories=[categories]).fit_transform(people[[column]])
        assert (one_hot(people[column], categories) == reference.toarray()).all()


@pytest.mark.parametrize("value", ["Male", "", None, "unknown"])
def test_one_hot_refuses_an_unknown_category(value):
    with pytest.raises(ValueError, match="is none of male, female"):
        one_hot(["male", value], ["male", "female"])
    with pytest.raises(ValueError, match=r"^4 is none of 1, 2, 3"):
        one_hot(np.array([1, 4]), [1, 2, 3])


def test_one_hot_mixes_no_types():
    assert one_hot(["male", 1], ["male", 1]).tolist() == [[1, 0], [0, 1]]
    with pytest.raises(ValueError, match="'1' is none of 1, 2, 3"):
        one_hot(["1", 2], [1, 2, 3])
    with pytest.raises(ValueError, match="'a' is none of a, a"):
        one_hot(["a"], ["a", "a"])


def test_feature_matrix(people):
    X = feature_matrix(people)
    assert X.shape == (1309, 7) and X.dtype == float and len(FEATURES) == 7
    miss_allen = X[0]
    assert miss_allen == pytest.approx([29, np.log(212.3375), 0, 1, 1, 0, 0])
    for name, column in zip(FEATURES[2:], X[:, 2:].T, strict=True):
        of, value = name.split("_")
        assert (column == (people[of].astype(str) == value)).all()


def test_features_are_floats_whatever_holds_the_ages(people):
    X = feature_matrix(people.astype({"Age": object}))
    assert X.dtype == float and (X == feature_matrix(people)).all()


@pytest.mark.parametrize("column", ["Age", "Fare"])
def test_feature_matrix_refuses_what_is_missing(people, column):
    people = people.copy()
    people.loc[3, column] = np.nan
    with pytest.raises(ValueError, match=f"column {column}: 1 values missing"):
        feature_matrix(people)


def test_feature_matrix_refuses_infinity(people):
    people = people.copy()
    people.loc[3, "Age"] = np.inf
    with pytest.raises(ValueError, match="not a finite number"):
        feature_matrix(people)


def test_targets(people):
    y = targets_of(people)
    assert y.dtype == float and y.sum() == 500 and y[0] == 1.0
    for label in (2, np.nan):
        with pytest.raises(ValueError, match="a label is neither 0 nor 1"):
            targets_of(people.assign(Survived=label))


def test_scaling_agrees_with_scikit_learn(people):
    X = feature_matrix(people)
    before = X.copy()
    scaled = scale(X, max_abs(X))
    np.testing.assert_allclose(scaled, MaxAbsScaler().fit_transform(X), rtol=1e-15)
    assert (X == before).all()


def test_scaling_with_a_negative_largest_and_a_column_of_zeros():
    X = np.array([[-4.0, 0.0, 0.5], [2.0, 0.0, 0.25]])
    assert max_abs(X).tolist() == [4.0, 1.0, 0.5]
    assert scale(X, max_abs(X)).tolist() == [[-1.0, 0.0, 1.0], [0.5, 0.0, 0.5]]


@pytest.mark.parametrize("kind", [list, np.asarray, pd.DataFrame])
def test_takes_lists_arrays_and_tables(kind):
    X = kind([[2.0, 1.0], [4.0, -8.0]])
    assert isinstance(max_abs(X), np.ndarray) and max_abs(X).tolist() == [4.0, 8.0]
    assert isinstance(scale(X, [4.0, 8.0]), np.ndarray)
    assert scale(X, [4, 8]).tolist() == [[0.5, 0.125], [1.0, -1.0]]


@pytest.mark.parametrize("kind", [list, np.asarray, pd.Series])
def test_takes_lists_arrays_and_series(kind):
    assert log_fare(kind([0.0, np.e - 1])).tolist() == pytest.approx([0.0, 1.0], abs=1e-15)
    assert one_hot(kind([3, 1]), [1, 2, 3]).tolist() == [[0, 0, 1], [1, 0, 0]]

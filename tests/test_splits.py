"""Splits and preparation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from titanic_helpers import (
    Preparation,
    feature_matrix,
    load_passengers,
    log_fare,
    repeated_splits,
    split_rows,
)

people = load_passengers()


@given(st.integers(5, 3000), st.none() | st.integers(0, 2**32))
def test_every_row_is_in_exactly_one_part(n, seed):
    train, val, test = split_rows(n, seed=seed)
    assert sorted([*train, *val, *test]) == list(range(n))
    assert len(train) == n * 6 // 10 and len(val) == n * 2 // 10


def test_sizes_and_order_without_a_seed():
    train, val, test = split_rows(891, seed=None)
    assert [len(train), len(val), len(test)] == [534, 178, 179]
    assert np.concatenate([train, val, test]).tolist() == list(range(891))


def test_shuffled_evenly():
    """Each row is as often in each part as its share says."""
    seen = np.zeros((3, 20))
    for parts in repeated_splits(20, 2000, seed=5):
        for i, rows in enumerate(parts):
            seen[i, rows] += 1
    np.testing.assert_allclose(seen / 2000, [[0.6] * 20, [0.2] * 20, [0.2] * 20], atol=0.05)


def test_repeats_with_its_seed():
    def first_rows(seed):
        return [train[:5].tolist() for train, _, _ in repeated_splits(100, 4, seed)]
    assert first_rows(1) == first_rows(1)
    assert first_rows(1) != first_rows(2)
    assert len({str(rows) for rows in first_rows(1)}) == 4


def test_shares_that_floats_miss_by_a_hair():
    assert [len(part) for part in split_rows(100, 0.29, 0.57, seed=0)] == [29, 57, 14]


def test_a_fraction_of_a_row():
    with pytest.raises(TypeError):
        split_rows(10.5, seed=0)


@pytest.mark.parametrize(("n", "ratios"), [
    (4, ()), (0, ()), (100, (0.8, 0.2)), (100, (1.1, 0.2)), (100, (0.6, 0.0)),
    (100, (-0.1, 0.5)),
])
def test_a_part_without_rows_is_refused(n, ratios):
    with pytest.raises(ValueError, match=f"cannot split {n} rows"):
        split_rows(n, *ratios, seed=0)


def test_preparation_agrees_with_scikit_learns_pipeline():
    train, _, test = split_rows(len(people), seed=0)
    ours = Preparation().fit(people.iloc[train]).transform(people.iloc[test])

    def raw(rows):      # age and fare with holes; the five one-hot columns have none
        part = people.iloc[rows]
        filled = feature_matrix(part.fillna({"Age": 0, "Fare": 0}))
        return np.column_stack([part["Age"], part["Fare"], filled[:, 2:]])

    pipeline = make_pipeline(SimpleImputer(), MaxAbsScaler())
    known = pipeline[0].fit(raw(train))
    filled_train, filled_test = known.transform(raw(train)), known.transform(raw(test))
    for part in (filled_train, filled_test):
        part[:, 1] = log_fare(part[:, 1])
    reference = MaxAbsScaler().fit(filled_train).transform(filled_test)
    np.testing.assert_allclose(ours, reference, rtol=1e-13)


def test_preparation_learns_from_its_own_rows_alone():
    """Whatever happens to the rows kept aside, what was learned stays."""
    train, val, _ = split_rows(len(people), seed=0)
    learned = Preparation().fit(people.iloc[train])
    changed = people.copy()
    changed.loc[val, ["Age", "Fare"]] = [[100.0, 9999.0]]
    again = Preparation().fit(changed.iloc[train])
    assert again.means_ == learned.means_
    assert (again.largest_ == learned.largest_).all()
    everyone = Preparation().fit(people)
    assert learned.means_["Age"] != everyone.means_["Age"]


def test_preparation_that_has_learned_nothing():
    with pytest.raises(ValueError, match=r"learned nothing yet; call fit first$"):
        Preparation().transform(people)


def test_preparation_that_fails_to_learn_remembers_what_it_knew():
    preparation = Preparation().fit(people)
    before = preparation.transform(people)
    with pytest.raises(ValueError, match="is none of male, female"):
        preparation.fit(people[:9].assign(Sex="unknown"))
    assert (preparation.transform(people) == before).all()


def test_preparation_takes_passengers_without_labels_and_leaves_them():
    unlabelled = people.drop(columns="Survived")
    before = unlabelled.copy()
    assert Preparation().fit(people).transform(unlabelled).shape == (1309, 7)
    pd.testing.assert_frame_equal(unlabelled, before)

"""Folds against scikit-learn's, choices against a second count by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, ParameterGrid
from sklearn.tree import DecisionTreeClassifier

from titanic_helpers import (
    best_setting,
    bootstrap,
    corrected_error,
    cross_validate,
    folds,
    grid,
    group_folds,
    load_passengers,
    nested,
    random_settings,
    search,
    targets_of,
)

people = load_passengers()
tickets = people["Ticket"]


@settings(max_examples=30)
@given(st.integers(2, 300), st.data())
def test_each_row_is_in_exactly_one_fold(n, data):
    k, seed = data.draw(st.integers(2, n)), data.draw(st.integers(0, 2**32))
    parts = folds(n, k, seed=seed)
    assert sorted(np.concatenate(parts)) == list(range(n))
    theirs = [len(test) for _, test in KFold(k).split(np.zeros(n))]
    assert [len(part) for part in parts] == theirs


@settings(max_examples=30)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=60), st.data())
def test_no_group_is_in_two_folds(groups, data):
    if (kinds := len(set(groups))) < 2:
        return
    k, seed = data.draw(st.integers(2, kinds)), data.draw(st.integers(0, 2**32))
    parts = group_folds(groups, k, seed=seed)
    assert sorted(np.concatenate(parts)) == list(range(len(groups)))
    names = [set(np.array(groups)[part]) for part in parts]
    assert all(names) and sum(map(len, names)) == kinds
    theirs = [len(test) for _, test in GroupKFold(k).split(groups, groups=groups)]
    assert sorted(map(len, parts)) == sorted(theirs), "as even as scikit-learn's"


def test_folds_by_ticket():
    parts = group_folds(tickets, 5, seed=1)
    assert sorted(map(len, parts)) == [261, 262, 262, 262, 262]
    assert all(tickets[part].isin(tickets[np.setdiff1d(np.arange(1309), part)]).sum() == 0
               for part in parts)
    women = people["Sex"].eq("female").to_numpy()
    assert max(abs(women[part].mean() - women.mean()) for part in parts) < 0.1


@pytest.mark.parametrize("make", [
    lambda seed: folds(1309, 5, seed=seed),
    lambda seed: group_folds(tickets, 5, seed=seed)])
def test_folds_are_shuffled_and_repeat_with_their_seed(make):
    as_lists = [[part.tolist() for part in make(seed)] for seed in (1, 1, 2)]
    assert as_lists[0] == as_lists[1]
    one, other = ({frozenset(part) for part in parts} for parts in as_lists[1:])
    assert not one & other, "others are together, not only in another order"
    firsts = [part for seed in range(60) for part in make(seed)[0]]
    assert np.bincount(firsts, minlength=1309).max() < 35, "no row is always in the first"


def test_folds_refuse():
    for n, k in [(3, 4), (10, 1), (10, 0), (1, 1)]:
        with pytest.raises(ValueError, match=f"^cannot make {k} parts of {n} rows"):
            folds(n, k, seed=1)
    with pytest.raises(TypeError):
        folds(10, 2.5, seed=1)
    with pytest.raises(ValueError, match="cannot make 2 parts of 1 groups"):
        group_folds(["A", "A", "A"], 2, seed=1)
    with pytest.raises(ValueError, match="the group of a row is unknown"):
        group_folds(["A", None, "B"], 2, seed=1)


PARTS = [np.array([0, 1]), np.array([2, 3]), np.array([4])]


def test_cross_validate_hands_over_all_other_rows():
    calls = []

    def loss(train, test, power=1):
        calls.append((train.tolist(), test.tolist()))
        return test.sum() ** power
    assert cross_validate(loss, PARTS).tolist() == [1, 5, 4]
    assert calls == [([2, 3, 4], [0, 1]), ([0, 1, 4], [2, 3]), ([0, 1, 2, 3], [4])]
    assert cross_validate(loss, PARTS, power=2).tolist() == [1, 25, 16]


@pytest.mark.parametrize(("parts", "value", "message"), [
    ([np.array([0, 1]), np.array([1, 2])], 1.0, "two or more without a common row"),
    ([np.array([0, 1])], 1.0, "1 parts; expected two or more"),
    (PARTS, np.nan, r"a loss is not a number, with \{'l2': 3\}"),
])
def test_cross_validate_refuses(parts, value, message):
    with pytest.raises(ValueError, match=message):
        cross_validate(lambda train, test, l2: value, parts, l2=3)


def test_grid_agrees_with_scikit_learn():
    values = {"a": [1, 2], "b": ["x", "y", "z"]}
    assert grid(**values) == list(ParameterGrid(values))
    for empty in ({}, {"a": []}):
        with pytest.raises(ValueError, match="no combination"):
            grid(**empty)


def test_random_settings_are_drawn_evenly_in_the_logarithm():
    draws = pd.DataFrame(random_settings(4000, seed=1, l2=(1e-4, 1.0), degree=[1, 2, 3]))
    assert draws["l2"].between(1e-4, 1).all()
    shares = np.histogram(np.log10(draws["l2"]), bins=4, range=(-4, 0))[0] / 4000
    np.testing.assert_allclose(shares, 0.25, atol=0.03)
    np.testing.assert_allclose(draws["degree"].value_counts() / 4000, 1 / 3, atol=0.03)
    assert random_settings(3, seed=1, l2=(1, 2)) == random_settings(3, seed=1, l2=(1, 2))


@pytest.mark.parametrize(("times", "ranges", "message"), [
    (0, {"a": [1]}, "no setting to draw"), (3, {}, "no setting to draw"),
    (3, {"a": (1.0, 0.5)}, "expected \\(low, high\\) with 0 < low < high"),
    (3, {"a": (0.0, 0.5)}, "0 < low < high"), (3, {"a": ()}, "0 < low < high"),
    (3, {"a": []}, "or a list of values"), (3, {"a": 5}, "a=5; expected"),
    (3, {"a": (1, np.inf)}, "0 < low < high")])
def test_random_settings_refuse(times, ranges, message):
    with pytest.raises(ValueError, match=message):
        random_settings(times, seed=1, **ranges)


X = people[["Pclass", "SibSp", "Parch"]].assign(man=people["Sex"] == "male").to_numpy(float)
y = targets_of(people)
SETTINGS = grid(max_depth=[1, 2, 4], min_samples_leaf=[1, 50])


def tree_loss(train, test, **setting):
    tree = DecisionTreeClassifier(random_state=0, **setting).fit(X[train], y[train])
    return 1 - tree.score(X[test], y[test])


def test_search_agrees_with_scikit_learn():
    parts = folds(len(y), 4, seed=3)
    rows = np.arange(len(y))
    reference = GridSearchCV(
        DecisionTreeClassifier(random_state=0),
        {name: sorted({setting[name] for setting in SETTINGS}) for name in SETTINGS[0]},
        cv=[(np.setdiff1d(rows, part), part) for part in parts]).fit(X, y)
    table = search(tree_loss, SETTINGS, parts)
    theirs = reference.cv_results_
    assert table[["max_depth", "min_samples_leaf"]].to_dict("records") == theirs["params"]
    np.testing.assert_allclose(1 - table["mean"], theirs["mean_test_score"])
    np.testing.assert_allclose(
        table["std"], theirs["std_test_score"] * np.sqrt(4 / 3), rtol=1e-9)
    assert best_setting(table) == reference.best_params_


def test_the_best_setting_is_the_first_of_equals_and_keeps_its_types():
    table = search(lambda train, test, a, b: a + 1e-12 * (b == "x"),
                   grid(a=[2, 1], b=["x", "y"]), PARTS)
    best = best_setting(table)
    assert best == {"a": 1, "b": "x"} and type(best["a"]) is int
    with pytest.raises(ValueError, match="no setting to try"):
        search(lambda train, test: 0.0, [], PARTS)


def test_nested_chooses_without_a_look_at_the_outer_part():
    parts = folds(len(y), 3, seed=5)
    seen = []

    def loss(train, test, **setting):
        seen.append((set(train), set(test)))
        return tree_loss(train, test, **setting)

    def inner(rows):
        return folds(len(rows), 3, seed=2)
    few = SETTINGS[2:5]
    table = nested(loss, few, parts, inner)
    per_part = 3 * len(few) + 1
    assert len(seen) == 3 * per_part and len(table) == 3
    for i, part in enumerate(parts):
        *choosing, (train, test) = seen[i * per_part:(i + 1) * per_part]
        assert test == set(part) and train == set(range(len(y))) - test
        for inner_train, inner_test in choosing:
            assert inner_train | inner_test == train and not inner_train & inner_test
        rows = np.concatenate([other for j, other in enumerate(parts) if j != i])
        tried = search(tree_loss, few, [rows[p] for p in inner(rows)])
        best = best_setting(tried)
        assert table.loc[i, list(best)].to_dict() == best
        assert table["inner"][i] == pytest.approx(tried["mean"].min())
        assert table["outer"][i] == pytest.approx(tree_loss(rows, part, **best))


def test_bootstrap_has_the_spread_of_a_mean():
    values = np.random.default_rng(1).normal(10, 3, 400)
    means = bootstrap(lambda rows: values[rows].mean(), 400, 2000, seed=2)
    assert means.mean() == pytest.approx(values.mean(), abs=0.02)
    assert means.std() == pytest.approx(values.std() / 20, rel=0.06)
    drawn = bootstrap(lambda rows: rows, 400, 3, seed=2)
    assert drawn.shape == (3, 400) and 0.6 < len(set(drawn[0])) / 400 < 0.67
    assert np.array_equal(drawn, bootstrap(lambda rows: rows, 400, 3, seed=2))
    assert not np.array_equal(drawn[0], drawn[1])


def test_bootstrap_draws_whole_groups():
    groups = ["B", "A", "B", "C"]
    seen = []
    bootstrap(lambda rows: seen.append(sorted(rows.tolist())), 4, 50, seed=1, groups=groups)
    for rows in seen:
        assert rows.count(0) == rows.count(2)
        assert rows.count(0) + rows.count(1) + rows.count(3) == 3


@pytest.mark.parametrize(("n_rows", "times", "groups", "message"), [
    (0, 5, None, "0 rows, 5 times; expected at least 1"),
    (5, 0, None, "5 rows, 0 times; expected at least 1"),
    (3, 5, ["A", "B"], "2 groups for 3 rows; expected one for each"),
    (2, 5, ["A", None], "2 groups for 2 rows; expected one for each")])
def test_bootstrap_refuses(n_rows, times, groups, message):
    with pytest.raises(ValueError, match=message):
        bootstrap(lambda rows: 0.0, n_rows, times, seed=1, groups=groups)


def test_the_corrected_error_by_hand():
    assert corrected_error([1.0, 3.0], 60, 20) == pytest.approx(
        np.sqrt(2) * np.sqrt(1 / 2 + 1 / 3))
    for bad in ([1.0], [[1.0, 2.0]]):
        with pytest.raises(ValueError, match="at least two differences"):
            corrected_error(bad, 60, 20)
    with pytest.raises(ValueError, match="rows in both parts"):
        corrected_error([1.0, 2.0], 60, 0)

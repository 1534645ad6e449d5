"""How much Newton's method and mini-batches cost: python run.py bench

The whole fit of the seven features beside scikit-learn's default fit of the same rows,
and one step on a million rows beside one step of gradient descent; one epoch in batches
beside one with all rows. Read the ratios, which come from alternating pairs in one run,
so that a busy moment of the machine hits both.
"""

from time import perf_counter

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from titanic_helpers import (
    Preparation,
    descend,
    gradient_step,
    load_passengers,
    newton,
    newton_step,
    targets_of,
)


def pairs(ours, theirs, rounds):
    """Time both in turn; return the median of each and of the ratios, and the ratios."""
    times = np.empty((rounds, 2))
    for row in times:
        for i, call in enumerate((ours, theirs)):
            start = perf_counter()
            call()
            row[i] = perf_counter() - start
    ratios = times[:, 0] / times[:, 1]
    return *np.median(times, axis=0), np.median(ratios), ratios


@pytest.mark.parametrize("l2", [0.0, 0.001])
def test_the_seven_features_are_fitted_in_a_millisecond(l2):
    people = load_passengers()
    X, y = Preparation().fit(people).transform(people), targets_of(people)
    model = LogisticRegression()
    ours, theirs, ratio, ratios = pairs(
        lambda: newton(X, y, l2), lambda: model.fit(X, y), 25)
    print(f"\n{len(y):,} rows, l2 = {l2}: newton takes {ours * 1e3:.2f} ms, {ratio:.2f} "
          f"times as long as scikit-learn's default fit, {theirs * 1e3:.2f} ms (pairs from "
          f"{ratios.min():.2f} to {ratios.max():.2f})")
    assert ours < 1e-3 and ratio < 1


def test_one_step_on_a_million_rows_costs_at_most_four_gradient_steps():
    n, rng = 1_000_000, np.random.default_rng(0)
    X = np.column_stack([
        rng.random((n, 2)), np.eye(2)[rng.integers(2, size=n)],
        np.eye(3)[rng.integers(3, size=n)]])
    y, w = (rng.random(n) < 0.4).astype(float), np.full(7, 0.25)
    _, _, ratio, ratios = pairs(
        lambda: newton_step(X, y, w), lambda: gradient_step(X, y, w, 1.0), 15)
    print(f"\n{n:,} rows: one Newton step takes {ratio:.2f} gradient steps (pairs from "
          f"{ratios.min():.2f} to {ratios.max():.2f})")
    assert ratio <= 4


@pytest.mark.parametrize("size", [1, 32])
def test_what_an_epoch_in_batches_costs(size):
    people = load_passengers()
    X, y = Preparation().fit(people).transform(people), targets_of(people)
    start = X, y, np.zeros(7), 0.1
    ours, _, ratio, ratios = pairs(
        lambda: descend(*start, 5, batch_size=size, seed=0), lambda: descend(*start, 5), 15)
    print(f"\nan epoch in batches of {size} takes {ours / 5 * 1e3:.2f} ms, {ratio:.0f} "
          f"times as long as with all {len(y):,} rows (pairs from {ratios.min():.0f} to "
          f"{ratios.max():.0f})")
    assert ratio > 1

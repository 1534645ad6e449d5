"""Penalties against finite differences, scikit-learn and SciPy."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from titanic_helpers import (
    Preparation,
    family,
    feature_table,
    l1_path,
    l1_penalty,
    l2_gradient,
    l2_penalty,
    load_passengers,
    log_loss,
    log_loss_gradient,
    newton,
    predict,
    products,
    row_space,
    soft_threshold,
    targets_of,
    train,
    train_penalised,
    weighted_sums,
)

people = load_passengers()
X = Preparation().fit(people).transform(people)
y = targets_of(people)


def central_differences(loss, w, h=1e-5):
    steps = np.eye(len(w)) * h
    return np.array([(loss(w + s) - loss(w - s)) / (2 * h) for s in steps])


@pytest.mark.parametrize("strength", [0.0, 0.001, 3.0])
def test_the_gradient_of_the_l2_penalty(strength):
    w = np.random.default_rng(1).normal(0, 2, 7)
    numeric = central_differences(lambda w: l2_penalty(w, strength), w)
    assert l2_gradient(w, strength) == pytest.approx(numeric, abs=1e-9)


def test_penalties_by_hand():
    w = [3.0, 0.0, -4.0]
    assert l2_penalty(w, 0.1) == pytest.approx(1.25)
    assert l2_gradient(w, 0.5).tolist() == [1.5, 0, -2]
    assert l1_penalty(w, 0.1) == pytest.approx(0.7)
    assert soft_threshold([2.0, -0.5, -3.0, 0.0, 1.0], 1.0).tolist() == [1, 0, -2, 0, 0]


@pytest.mark.parametrize("amount", [0.0, 0.3, 2.0])
def test_the_soft_threshold_minimises_what_it_should(amount):
    """Half the squared distance to v, plus amount times |w|."""
    grid = np.linspace(-3, 3, 60_001)
    for v in (-2.5, -0.3, 0.0, 0.2, 1.7):
        best = grid[np.argmin((grid - v) ** 2 / 2 + amount * np.abs(grid))]
        assert soft_threshold([v], amount)[0] == pytest.approx(best, abs=1e-4)


def test_one_step_by_hand():
    x, target = np.array([[2.0, -1.0]]), np.array([1.0])
    start = np.array([1.0, 2.0])                # z = 0, so that p - y = -0.5
    w, _ = train_penalised(x, target, start, 0.1, 1, l2=0.5)
    assert w.tolist() == pytest.approx([1 + 0.1 - 0.05, 2 - 0.05 - 0.1])
    w, _ = train_penalised(x, target, start, 0.1, 1, l1=20.0)
    assert w.tolist() == [0.0, 0.0]
    w, _ = train_penalised(x, target, start, 0.1, 1, l1=0.5)
    assert w.tolist() == pytest.approx([1 + 0.1 - 0.05, 2 - 0.05 - 0.05])
    assert start.tolist() == [1.0, 2.0]


def test_each_penalised_step_follows_the_numeric_slope():
    w = np.random.default_rng(2).normal(0, 1, 7)
    after, _ = train_penalised(X, y, w, 0.5, 1, l2=0.3)
    slope = central_differences(
        lambda w: log_loss(y, weighted_sums(X, w)) + l2_penalty(w, 0.3), w)
    assert (w - after) / 0.5 == pytest.approx(slope, abs=1e-9)
    assert slope == pytest.approx(
        log_loss_gradient(X, y, predict(X, w)) + l2_gradient(w, 0.3), abs=1e-9)


def test_without_a_penalty_it_is_train():
    aside = X[1000:], y[1000:]
    start = np.full(7, 0.25)
    ours, history = train_penalised(X[:1000], y[:1000], start, 1.0, 30, validation=aside)
    theirs, losses = train(X[:1000], y[:1000], start, 1.0, 30, aside)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    assert list(history) == ["train_log_loss", "val_log_loss"]
    for name, values in history.items():
        np.testing.assert_allclose(values, losses[name], rtol=1e-12)


def test_l2_from_every_start_arrives_at_scikit_learns_weights():
    """Where C is 1 / (n lambda)."""
    reference = LogisticRegression(
        C=1 / (len(y) * 0.01), fit_intercept=False, tol=1e-10, max_iter=10_000).fit(X, y)
    for start in (0.0, 3.0):
        w, _ = train_penalised(X, y, np.full(7, start), 4.0, 600, l2=0.01)
        assert w == pytest.approx(reference.coef_[0], abs=1e-6)


@pytest.fixture(scope="module")
def path():
    strengths = [0.1, 0.01, 0.001]
    return dict(zip(strengths, l1_path(X, y, strengths), strict=True))


def penalised(w, strength):
    return log_loss(y, weighted_sums(X, w)) + l1_penalty(w, strength)


def test_l1_path_agrees_with_scikit_learn(path):
    for strength, ours in path.items():
        reference = LogisticRegression(
            C=1 / (len(y) * strength), l1_ratio=1, solver="saga", fit_intercept=False,
            tol=1e-7, max_iter=20_000, random_state=0).fit(X, y).coef_[0]
        assert penalised(ours, strength) <= penalised(reference, strength) + 1e-9
        assert ours == pytest.approx(reference, abs=2e-3)


def test_l1_path_is_at_the_lowest_point(path):
    """No slope is steeper than the penalty, and where a weight is not 0 it is as steep."""
    for strength, w in path.items():
        slope = log_loss_gradient(X, y, predict(X, w))
        assert np.abs(slope).max() <= strength + 1e-8
        used = w != 0
        assert slope[used] == pytest.approx(-strength * np.sign(w[used]), abs=1e-8)
    assert [np.count_nonzero(w) for w in path.values()] == [1, 4, 5]
    assert path[0.1][2] < 0, "the last one left: Sex_male"


def test_l1_steps_arrive_where_the_path_is(path):
    w, _ = train_penalised(X, y, np.zeros(7), 4.0, 600, l1=0.01)
    assert w == pytest.approx(path[0.01], abs=1e-4)
    assert (w == 0).tolist() == (path[0.01] == 0).tolist()


def test_l1_path_does_not_hang_on_its_order(path):
    turned = l1_path(X, y, sorted(path))
    for strength, w in zip(sorted(path), turned, strict=True):
        assert penalised(w, strength) == pytest.approx(penalised(path[strength], strength),
                                                       abs=1e-10)


@pytest.mark.parametrize("n_rows", [100, 1309])
def test_fewer_columns_say_the_same(n_rows):
    table = products(feature_table(people, [family], learn_from=people), 2).to_numpy()
    rows, targets = table[:n_rows], y[:n_rows]
    z, v = row_space(rows)
    rank = np.linalg.matrix_rank(rows)
    assert z.shape == (n_rows, rank) and v.shape == (45, rank) and rank < 45
    np.testing.assert_allclose(z, rows @ v, atol=1e-10)
    np.testing.assert_allclose(v.T @ v, np.eye(rank), atol=1e-6)
    np.testing.assert_allclose(z @ v.T, rows, atol=1e-6)
    short, long = v @ newton(z, targets, 0.01), newton(rows, targets, 0.01)
    np.testing.assert_allclose(short, long, atol=1e-6)


def test_more_columns_than_rows():
    rows = np.random.default_rng(3).normal(size=(20, 50))
    z, v = row_space(rows)
    assert z.shape == (20, 20) and v.shape == (50, 20)
    np.testing.assert_allclose(z @ v.T, rows, atol=1e-10)
    a = newton(z, y[:20], 0.1)
    best = minimize(lambda w: log_loss(y[:20], rows @ w) + l2_penalty(w, 0.1), np.zeros(50))
    np.testing.assert_allclose(v @ a, best.x, atol=1e-4)


@pytest.mark.parametrize("kind", [pd.DataFrame, np.ndarray.tolist])
def test_takes_tables_and_lists(kind):
    ours, _ = train_penalised(kind(X), list(y), [0] * 7, 1.0, 3, l2=0.1, l1=0.1)
    expected, _ = train_penalised(X, y, np.zeros(7), 1.0, 3, l2=0.1, l1=0.1)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)
    assert row_space(kind(X))[0].shape == (1309, 6)
    assert l1_path(kind(X), list(y), [0.1]).shape == (1, 7)


@pytest.mark.parametrize("strength", [-0.001, np.nan, np.inf])
@pytest.mark.parametrize("call", [
    lambda s: l2_penalty([1.0], s), lambda s: l2_gradient([1.0], s),
    lambda s: l1_penalty([1.0], s), lambda s: soft_threshold([1.0], s),
    lambda s: train_penalised(X, y, np.zeros(7), 1.0, 1, l2=s),
    lambda s: train_penalised(X, y, np.zeros(7), 1.0, 1, l1=s),
    lambda s: l1_path(X, y, [0.1, s])])
def test_a_bad_strength_is_refused(call, strength):
    with pytest.raises(ValueError, match="a penalty's strength must be 0 or more; got"):
        call(strength)


NAN = X.copy()
NAN[5, 0] = np.nan


@pytest.mark.parametrize(("change", "message"), [
    ({"features": NAN}, "train: a feature or a weight is not a finite number"),
    ({"validation": (NAN, y)}, "val: a feature or a weight is not a finite number"),
    ({"targets": y[:-1]}, "train: .*1308"),
    ({"weights": np.zeros(6)}, "do not fit"),
    ({"learning_rate": 0}, "learning_rate must be above 0"),
    ({"epochs": -1}, "epochs at least 0"),
    ({"l2": 100.0, "epochs": 1000}, "the weights grow beyond every limit"),
])
def test_refused(change, message):
    good = {"features": X, "targets": y, "weights": np.ones(7), "learning_rate": 1.0,
            "epochs": 3}
    with pytest.raises(ValueError, match=message):
        train_penalised(**good | change)


def test_the_path_and_the_columns_refuse():
    with pytest.raises(ValueError, match="a strength is 0; expected above 0"):
        l1_path(X, y, [0.1, 0.0])
    for bad in (NAN, X[:, 0]):
        with pytest.raises(ValueError, match="expected a table"):
            row_space(bad)

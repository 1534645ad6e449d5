"""Gradients against finite differences, training against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from sklearn.linear_model import LogisticRegression

from titanic_helpers import (
    Preparation,
    gradient_step,
    initial_weights,
    load_passengers,
    log_loss,
    log_loss_gradient,
    mae,
    mae_gradient,
    predict,
    targets_of,
    train,
    weighted_sums,
)

people = load_passengers()
X = Preparation().fit(people).transform(people)
y = targets_of(people)


def central_differences(loss, w, h=1e-5):
    steps = np.eye(len(w)) * h
    return np.array([(loss(w + s) - loss(w - s)) / (2 * h) for s in steps])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("gradient", "loss"), [
    (log_loss_gradient, lambda w: log_loss(y, weighted_sums(X, w))),
    (mae_gradient, lambda w: mae(y, predict(X, w))),
])
def test_gradients_against_finite_differences(gradient, loss, seed):
    w = np.random.default_rng(seed).normal(0, 1.5, 7)
    ours = gradient(X, y, predict(X, w))
    assert ours == pytest.approx(central_differences(loss, w), abs=1e-9)
    assert ours == pytest.approx(approx_fprime(w, loss), abs=1e-6)


@pytest.mark.parametrize("gradient", [log_loss_gradient, mae_gradient])
@pytest.mark.parametrize("bad", [y[:1], y[:, np.newaxis], y[:0]])
def test_gradients_refuse_what_does_not_pair_up(gradient, bad):
    with pytest.raises(ValueError, match="expected one each"):
        gradient(X, bad, predict(X, np.zeros(7)))


def test_the_two_gradients_differ():
    w = initial_weights(7, seed=0)
    p = predict(X, w)
    assert abs(log_loss_gradient(X, y, p) - mae_gradient(X, y, p)).max() > 0.1


def test_one_step_by_hand():
    x, target, w = np.array([[2.0, -1.0]]), np.array([1.0]), np.zeros(2)
    assert gradient_step(x, target, w, 0.1).tolist() == [0.1, -0.05]
    assert gradient_step(x, target, w, 0.1, mae_gradient).tolist() == [0.05, -0.025]
    assert w.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("gradient", [log_loss_gradient, mae_gradient])
def test_train_is_that_many_steps_and_writes_down_every_loss(gradient):
    start = initial_weights(7, seed=1)
    before = start.copy()
    val = X[1000:], y[1000:]
    w, history = train(X[:1000], y[:1000], start, 0.5, 20, val, gradient)
    assert (start == before).all()
    step = start
    for epoch in range(21):
        if epoch:
            step = gradient_step(X[:1000], y[:1000], step, 0.5, gradient)
        for part, rows in [("train", slice(1000)), ("val", slice(1000, None))]:
            p, z = predict(X[rows], step), weighted_sums(X[rows], step)
            assert history[f"{part}_mae"][epoch] == pytest.approx(mae(y[rows], p))
            assert history[f"{part}_log_loss"][epoch] == pytest.approx(
                log_loss(y[rows], z))
    np.testing.assert_allclose(w, step, rtol=1e-12)
    assert {k: len(v) for k, v in history.items()} == dict.fromkeys(
        ["train_mae", "train_log_loss", "val_mae", "val_log_loss"], 21)


@pytest.mark.parametrize("gradient", [log_loss_gradient, mae_gradient])
def test_a_step_takes_tables_and_lists(gradient):
    w = initial_weights(7, seed=2)
    p = predict(X, w)
    slope, step = gradient(X, y, p), gradient_step(X, y, w, 0.5, gradient)
    for table, row in [(pd.DataFrame, pd.Series), (np.ndarray.tolist, list)]:
        ours = gradient(table(X), row(y), row(p))
        assert isinstance(ours, np.ndarray)
        np.testing.assert_allclose(ours, slope, rtol=1e-12)
        ours = gradient_step(table(X), row(y), row(w), 0.5, gradient)
        assert isinstance(ours, np.ndarray)
        np.testing.assert_allclose(ours, step, rtol=1e-12)


def test_takes_tables_and_lists():
    aside = X[:9].tolist(), pd.Series(y[:9])
    w, history = train(pd.DataFrame(X), list(y), [0] * 7, 1.0, 3, aside)
    expected, losses = train(X, y, np.zeros(7), 1.0, 3, (X[:9], y[:9]))
    np.testing.assert_allclose(w, expected, rtol=1e-12)
    for name, values in losses.items():
        np.testing.assert_allclose(history[name], values, rtol=1e-12)


def test_far_out_weights_keep_their_exact_loss():
    _, history = train(X, y, np.full(7, 500.0), 1.0, 0)
    assert history["train_log_loss"][0] > 500


def test_without_validation_and_without_epochs():
    w, history = train(X, y, np.zeros(7), 0.1, 0)
    assert w.tolist() == [0.0] * 7
    assert list(history) == ["train_mae", "train_log_loss"]
    assert history["train_log_loss"].tolist() == pytest.approx([np.log(2)])


def test_a_gradient_of_another_shape_is_refused():
    """Seven rows of seven features, where a table of weights would go unnoticed."""
    with pytest.raises(ValueError, match="broadcast"):
        train(X[:7], y[:7], np.zeros(7), 1.0, 3, gradient=lambda *_: np.ones((7, 1)))


def test_the_largest_learning_rate():
    w, _ = train(X, y, np.zeros(7), 1e6, 1)
    np.testing.assert_array_equal(w, gradient_step(X, y, np.zeros(7), 1e6))


def test_each_gradient_lowers_its_own_loss():
    _, by_log_loss = train(X, y, np.zeros(7), 1.0, 500)
    _, by_mae = train(X, y, np.zeros(7), 1.0, 500, gradient=mae_gradient)
    assert (np.diff(by_log_loss["train_log_loss"]) < 0).all()
    assert (np.diff(by_mae["train_mae"]) < 0).all()
    assert by_mae["train_mae"][-1] < by_log_loss["train_mae"][-1]
    assert by_mae["train_log_loss"][-1] > by_log_loss["train_log_loss"][-1]


def test_from_zero_it_arrives_at_scikit_learns_weights():
    w, _ = train(X, y, np.zeros(7), 4.0, 15_000)
    reference = LogisticRegression(
        solver="newton-cg", C=np.inf, fit_intercept=False, tol=1e-12).fit(X, y)
    assert w == pytest.approx(reference.coef_[0], abs=1e-6)


def test_strict_settings_of_numpy_stop_no_training():
    """Ages in years push some probabilities below what a number can hold."""
    in_years = X * np.array([80, 1, 1, 1, 1, 1, 1])
    with np.errstate(all="raise"):
        for gradient in (log_loss_gradient, mae_gradient):
            train(in_years, y, np.zeros(7), 1.0, 300, gradient=gradient)


def test_reports_about_ten_times():
    lines = []
    train(X, y, np.zeros(7), 0.1, 100, (X, y), report=lines.append)
    assert len(lines) == 11
    assert lines[0].startswith("epoch   0: train_mae 0.5000, train_log_loss 0.6931")
    assert lines[-1].startswith("epoch 100: ")
    train(X, y, np.zeros(7), 0.1, 3, report=lines.append)
    assert len(lines) == 11 + 4
    train(X, y, np.zeros(7), 0.1, 25, report=lines.append)
    assert lines[-1].startswith("epoch 25: ")


NAN, HALF = X.copy(), y.copy()
NAN[5, 0] = np.nan
HALF[5] = 0.5


@pytest.mark.parametrize(("change", "message"), [
    ({"features": NAN}, "train: a feature or a weight is not a finite number"),
    ({"targets": HALF}, "train: a target is neither 0 nor 1"),
    ({"targets": y[:-1]}, "train: .*1308"),
    ({"targets": y[:, np.newaxis]}, "train: .*1309, 1"),
    ({"weights": np.zeros(6)}, "do not fit"),
    ({"features": X[:, 0]}, "do not fit"),
    ({"features": X[:0], "targets": y[:0]}, "train: .*for at least one row"),
    ({"validation": (X[:, :6], y)}, "do not fit"),
    ({"validation": (X[:0], y[:0])}, "val: .*for at least one row"),
    ({"validation": (NAN, y)}, "val: a feature or a weight is not a finite number"),
    ({"weights": np.full(7, np.inf)}, "a weight is not a finite number"),
    ({"learning_rate": np.inf}, "learning_rate must be above 0"),
    ({"learning_rate": 1e7}, "at most a million"),
    ({"learning_rate": 0}, "learning_rate must be above 0"),
    ({"learning_rate": np.nan}, "learning_rate must be above 0"),
    ({"epochs": -1}, "epochs at least 0"),
])
def test_refused(change, message):
    good = {"features": X, "targets": y, "weights": np.zeros(7), "learning_rate": 0.1,
            "epochs": 3}
    with pytest.raises(ValueError, match=message):
        train(**good | change)

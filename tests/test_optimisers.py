"""Step rules against scikit-learn's own, Newton's method against SciPy and scikit-learn."""

import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime, minimize
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from titanic_helpers import (
    Preparation,
    adam,
    batches,
    decay,
    descend,
    l2_penalty,
    load_passengers,
    log_loss,
    log_loss_gradient,
    mae_gradient,
    momentum,
    newton,
    newton_step,
    plain,
    predict,
    rmsprop,
    targets_of,
    train,
    weighted_sums,
)

people = load_passengers()
X = Preparation().fit(people).transform(people)
y = targets_of(people)
SLOPES = np.random.default_rng(0).normal(size=(8, 7))


def steps(rule, learning_rate):
    memory, taken = None, []
    for slope in SLOPES:
        step, memory = rule(slope, learning_rate, memory)
        taken.append(step)
    return taken


@pytest.mark.parametrize(("rule", "theirs"), [
    (plain, partial(SGDOptimizer, momentum=0.0, nesterov=False)),
    (momentum, partial(SGDOptimizer, momentum=0.9, nesterov=False)),
    (partial(momentum, beta=0.5), partial(SGDOptimizer, momentum=0.5, nesterov=False)),
    # both with an epsilon too small to count: theirs stands elsewhere in the formula
    (partial(adam, epsilon=1e-300), partial(AdamOptimizer, epsilon=1e-300)),
    (partial(adam, beta1=0.5, beta2=0.7, epsilon=1e-300),
     partial(AdamOptimizer, beta_1=0.5, beta_2=0.7, epsilon=1e-300)),
])
def test_step_rules_agree_with_scikit_learn(rule, theirs):
    weights = [np.zeros(7)]
    reference, ours = theirs(weights, learning_rate_init=0.3), np.zeros(7)
    for step, slope in zip(steps(rule, 0.3), SLOPES, strict=True):
        reference.update_params(weights, [slope])
        ours = ours + step
        np.testing.assert_allclose(ours, weights[0], rtol=1e-12)


def test_rmsprop_by_hand():
    first, memory = rmsprop([3.0, -0.5, 0.0], 0.1)
    assert first == pytest.approx(np.array([-1, 1, 0]) * 0.1 / np.sqrt(0.1))
    second, memory = rmsprop([1.0, 0.5, 0.0], 0.1, memory)
    assert memory == pytest.approx([0.9 * 0.9 + 0.1, 0.0475, 0])
    assert second == pytest.approx([-0.1 / np.sqrt(0.91), -0.05 / np.sqrt(0.0475), 0])
    assert rmsprop([3.0], 0.1, epsilon=1.0)[0] == pytest.approx([-0.3 / (np.sqrt(0.9) + 1)])


def test_adams_first_step_is_as_long_as_the_rate():
    step, _ = adam([1000.0, -1e-3, 0.0], 0.01)
    assert step == pytest.approx([-0.01, 0.01, 0], rel=1e-4)
    second, _ = adam([0.0], 0.1, adam([2.0], 0.1)[1])
    assert second == pytest.approx([-0.1 * (0.18 / 0.19) / np.sqrt(0.003996 / 0.001999)])
    assert adam([2.0], 0.1, epsilon=2.0)[0] == pytest.approx([-0.05])


@pytest.mark.parametrize("rule", [plain, momentum, rmsprop, adam])
def test_a_step_rule_takes_lists_and_changes_nothing(rule):
    slope = np.array([1.0, -2.0])
    step, memory = rule(slope, 0.1)
    before = repr(memory)
    again, _ = rule(slope.tolist(), 0.1, memory)
    assert repr(memory) == before and slope.tolist() == [1, -2]
    assert rule(slope, 0.1, memory)[0] == pytest.approx(again)
    assert (np.sign(step) == [-1, 1]).all()


@pytest.mark.parametrize("rule", [
    partial(momentum, beta=1.0), partial(rmsprop, beta=-0.1), partial(adam, beta1=1.0),
    partial(adam, beta2=np.nan)])
def test_a_share_out_of_its_range_is_refused(rule):
    with pytest.raises(ValueError, match="expected 0 or more and below 1"):
        rule([1.0], 0.1)


@pytest.mark.parametrize(("n", "size", "sizes"), [
    (10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 10, [3]), (3, 1, [1, 1, 1])])
def test_batches_hold_each_row_once(n, size, sizes):
    parts = batches(n, size, seed=1)
    assert [len(part) for part in parts] == sizes
    assert sorted(np.concatenate(parts)) == list(range(n))
    assert np.array_equal(np.concatenate(batches(n, size, seed=1)), np.concatenate(parts))


def test_batches_are_shuffled():
    assert batches(100, 50, seed=1)[0].tolist() != batches(100, 50, seed=2)[0].tolist()
    assert batches(100, 100, seed=1)[0].tolist() != list(range(100))
    for size in (0, -3):
        with pytest.raises(ValueError, match=f"batch_size {size}; expected at least 1"):
            batches(10, size, seed=1)
    with pytest.raises(TypeError):
        batches(10, 2.5, seed=1)


def test_decay():
    assert [decay(4.0, 10)(epoch) for epoch in (0, 10, 30)] == [4, 2, 1]
    with pytest.raises(ValueError, match="half_after 0; expected above 0"):
        decay(4.0, 0)


def test_descend_with_the_plain_rule_is_train():
    aside, start = (X[1000:], y[1000:]), np.full(7, 0.25)
    ours, history = descend(X[:1000], y[:1000], start, 1.0, 30, validation=aside)
    theirs, losses = train(X[:1000], y[:1000], start, 1.0, 30, aside)
    assert start.tolist() == [0.25] * 7
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
    for name in ("train_log_loss", "val_log_loss"):
        np.testing.assert_allclose(history[name], losses[name], rtol=1e-12)
    assert history["weights"].shape == (31, 7)
    assert (history["weights"][0] == start).all() and (history["weights"][-1] == ours).all()


def test_descend_in_batches_by_hand():
    rate = decay(0.5, 2)
    w, history = descend(
        X[:50], y[:50], np.zeros(7), rate, 3, momentum, batch_size=20, seed=4, l2=0.1)
    rng, by_hand, memory = np.random.default_rng(4), [np.zeros(7)], None
    for epoch in range(3):
        for rows in batches(50, 20, rng):
            slope = log_loss_gradient(X[rows], y[rows], predict(X[rows], by_hand[-1]))
            step, memory = momentum(slope + 0.1 * by_hand[-1], rate(epoch), memory)
            by_hand.append(by_hand[-1] + step)
    np.testing.assert_allclose(history["weights"], by_hand, rtol=1e-12)
    np.testing.assert_allclose(w, by_hand[-1], rtol=1e-12)
    np.testing.assert_allclose(history["train_log_loss"], [
        log_loss(y[:50], X[:50] @ v) for v in by_hand[::3]], rtol=1e-12)


def test_descend_minimises_any_loss():
    ours, _ = descend(X, y, np.full(7, 0.1), 0.5, 20, gradient=mae_gradient)
    theirs, _ = train(X, y, np.full(7, 0.1), 0.5, 20, gradient=mae_gradient)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize(("rule", "rate"), [
    (plain, 4.0), (momentum, 4.0), (adam, 0.1), (rmsprop, decay(0.1, 20))])
def test_every_rule_arrives(rule, rate):
    _, history = descend(X, y, np.zeros(7), rate, 500, rule)
    assert history["train_log_loss"][-1] - log_loss(y, X @ newton(X, y)) < 1e-4


@pytest.mark.parametrize("l2", [1e-4, 0.001, 0.1, 1.0])
def test_newton_agrees_with_scikit_learn_and_scipy(l2):
    """scikit-learn's C is 1 / (n lambda): it adds up losses, where we take their mean."""
    ours = newton(X, y, l2)
    reference = LogisticRegression(
        C=1 / (len(y) * l2), fit_intercept=False, tol=1e-12, max_iter=10_000).fit(X, y)
    assert ours == pytest.approx(reference.coef_[0], abs=1e-5)
    best = minimize(lambda w: log_loss(y, weighted_sums(X, w)) + l2_penalty(w, l2),
                    np.zeros(7), tol=1e-10)
    assert ours == pytest.approx(best.x, abs=1e-4)
    slope = approx_fprime(
        ours, lambda w: log_loss(y, weighted_sums(X, w)) + l2_penalty(w, l2))
    assert slope == pytest.approx(np.zeros(7), abs=1e-6)


def test_newton_without_a_penalty_on_redundant_columns():
    ours = newton(X, y)
    from_zeros, _ = descend(X, y, np.zeros(7), 4.0, 1500, momentum)
    assert ours == pytest.approx(from_zeros, abs=1e-6), "the shortest of all that are best"
    elsewhere = newton(X, y, weights=np.full(7, 3.0))
    sexes_against_classes = np.array([0, 0, 1, 1, -1, -1, -1])
    assert elsewhere - ours == pytest.approx(-0.6 * sexes_against_classes, abs=1e-7)
    assert predict(X, elsewhere) == pytest.approx(predict(X, ours), abs=1e-8)


def test_a_newton_step_has_the_numeric_curvature():
    x, w = X[:, [0, 1, 2, 4, 5]], np.array([0.5, -0.2, 0.1, 0.3, -0.4])
    for l2 in (0.0, 0.05):
        def slope(w, l2=l2):
            return log_loss_gradient(x, y, predict(x, w)) + l2 * w
        curvature = approx_fprime(w, slope)
        step = newton_step(x, y, w, l2) - w
        assert curvature @ step == pytest.approx(-slope(w), abs=1e-6)


def test_newton_steps_double_the_digits():
    w, lowest, distances = np.zeros(7), log_loss(y, X @ newton(X, y)), []
    for _ in range(5):
        distances.append(log_loss(y, X @ w) - lowest)
        w = newton_step(X, y, w)
    assert distances[0] > 0.2 and distances[1] < 0.02
    assert distances[2] < 1e-3 and distances[3] < 1e-6 and distances[4] < 1e-11


def test_newton_from_far_away_halves_its_steps():
    """A full step from here would end beyond where a float can go."""
    for start in (np.full(7, 20.0), np.array([9.0, -30, 14, 2, -8, 5, 30])):
        assert newton(X, y, 0.001, start) == pytest.approx(newton(X, y, 0.001), abs=1e-6)


def test_newton_where_the_survivors_can_be_separated():
    x, target = np.array([[1.0], [2.0], [-1.0]]), [1.0, 1.0, 0.0]
    saved = np.column_stack([X, (np.arange(len(y)) < 9) * y])      # nine who all lived
    for features, fates in [(x, target), (saved, y)]:
        with pytest.raises(ValueError, match=r"no lowest point found.*give l2 a value"):
            newton(features, fates)
        assert newton(features, fates, 0.001)[-1] > 0.5


@pytest.mark.parametrize("kind", [pd.DataFrame, np.ndarray.tolist])
def test_takes_tables_and_lists(kind):
    np.testing.assert_allclose(newton(kind(X), list(y), 0.1), newton(X, y, 0.1), rtol=1e-9)
    ours, _ = descend(kind(X), list(y), [0] * 7, 1.0, 2, adam, batch_size=700, seed=1)
    expected, _ = descend(X, y, np.zeros(7), 1.0, 2, adam, batch_size=700, seed=1)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)


NAN = X.copy()
NAN[5, 0] = np.nan


@pytest.mark.parametrize(("change", "message"), [
    ({"features": NAN}, "train: a feature or a weight is not a finite number"),
    ({"validation": (NAN, y)}, "val: a feature or a weight is not a finite number"),
    ({"targets": y[:-1]}, "train: .*1308"),
    ({"weights": np.zeros(6)}, "do not fit"),
    ({"learning_rate": 0}, "learning_rate must be above 0"),
    ({"learning_rate": lambda epoch: np.nan}, "learning_rate must be above 0"),
    ({"epochs": -1}, "epochs at least 0"),
    ({"rule": "adam"}, "unknown step rule 'adam'; expected a function such as plain"),
    ({"rule": None}, "unknown step rule None"),
    ({"batch_size": 0, "seed": 1}, "batch_size 0, seed 1; expected at least 1"),
    ({"batch_size": 32}, "batch_size 32, seed None; expected at least 1, and a seed"),
    ({"l2": -1}, "a penalty's strength must be 0 or more; got -1"),
    ({"rule": partial(momentum, beta=2)}, "expected 0 or more and below 1"),
    ({"l2": 100.0, "epochs": 1000}, "the weights grow beyond every limit"),
    ({"learning_rate": lambda epoch: 1 if epoch == 0 else np.nan},
     "the weights grow beyond every limit"),
    ({"gradient": lambda *_: np.full(7, np.nan)}, "the weights grow beyond every limit"),
])
def test_descend_refuses(change, message):
    good = {"features": X, "targets": y, "weights": np.ones(7), "learning_rate": 1.0,
            "epochs": 3}
    with warnings.catch_warnings(), pytest.raises(ValueError, match=message):
        warnings.simplefilter("error")
        descend(**good | change)


@pytest.mark.parametrize("fit", [
    newton, lambda x, y, l2=0.0: newton_step(x, y, np.zeros(7), l2)])
@pytest.mark.parametrize(("bad", "message"), [
    ((NAN, y), "not a finite number"), ((X, y[:-1]), "1308"), ((X[:, 0], y), "do not fit"),
    ((X, y, -1.0), "strength must be 0 or more"), ((X[:0], y[:0]), "at least one row")])
def test_newton_refuses(fit, bad, message):
    with pytest.raises(ValueError, match=message):
        fit(*bad)


def test_newton_refuses_half_a_survivor():
    with pytest.raises(ValueError, match="a target is neither 0 nor 1"):
        newton(X, y + 0.5)


def test_the_curvature_is_added_up_over_all_rows():
    many = np.tile(X, (4, 1))           # more rows than are multiplied at a time
    w = np.full(7, 0.3)
    assert newton_step(many, np.tile(y, 4), w, 0.1) == pytest.approx(
        newton_step(X, y, w, 0.1), rel=1e-9)

"""The hidden layer against finite differences and scikit-learn's MLPClassifier."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.neural_network import MLPClassifier

from titanic_helpers import (
    Preparation,
    backward,
    forward,
    initial_parameters,
    load_passengers,
    log_loss,
    targets_of,
    train_hidden,
)

people = load_passengers()
X = Preparation().fit(people).transform(people)
y = targets_of(people)
START = initial_parameters(7, 3, seed=1)


def flat(parameters):
    return np.concatenate([np.ravel(part) for part in parameters])


def unflat(numbers, h=3, k=7):
    return numbers[:k * h].reshape(k, h), numbers[k * h:-1], numbers[-1]


def loss(parameters, l2=0.0):
    _, z = forward(X, parameters)
    return log_loss(y, z) + l2 / 2 * (
        np.sum(parameters[0] ** 2) + np.sum(parameters[1] ** 2))


@pytest.mark.parametrize("l2", [0.0, 0.5])
@pytest.mark.parametrize("seed", [1, 2])
def test_gradients_against_finite_differences(seed, l2):
    parameters = (*initial_parameters(7, 3, seed)[:2], 0.7)
    w, h = flat(parameters), 1e-5
    numeric = [(loss(unflat(w + step), l2) - loss(unflat(w - step), l2)) / (2 * h)
               for step in np.eye(len(w)) * h]
    gradients = backward(X, y, parameters, l2)
    assert flat(gradients) == pytest.approx(numeric, abs=1e-9)
    assert [np.shape(g) for g in gradients] == [(7, 3), (3,), ()]


@pytest.fixture(scope="module")
def mlp():
    """scikit-learn's network, with our weights and without a bias in its hidden layer."""
    model = MLPClassifier(3, activation="tanh", solver="sgd", alpha=0.0, momentum=0.0,
                          nesterovs_momentum=False, batch_size=len(y), shuffle=False)
    model.partial_fit(X, y, classes=[0, 1])
    model.coefs_ = [START[0].copy(), START[1].copy()[:, np.newaxis]]
    model.intercepts_ = [np.zeros(3), np.array([0.3])]
    return model


def test_forward_agrees_with_scikit_learn(mlp):
    _, z = forward(X, (*START[:2], 0.3))
    np.testing.assert_allclose(expit(z), mlp.predict_proba(X)[:, 1], rtol=1e-12)


def test_backward_agrees_with_scikit_learn(mlp):
    ours = backward(X, y, (*START[:2], 0.3), l2=0.2)
    mlp.alpha = 0.2 * len(y)            # theirs is divided by the number of rows
    layers = [X, np.empty((len(y), 3)), np.empty((len(y), 1))]
    deltas = [np.empty((len(y), 3)), np.empty((len(y), 1))]
    slopes = [np.empty((7, 3)), np.empty((3, 1))], [np.empty(3), np.empty(1)]
    layers = mlp._forward_pass(layers)
    _, coefficients, intercepts = mlp._backprop(
        X, y[:, np.newaxis], None, layers, deltas, *slopes)
    np.testing.assert_allclose(ours[0], coefficients[0], atol=1e-12)
    np.testing.assert_allclose(ours[1], coefficients[1][:, 0], atol=1e-12)
    assert ours[2] == pytest.approx(intercepts[1][0])


def test_one_passenger_by_hand():
    x, parameters = [[1.0, 2.0]], ([[0.5, 0.0], [0.0, -0.25]], [2.0, 1.0], 0.1)
    hidden, z = forward(x, parameters)
    assert hidden == pytest.approx(np.array([[np.tanh(0.5), np.tanh(-0.5)]]))
    assert z == pytest.approx([2 * np.tanh(0.5) - np.tanh(0.5) + 0.1])
    error = expit(z[0]) - 1
    first, second, bias = backward(x, [1.0], parameters)
    bend = 1 - np.tanh(0.5) ** 2
    assert first == pytest.approx(error * bend * np.array([[2, 1], [4, 2]]))
    assert second == pytest.approx(error * hidden[0])
    assert bias == pytest.approx(error) and isinstance(bias, float)


def test_train_is_that_many_steps_and_writes_down_every_loss():
    aside = X[1000:], y[1000:]
    before = [np.copy(part) for part in START]
    ours, history = train_hidden(
        X[:1000], y[:1000], START, 0.5, 10, l2=0.01, validation=aside)
    step = START
    for epoch in range(11):
        for part, (x, t) in {"train": (X[:1000], y[:1000]), "val": aside}.items():
            assert history[f"{part}_log_loss"][epoch] == pytest.approx(
                log_loss(t, forward(x, step)[1]))
        if epoch < 10:
            slopes = backward(X[:1000], y[:1000], step, 0.01)
            step = tuple(old - 0.5 * slope for old, slope in zip(step, slopes, strict=True))
    np.testing.assert_allclose(flat(ours), flat(step), rtol=1e-12)
    assert all((a == b).all() for a, b in zip(before, map(np.asarray, START), strict=True))
    assert {name: len(values) for name, values in history.items()} == {
        "train_log_loss": 11, "val_log_loss": 11}
    assert list(train_hidden(X, y, START, 1.0, 0)[1]) == ["train_log_loss"]


def test_training_bends_the_loss_below_that_of_one_neuron():
    _, history = train_hidden(X, y, initial_parameters(7, 4, seed=0), 1.0, 300)
    assert (np.diff(history["train_log_loss"]) < 0).all()
    assert history["train_log_loss"][-1] < 0.4688, "the lowest that one neuron reaches"


def test_zero_weights_learn_nothing_but_the_bias():
    zeros = np.zeros((7, 4)), np.zeros(4), 0.0
    (first, second, bias), history = train_hidden(X, y, zeros, 1.0, 200)
    assert not first.any() and not second.any()
    assert bias == pytest.approx(np.log(500 / 809), abs=1e-6)
    share = 500 / 1309
    assert history["train_log_loss"][-1] == pytest.approx(
        -share * np.log(share) - (1 - share) * np.log(1 - share))


def test_equal_neurons_stay_equal_and_random_ones_part():
    equal = np.full((7, 4), 0.5), np.full(4, 0.5), 0.0
    (first, second, _), _ = train_hidden(X, y, equal, 1.0, 50)
    np.testing.assert_allclose(first, first[:, :1] * np.ones(4), rtol=1e-9)
    np.testing.assert_allclose(second, second[0], rtol=1e-9)
    (first, _, _), _ = train_hidden(X, y, initial_parameters(7, 4, seed=0), 1.0, 50)
    assert np.ptp(first, axis=1).min() > 0.1


def test_initial_parameters():
    first, second, bias = initial_parameters(200, 50, seed=3)
    assert first.shape == (200, 50) and second.shape == (50,) and bias == 0.0
    assert abs(first.mean()) < 0.03 and abs(first.std() - 1) < 0.03
    assert abs(second.mean()) < 0.4 and abs(second.std() - 1) < 0.3
    assert np.array_equal(first, initial_parameters(200, 50, seed=3)[0])
    assert not np.array_equal(first, initial_parameters(200, 50, seed=4)[0])
    assert first[0, 0] != second[0]
    for k, h in [(0, 2), (7, 0)]:
        with pytest.raises(ValueError, match="expected at least one of each"):
            initial_parameters(k, h, seed=1)


def test_far_out_weights_keep_their_exact_loss():
    far = np.full((7, 2), 100.0), np.array([800.0, -2000.0]), 0.0
    _, history = train_hidden(X, y, far, 1.0, 0)
    assert history["train_log_loss"][0] > 400
    assert all(np.isfinite(flat(backward(X, y, far))))


@pytest.mark.parametrize("kind", [pd.DataFrame, np.ndarray.tolist])
def test_takes_tables_and_lists(kind):
    parameters = [START[0].tolist(), START[1].tolist(), 0]
    ours, _ = train_hidden(kind(X), list(y), parameters, 1.0, 3)
    expected, _ = train_hidden(X, y, START, 1.0, 3)
    np.testing.assert_allclose(flat(ours), flat(expected), rtol=1e-12)


NAN = X.copy()
NAN[5, 0] = np.nan
W, V, B = START


@pytest.mark.parametrize(("change", "message"), [
    ({"features": NAN}, "train: a feature or a weight is not a finite number"),
    ({"validation": (NAN, y)}, "val: a feature or a weight is not a finite number"),
    ({"validation": (X[:, :6], y)}, "do not fit"),
    ({"targets": y[:-1]}, "train: .*1308"),
    ({"targets": y + 0.5}, "a target is neither 0 nor 1"),
    ({"parameters": (W.T, V, B)}, "hidden weights .*do not fit"),
    ({"parameters": (W, V[:2], B)}, "do not fit; expected"),
    ({"parameters": (W[:, 0], V, B)}, "do not fit; expected"),
    ({"parameters": (W[:, :0], V[:0], B)}, "do not fit; expected"),
    ({"parameters": (W * np.nan, V, B)}, "a weight is not a finite number"),
    ({"parameters": (W, V, np.inf)}, "a weight is not a finite number"),
    ({"learning_rate": 0}, "learning_rate must be above 0"),
    ({"epochs": -1}, "epochs at least 0"),
    ({"l2": -1}, "a penalty's strength must be 0 or more; got -1"),
    ({"l2": 100.0, "epochs": 1000}, "the weights grow beyond every limit"),
])
def test_refused(change, message):
    good = {"features": X, "targets": y, "parameters": START, "learning_rate": 1.0,
            "epochs": 3}
    with pytest.raises(ValueError, match=message):
        train_hidden(**good | change)


def test_backward_refuses_a_negative_penalty():
    with pytest.raises(ValueError, match="strength must be 0 or more"):
        backward(X, y, START, -0.1)

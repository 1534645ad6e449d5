"""The figures that move, in a real browser: their numbers, and the hands of a reader."""

import json

import numpy as np
import pytest
from conftest import PHONE, SCREEN
from contents import ROOT

from titanic_helpers import (
    accuracy,
    confusion_matrix,
    gradient_step,
    log_loss,
    log_loss_gradient,
    mae,
    mae_gradient,
    predict,
    sigmoid,
    weighted_sums,
    wilson_interval,
)

STATIC = ROOT / "book" / "_static"
SCRIPTS = ["neuron", "figures", "two_losses"]


@pytest.fixture(scope="module")
def neuron(chromium):
    """Call a function of neuron.js, as shipped: neuron("mae", y, p)."""
    page = chromium.new_page()
    page.add_script_tag(path=STATIC / "neuron.js")

    def call(name, *args):
        args = json.dumps([np.asarray(a).tolist() for a in args])
        return page.evaluate(f"neuron.{name}(...{args})")

    yield call
    page.close()


def rows(seed, n=40):
    rng = np.random.default_rng(seed)
    X, w = rng.normal(size=(n, 7)), rng.normal(size=7)
    return X, w, rng.integers(0, 2, n).astype(float)


@pytest.mark.parametrize("size", [0, 1, 1000], ids=["zero", "small", "extreme"])
def test_the_script_computes_what_the_package_does(neuron, size):
    X, w, y = rows(size)
    w = size * w
    z, p = weighted_sums(X, w), predict(X, w)
    for name, function, args in [
            ("weighted_sums", weighted_sums, (X, w)), ("predict", predict, (X, w)),
            ("mae", mae, (y, p)), ("log_loss", log_loss, (y, z)),
            ("log_loss_gradient", log_loss_gradient, (X, y, p)),
            ("mae_gradient", mae_gradient, (X, y, p)),
            ("gradient_step", gradient_step, (X, y, w, 0.5)),
            ("confusion_matrix", confusion_matrix, (y, p)),
            ("confusion_matrix", confusion_matrix, (y, p, 0)),
            ("confusion_matrix", confusion_matrix, (y, p, 1)),
            ("accuracy", accuracy, (y, p, 0.3))]:
        expected = function(*args)
        assert np.shape(found := neuron(name, *args)) == np.shape(expected), name
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-9, err_msg=name)


def test_the_script_computes_the_ends_and_the_interval(neuron):
    for z in (-1000, -40, -1e-9, 0, 40, 1000):
        assert abs(neuron("sigmoid", z) - sigmoid(z)) < 1e-12
        for target in (0, 1):
            expected = log_loss([target], [z])
            assert abs(neuron("log_loss", [target], [z]) - expected) < 1e-9
    for correct, n in [(0, 1), (1, 1), (0, 263), (216, 263), (263, 263), (8, 10)]:
        np.testing.assert_allclose(neuron("wilson_interval", correct, n),
                                   wilson_interval(correct, n), rtol=0, atol=1e-9)


@pytest.mark.parametrize("gradient, loss", [
    ("log_loss_gradient", lambda y, z: log_loss(y, z)),
    ("mae_gradient", lambda y, z: mae(y, sigmoid(z)))])
def test_the_scripts_gradients_are_slopes(neuron, gradient, loss):
    X, w, y = rows(7)
    h = 1e-5 * np.eye(7)
    slopes = [(loss(y, X @ (w + step)) - loss(y, X @ (w - step))) / 2e-5 for step in h]
    np.testing.assert_allclose(
        neuron(gradient, X, y, predict(X, w)), slopes, rtol=0, atol=1e-9)

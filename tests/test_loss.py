"""Both losses, against scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn import metrics

from titanic_helpers import log_loss, mae


@pytest.fixture
def y_and_z():
    rng = np.random.default_rng(0)
    return rng.integers(0, 2, 500).astype(float), rng.normal(0, 3, 500)


def test_mae_agrees_with_scikit_learn(y_and_z):
    y, z = y_and_z
    assert mae(y, expit(z)) == pytest.approx(
        metrics.mean_absolute_error(y, expit(z)), rel=1e-14)


def test_log_loss_agrees_with_scikit_learn(y_and_z):
    y, z = y_and_z
    assert log_loss(y, z) == pytest.approx(metrics.log_loss(y, expit(z)), rel=1e-12)


def test_known_values():
    y = np.array([1.0, 0.0])
    assert mae(y, y) == 0.0 and mae(y, 1 - y) == 1.0
    assert log_loss(y, np.zeros(2)) == pytest.approx(np.log(2))
    with np.errstate(all="raise"):
        assert log_loss(y, np.array([-1000.0, 1000.0])) == 1000.0
        assert log_loss(y, np.array([1000.0, -1000.0])) == 0.0
    assert log_loss(y, np.array([np.inf, -np.inf])) == 0.0
    assert log_loss(y, np.array([-40.0, 0.0])) == pytest.approx(20 + np.log(2) / 2)


def test_pairs_by_position_whatever_comes_in():
    y, p = [1, 0, 1], [0.75, 0.5, 1.0]
    by_label = pd.Series(y, index=[2, 1, 0]), pd.Series(p, index=[0, 1, 2])
    small = np.array(y, "uint8"), np.array(p)
    for targets, probabilities in [(y, p), by_label, small]:
        assert mae(targets, probabilities) == 0.25
        assert log_loss(targets, probabilities) == log_loss(y, p)


@pytest.mark.parametrize("loss", [mae, log_loss])
@pytest.mark.parametrize(("a", "b"), [
    ((3,), (2,)), ((3,), (3, 1)), ((0,), (0,)), ((3, 1), (3, 1))])
def test_shapes_that_do_not_fit(loss, a, b):
    with pytest.raises(ValueError, match="expected one each"):
        loss(np.ones(a), np.ones(b))

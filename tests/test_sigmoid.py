"""The sigmoid and the neuron."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from titanic_helpers import initial_weights, predict, sigmoid, weighted_sums

finite = st.floats(allow_nan=False, allow_infinity=False) | st.floats(-740, 740)


@given(finite)
def test_agrees_with_scipy_everywhere(z):
    assert sigmoid(z) == pytest.approx(float(expit(z)), rel=1e-14, abs=1e-300)


@given(finite)
def test_is_a_probability_and_symmetric(z):
    assert 0 <= sigmoid(z) <= 1
    assert sigmoid(-z) + sigmoid(z) == pytest.approx(1, abs=1e-15)


@given(finite, finite)
def test_never_falls(a, b):
    low, high = sorted([a, b])
    assert sigmoid(low) <= sigmoid(high)


def test_far_out_no_warning_and_nan_stays_nan():
    with np.errstate(all="raise"):
        assert sigmoid([-1000.0, 0.0, 1000.0]).tolist() == [0.0, 0.5, 1.0]
        assert sigmoid([-np.inf, np.inf]).tolist() == [0.0, 1.0]
    assert np.isnan(sigmoid(np.nan))


def test_whole_numbers_of_any_kind():
    for kind in ("uint8", "int8", "int64", object):
        assert sigmoid(np.array([1, 2], kind)).tolist() == sigmoid([1.0, 2.0]).tolist()


def test_predict_by_hand():
    X = np.array([[1.0, 2.0], [0.0, -1.0]])
    w = np.array([0.5, -0.25])
    assert weighted_sums(X, w).tolist() == [0.0, 0.25]
    assert predict(X, w) == pytest.approx([0.5, 1 / (1 + np.exp(-0.25))])
    for features, weights in [(X.tolist(), w.tolist()), (pd.DataFrame(X), pd.Series(w))]:
        assert isinstance(weighted_sums(features, weights), np.ndarray)
        assert weighted_sums(features, weights).tolist() == [0.0, 0.25]
        assert (predict(features, weights) == predict(X, w)).all()


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 1), ()])
def test_shapes_that_do_not_fit(shape):
    with pytest.raises(ValueError, match="do not fit"):
        predict(np.ones((4, 2)), np.ones(shape))


@pytest.mark.parametrize(("features", "weights"), [
    ((2,), 2), ((2,), ()), ((4, 2, 2), 2), ((4, 2, 2), (2, 2))])
def test_features_of_another_dimension(features, weights):
    with pytest.raises(ValueError, match="do not fit"):
        predict(np.ones(features), np.ones(weights))


def test_initial_weights():
    w = initial_weights(1000, seed=3)
    assert w.shape == (1000,) and 0 <= w.min() < 0.01 and 0.499 < w.max() < 0.5
    assert (w == initial_weights(1000, seed=3)).all()
    assert (w != initial_weights(1000, seed=4)).all()

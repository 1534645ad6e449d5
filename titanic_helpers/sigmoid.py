"""The neuron: a weighted sum and the sigmoid (chapter 4)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


@np.errstate(under="ignore")        # what is too small to be told from 0 is 0
def sigmoid(z: ArrayLike) -> NDArray:
    """Squash any number into 0 to 1: 1 / (1 + exp(-z)).

    Computed from exp(-|z|), which cannot overflow, so that z = -1000 gives 0.0 and
    z = 1000 gives 1.0 without a warning.

    Parameters
    ----------
    z : array_like
        One number, or any shape.

    Returns
    -------
    ndarray of float
        The same shape: 0.5 where z is 0, larger where z is larger.

    Examples
    --------
    >>> sigmoid([-1000.0, 0.0, 1000.0])
    array([0. , 0.5, 1. ])
    """
    z = np.asarray(z, dtype=float)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def initial_weights(n_features: int, seed: int | np.random.Generator) -> NDArray:
    """Draw starting weights evenly from 0 to 0.5, as the article does.

    Parameters
    ----------
    n_features : int
        How many weights to draw.
    seed : int or Generator
        The same seed draws the same weights.

    Returns
    -------
    ndarray of float
        (n_features,), one weight for each feature.
    """
    return np.random.default_rng(seed).uniform(0.0, 0.5, n_features)


def weighted_sums(features: ArrayLike, weights: ArrayLike) -> NDArray:
    """Weigh and add up each row: z = X w.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    weights : array_like
        (k,), one weight for each feature.

    Returns
    -------
    ndarray of float
        (n,), one sum for each row.

    Raises
    ------
    ValueError
        The shapes do not fit.
    """
    features, weights = _fitting(features, weights)
    return features @ weights


def predict(features: ArrayLike, weights: ArrayLike) -> NDArray:
    """Compute the probability that each passenger survived: sigmoid(X w).

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    weights : array_like
        (k,), one weight for each feature.

    Returns
    -------
    ndarray of float
        (n,), from 0 to 1.

    Raises
    ------
    ValueError
        The shapes do not fit.
    """
    return sigmoid(weighted_sums(features, weights))


def _fitting(features: ArrayLike, weights: ArrayLike) -> tuple[NDArray, NDArray]:
    """Take both as arrays, (n, k) and (k,); refuse them unless each column has a weight."""
    features, weights = np.asarray(features, float), np.asarray(weights, float)
    if features.ndim != 2 or weights.shape != features.shape[1:]:
        raise ValueError(
            f"features of shape {features.shape} and weights of shape "
            f"{weights.shape} do not fit; expected (n, k) and (k,)"
        )
    return features, weights

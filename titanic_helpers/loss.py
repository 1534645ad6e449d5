"""How wrong the predictions are: two losses (chapter 5)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def mae(targets: NDArray, probabilities: NDArray) -> float:
    """Mean absolute error: the mean of |y_hat - y|.

    Parameters
    ----------
    targets : (n,) of 0.0 and 1.0
    probabilities : (n,) from 0 to 1

    Returns
    -------
    float : 0 is perfect, 1 is certain and wrong on everyone.

    Examples
    --------
    >>> mae(np.array([1.0, 0.0]), np.array([0.75, 0.5]))
    0.375
    """
    targets, probabilities = paired(targets, probabilities)
    return float(np.abs(probabilities - targets).mean())


def log_loss(targets: NDArray, z: NDArray) -> float:
    """Log loss (cross-entropy): minus the mean log probability of what happened.

    Takes the weighted sums, not the probabilities, so that it stays exact where a
    probability would already have been rounded to 0 or 1. It is -ln(y_hat) for who
    survived and -ln(1 - y_hat) for who died, in both cases ln(1 + exp(s)) with
    s = (1 - 2 y) z (Goodfellow, Bengio and Courville 2016, section 6.2.2.2).

    Parameters
    ----------
    targets : (n,) of 0.0 and 1.0
    z : (n,) weighted sums

    Returns
    -------
    float : 0 is perfect, ln 2 is a coin toss, and there is no upper limit.

    Examples
    --------
    >>> log_loss(np.array([1.0]), np.array([-1000.0]))
    1000.0
    """
    targets, z = paired(targets, z)
    s = (1 - 2 * targets) * z
    return float((np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s)))).mean())


def paired(targets: ArrayLike, predictions: ArrayLike) -> tuple[NDArray, NDArray]:
    """Take both as float64 arrays (n,), by position; refuse what does not pair up."""
    targets, predictions = np.asarray(targets, float), np.asarray(predictions, float)
    if targets.ndim != 1 or targets.shape != predictions.shape or targets.size == 0:
        raise ValueError(
            f"{targets.shape} targets, {predictions.shape} predictions; "
            "expected one each for at least one row"
        )
    return targets, predictions

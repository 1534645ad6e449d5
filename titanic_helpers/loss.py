"""How wrong the predictions are: two losses (chapter 5)."""

import numpy as np
from numpy.typing import NDArray


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
    _same_shape(targets, probabilities)
    return float(np.abs(probabilities - targets).mean())


def log_loss(targets: NDArray, z: NDArray) -> float:
    """Log loss (cross-entropy): minus the mean log probability of what happened.

    Takes the weighted sums, not the probabilities: ln(1 + exp(z)) - y z stays exact
    where a probability would already have been rounded to 0 or 1. The same loss is
    -ln(y_hat) for who survived and -ln(1 - y_hat) for who died (Goodfellow, Bengio and
    Courville 2016, section 6.2.2.2).

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
    _same_shape(targets, z)
    return float((np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - targets * z).mean())


def _same_shape(targets: NDArray, predictions: NDArray) -> None:
    if np.shape(targets) != np.shape(predictions) or np.size(targets) == 0:
        raise ValueError(
            f"{np.shape(targets)} targets, {np.shape(predictions)} predictions; "
            "expected one each for at least one row"
        )

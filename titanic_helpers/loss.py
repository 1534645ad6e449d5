"""How wrong the predictions are: two losses (chapter 5)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def mae(targets: ArrayLike, probabilities: ArrayLike) -> float:
    """Compute the mean absolute error: the mean of |y_hat - y|.

    Parameters
    ----------
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, and numbers from 0 to 1.

    Returns
    -------
    float
        0 is perfect; 1 is certain and wrong about everyone.

    Raises
    ------
    ValueError
        There is not one probability for each target, or there are none.

    Examples
    --------
    >>> mae([1.0, 0.0], [0.75, 0.5])
    0.375
    """
    return _mae(*_paired(targets, probabilities))


def log_loss(targets: ArrayLike, z: ArrayLike) -> float:
    """Compute the log loss (cross-entropy): minus the mean log chance of what happened.

    It is the mean of -ln(y_hat) for those who survived and -ln(1 - y_hat) for those who
    died. Both are ln(1 + exp(s)) with s = (1 - 2 y) z, so we take the weighted sums z:
    the loss stays exact where a probability has already been rounded to 0 or 1.

    Parameters
    ----------
    targets : array_like
        (n,) of 0.0 and 1.0.
    z : array_like
        (n,) weighted sums.

    Returns
    -------
    float
        0 is perfect, ln 2 is a coin toss, and there is no upper limit.

    Raises
    ------
    ValueError
        There is not one weighted sum for each target, or there are none.

    References
    ----------
    Goodfellow, Bengio and Courville 2016, section 6.2.2.2.

    Examples
    --------
    >>> log_loss([1.0], [-1000.0])
    1000.0
    """
    return _log_loss(*_paired(targets, z))


def _paired(targets: ArrayLike, predictions: ArrayLike) -> tuple[NDArray, NDArray]:
    """Take both as arrays (n,), by position; refuse them unless each row has both."""
    targets, predictions = np.asarray(targets, float), np.asarray(predictions, float)
    if targets.ndim != 1 or targets.shape != predictions.shape or targets.size == 0:
        raise ValueError(
            f"{targets.shape} targets, {predictions.shape} predictions; "
            "expected one each for at least one row"
        )
    return targets, predictions


# Without a check: `train` checks its rows once and then calls these in every epoch.

def _mae(targets: NDArray, probabilities: NDArray) -> float:
    return float(np.abs(probabilities - targets).mean())


@np.errstate(under="ignore")        # exp(-|s|) may be too small to be told from 0
def _log_loss(targets: NDArray, z: NDArray) -> float:
    s = (1 - 2 * targets) * z
    return float((np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s)))).mean())

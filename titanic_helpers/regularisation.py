"""Keep the weights small, or at zero: penalties (chapter 10)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titanic_helpers.gradient_descent import _checked, log_loss_gradient
from titanic_helpers.loss import _log_loss
from titanic_helpers.sigmoid import sigmoid


def l2_penalty(weights: ArrayLike, strength: float) -> float:
    """Compute what the L2 penalty adds to the loss: strength / 2 times the sum of w^2.

    Parameters
    ----------
    weights : array_like
        (k,), one weight for each feature.
    strength : float
        Lambda, 0 or more.

    Returns
    -------
    float
        0 where all weights are 0.

    Raises
    ------
    ValueError
        The strength is negative or not a finite number.

    Examples
    --------
    >>> l2_penalty([3.0, -4.0], 0.1)
    1.25
    """
    return float(_strength(strength) / 2 * np.sum(np.square(weights)))


def l2_gradient(weights: ArrayLike, strength: float) -> NDArray:
    """Compute the slope of the L2 penalty in each weight: strength times w.

    Parameters
    ----------
    weights : array_like
        (k,), one weight for each feature.
    strength : float
        Lambda, 0 or more.

    Returns
    -------
    ndarray of float
        (k,), one slope for each weight.

    Raises
    ------
    ValueError
        The strength is negative or not a finite number.
    """
    return _strength(strength) * np.asarray(weights, float)


def l1_penalty(weights: ArrayLike, strength: float) -> float:
    """Compute what the L1 penalty adds to the loss: strength times the sum of |w|.

    Parameters
    ----------
    weights : array_like
        (k,), one weight for each feature.
    strength : float
        Lambda, 0 or more.

    Returns
    -------
    float
        0 where all weights are 0.

    Raises
    ------
    ValueError
        The strength is negative or not a finite number.
    """
    return float(_strength(strength) * np.sum(np.abs(weights)))


def soft_threshold(weights: ArrayLike, amount: float) -> NDArray:
    """Move each weight towards 0 by `amount`, but not beyond 0.

    Parameters
    ----------
    weights : array_like
        (k,), one weight for each feature.
    amount : float
        0 or more.

    Returns
    -------
    ndarray of float
        (k,), with 0.0 for every weight that was no further from 0 than `amount`.

    Raises
    ------
    ValueError
        The amount is negative or not a finite number.

    References
    ----------
    Parikh and Boyd 2014, section 6.5.2.

    Examples
    --------
    >>> soft_threshold([2.0, -0.5, -3.0], 1.0)
    array([ 1.,  0., -2.])
    """
    weights, amount = np.asarray(weights, float), _strength(amount)
    return np.where(np.abs(weights) <= amount, 0.0, weights - amount * np.sign(weights))


def train_penalised(
    features: ArrayLike,
    targets: ArrayLike,
    weights: ArrayLike,
    learning_rate: float,
    epochs: int,
    *,
    l2: float = 0.0,
    l1: float = 0.0,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
) -> tuple[NDArray, dict[str, NDArray]]:
    """Take many steps down the log loss and a penalty, and write down every log loss.

    Parameters
    ----------
    features : array_like
        (n, k), scaled.
    targets : array_like
        (n,) of 0.0 and 1.0.
    weights : array_like
        (k,) to start from; they stay as they were.
    learning_rate : float
        What the gradient is multiplied by: above 0, at most a million.
    epochs : int
        Number of steps, 0 or more.
    l2, l1 : float
        The strength of each penalty, 0 or more.
    validation : tuple of array_like, optional
        Features (m, k) and targets (m,) that are measured, never learned from.

    Returns
    -------
    weights : ndarray of float
        (k,) after the last step.
    history : dict of str to ndarray
        "train_log_loss", with validation also "val_log_loss", both without the penalty;
        each (epochs + 1,), where entry i is the loss after i steps.

    Raises
    ------
    ValueError
        As in train, a negative strength, or a learning rate so large that the weights
        grow beyond every limit.
    """
    weights, l2, l1 = np.array(weights, float), _strength(l2), _strength(l1)
    parts = {"train": _checked("train", features, targets, weights)}
    if validation is not None:
        parts["val"] = _checked("val", *validation, weights)
    _steps(learning_rate, epochs)
    history = {f"{part}_log_loss": np.empty(epochs + 1) for part in parts}
    for epoch in range(epochs + 1):
        if epoch:
            x, y = parts["train"]
            slope = log_loss_gradient(x, y, sigmoid(x @ weights)) + l2 * weights
            weights = soft_threshold(weights - learning_rate * slope, learning_rate * l1)
        _finite(weights)
        for part, (x, y) in parts.items():
            history[f"{part}_log_loss"][epoch] = _log_loss(y, x @ weights)
    return weights, history


def l1_path(features: ArrayLike, targets: ArrayLike, strengths: ArrayLike) -> NDArray:
    """Find the best weights under the L1 penalty, for each of several strengths.

    Each search starts from the weights of the strength before, and goes on, with steps
    that remember the last one (Beck and Teboulle's), until no weight moves any more.

    Parameters
    ----------
    features : array_like
        (n, k), scaled.
    targets : array_like
        (n,) of 0.0 and 1.0.
    strengths : array_like
        (m,), each above 0; from large to small it is quickest.

    Returns
    -------
    ndarray of float
        (m, k), the weights for each strength.

    Raises
    ------
    ValueError
        As in train, or a strength that is not above 0.

    References
    ----------
    Beck and Teboulle 2009, section 4; O'Donoghue and Candès 2015, section 3.2.
    """
    strengths = np.array([_strength(strength) for strength in strengths])
    x, y = _checked("train", features, targets, np.zeros(np.shape(features)[-1]))
    if not np.all(strengths > 0):
        raise ValueError("a strength is 0; expected above 0")
    rate = 4 * len(y) / np.linalg.eigvalsh(x.T @ x)[-1]     # the loss curves no more
    weights, path = np.zeros(x.shape[1]), []
    for strength in strengths:
        ahead, t = weights, 1.0
        for _ in range(20_000):
            slope = x.T @ (sigmoid(x @ ahead) - y) / len(y)
            step = soft_threshold(ahead - rate * slope, rate * strength) - weights
            if (ahead - weights - step) @ step > 0:         # too far: begin anew
                t = 1.0
            t, before = (1 + np.sqrt(1 + 4 * t * t)) / 2, t
            weights = weights + step
            ahead = weights + (before - 1) / t * step
            if np.abs(step).max() < 1e-9:
                break
        path.append(weights)
    return np.array(path)


def row_space(features: ArrayLike) -> tuple[NDArray, NDArray]:
    """Find fewer columns that can say all that these say: Z = X V.

    Many products repeat one another: a sex times itself is that sex. Under an L2
    penalty, weights a for Z are as good as the weights V a for X: the weighted sums are
    the same, and so is the sum of the squares.

    Parameters
    ----------
    features : array_like
        (n, k), the training rows.

    Returns
    -------
    z : ndarray of float
        (n, r), where r is the rank of the features.
    v : ndarray of float
        (k, r), for other rows: their features times v, then times a.

    Raises
    ------
    ValueError
        The features are not a table of finite numbers.
    """
    x = np.asarray(features, float)
    if x.ndim != 2 or not np.isfinite(x).all():
        raise ValueError(f"features of shape {x.shape}; expected a table (n, k) of "
                         "finite numbers")
    wide = x.shape[1] > x.shape[0]
    squares, vectors = np.linalg.eigh(x @ x.T if wide else x.T @ x)
    keep = squares > 1e-12 * squares.max(initial=0)
    vectors = vectors[:, keep]
    v = x.T @ vectors / np.sqrt(squares[keep]) if wide else vectors
    return x @ v, v


def _strength(strength: float) -> float:
    if not 0 <= strength < np.inf:
        raise ValueError(f"a penalty's strength must be 0 or more; got {strength}")
    return strength


def _steps(learning_rate: float, epochs: int) -> None:
    if not 0 < learning_rate <= 1e6 or epochs < 0:
        raise ValueError(
            "learning_rate must be above 0 and at most a million, epochs at least 0; "
            f"got {learning_rate} and {epochs}"
        )


def _finite(weights: NDArray) -> None:
    if not np.abs(weights).max(initial=0) < 1e9:
        raise ValueError("the weights grow beyond every limit; lower learning_rate")

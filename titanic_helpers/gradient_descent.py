"""Downhill: gradients, one step, and the training loop (chapter 6)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titanic_helpers.loss import _log_loss, _mae, _paired
from titanic_helpers.sigmoid import _fitting, predict, sigmoid


@np.errstate(under="ignore")        # a probability may be too small to matter
def log_loss_gradient(
    features: ArrayLike, targets: ArrayLike, probabilities: ArrayLike
) -> NDArray:
    """Compute the slope of the log loss in each weight: X^T (y_hat - y) / n.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, and numbers from 0 to 1.

    Returns
    -------
    ndarray of float
        (k,), one slope for each weight.

    Raises
    ------
    ValueError
        The shapes do not fit.

    References
    ----------
    Bishop 2006, equation 4.91, there as a sum instead of a mean.
    """
    targets, probabilities = _paired(targets, probabilities)
    return np.asarray(features, float).T @ (probabilities - targets) / len(targets)


@np.errstate(under="ignore")        # a probability may be too small to matter
def mae_gradient(
    features: ArrayLike, targets: ArrayLike, probabilities: ArrayLike
) -> NDArray:
    """Compute the slope of the MAE: X^T [sign(y_hat - y) y_hat (1 - y_hat)] / n.

    The factor y_hat (1 - y_hat) is the slope of the sigmoid. It is almost 0 where the
    probability is almost 0 or 1, right or wrong.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, and numbers from 0 to 1.

    Returns
    -------
    ndarray of float
        (k,), one slope for each weight.

    Raises
    ------
    ValueError
        The shapes do not fit.
    """
    targets, probabilities = _paired(targets, probabilities)
    slope = probabilities * (1 - probabilities)
    error = np.sign(probabilities - targets)
    return np.asarray(features, float).T @ (error * slope) / len(targets)


Gradient = Callable[[NDArray, NDArray, NDArray], NDArray]


def gradient_step(
    features: ArrayLike,
    targets: ArrayLike,
    weights: ArrayLike,
    learning_rate: float,
    gradient: Gradient = log_loss_gradient,
) -> NDArray:
    """Take one step downhill.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    targets : array_like
        (n,) of 0.0 and 1.0.
    weights : array_like
        (k,) before the step; they stay as they were.
    learning_rate : float
        What the gradient is multiplied by.
    gradient : callable
        Either log_loss_gradient or mae_gradient, the slope of the loss to minimise.

    Returns
    -------
    ndarray of float
        (k,) weights after the step.

    Raises
    ------
    ValueError
        The shapes do not fit.
    """
    slope = gradient(features, targets, predict(features, weights))
    return np.asarray(weights, float) - learning_rate * slope


def train(
    features: ArrayLike,
    targets: ArrayLike,
    weights: ArrayLike,
    learning_rate: float,
    epochs: int,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
    gradient: Gradient = log_loss_gradient,
    report: Callable[[str], object] | None = None,
) -> tuple[NDArray, dict[str, NDArray]]:
    """Take many steps downhill, with all rows in each, and write down every loss.

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
    validation : tuple of array_like, optional
        Features (m, k) and targets (m,) that are measured, never learned from.
    gradient : callable
        Either log_loss_gradient or mae_gradient, the slope of the loss to minimise.
    report : callable, optional
        Called about ten times with a line of text on the losses, such as ``print``.

    Returns
    -------
    weights : ndarray of float
        (k,) after the last step.
    history : dict of str to ndarray
        "train_mae" and "train_log_loss", with validation also "val_mae" and
        "val_log_loss"; each (epochs + 1,), where entry i is the loss after i steps.

    Raises
    ------
    ValueError
        Shapes that do not fit, a number that is not finite, a target that is not 0 or
        1, a learning rate out of its range, a negative number of epochs.
    """
    weights = np.array(weights, float)      # a copy, because the steps change it
    parts = {"train": _checked("train", features, targets, weights)}
    if validation is not None:
        parts["val"] = _checked("val", *validation, weights)
    if not 0 < learning_rate <= 1e6 or epochs < 0:
        raise ValueError(
            "learning_rate must be above 0 and at most a million, epochs at least 0; "
            f"got {learning_rate} and {epochs}"
        )
    history = {
        f"{part}_{loss}": np.empty(epochs + 1)
        for part in parts for loss in ("mae", "log_loss")
    }
    for epoch in range(epochs + 1):
        predicted = {}
        for part, (x, y) in parts.items():
            z = x @ weights
            predicted[part] = sigmoid(z)
            history[f"{part}_mae"][epoch] = _mae(y, predicted[part])
            history[f"{part}_log_loss"][epoch] = _log_loss(y, z)
        if report and (epoch % max(1, epochs // 10) == 0 or epoch == epochs):
            losses = [f"{name} {values[epoch]:.4f}" for name, values in history.items()]
            report(f"epoch {epoch:>{len(str(epochs))}}: {', '.join(losses)}")
        if epoch < epochs:
            weights -= learning_rate * gradient(*parts["train"], predicted["train"])
    return weights, history


def _checked(
    name: str, features: ArrayLike, targets: ArrayLike, weights: NDArray
) -> tuple[NDArray, NDArray]:
    features, weights = _fitting(features, weights)
    targets = np.asarray(targets, float)
    if not (np.isfinite(features).all() and np.isfinite(weights).all()):
        raise ValueError(f"{name}: a feature or a weight is not a finite number")
    if targets.shape != features.shape[:1] or targets.size == 0:
        raise ValueError(f"{name}: {features.shape} features, {targets.shape} targets; "
                         "expected one each for at least one row")
    if not np.isin(targets, (0, 1)).all():
        raise ValueError(f"{name}: a target is neither 0 nor 1")
    return features, targets

"""Downhill: gradients, one step, and the training loop (chapter 6)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from titanic_helpers.loss import log_loss, mae, paired
from titanic_helpers.sigmoid import predict, sigmoid, weighted_sums


def log_loss_gradient(
    features: NDArray, targets: NDArray, probabilities: NDArray
) -> NDArray:
    """Slope of the log loss in each weight: X^T (y_hat - y) / n.

    Parameters
    ----------
    features : (n, k)
    targets, probabilities : (n,)

    Returns
    -------
    (k,)

    References
    ----------
    Bishop 2006, equation 4.91, there as a sum instead of a mean.
    """
    targets, probabilities = paired(targets, probabilities)
    return features.T @ (probabilities - targets) / len(targets)


def mae_gradient(
    features: NDArray, targets: NDArray, probabilities: NDArray
) -> NDArray:
    """Slope of the MAE in each weight: X^T [sign(y_hat - y) y_hat (1 - y_hat)] / n.

    Shapes as in log_loss_gradient. The factor y_hat (1 - y_hat) is the slope of the
    sigmoid; it is almost 0 where the neuron is sure of itself, right or wrong.
    """
    targets, probabilities = paired(targets, probabilities)
    slope = probabilities * (1 - probabilities)
    return features.T @ (np.sign(probabilities - targets) * slope) / len(targets)


Gradient = Callable[[NDArray, NDArray, NDArray], NDArray]


def gradient_step(
    features: NDArray,
    targets: NDArray,
    weights: NDArray,
    learning_rate: float,
    gradient: Gradient = log_loss_gradient,
) -> NDArray:
    """Take one step downhill and return the new weights (k,).

    The weights that came in stay as they were. Shapes and errors as in predict.
    """
    probabilities = predict(features, weights)
    return weights - learning_rate * gradient(features, targets, probabilities)


def train(
    features: NDArray,
    targets: NDArray,
    weights: NDArray,
    learning_rate: float,
    epochs: int,
    validation: tuple[NDArray, NDArray] | None = None,
    gradient: Gradient = log_loss_gradient,
    report: Callable[[str], object] | None = None,
) -> tuple[NDArray, dict[str, NDArray]]:
    """Take many steps downhill, all rows in each, and write down every loss.

    Parameters
    ----------
    features : (n, k), scaled
    targets : (n,) of 0.0 and 1.0
    weights : (k,), the start; stays as it was
    learning_rate : what the gradient is multiplied by, above 0, at most a million
    epochs : number of steps, 0 or more
    validation : features (m, k) and targets (m,) that are measured, never learned from
    gradient : log_loss_gradient or mae_gradient, the loss that is descended
    report : gets a line of text on the losses about ten times, and at the end; print, say

    Returns
    -------
    weights : (k,) after the last step
    history : "train_mae" and "train_log_loss", with validation also "val_mae" and
        "val_log_loss"; each (epochs + 1,), entry i measured after i steps

    Raises
    ------
    ValueError
        Shapes that do not fit, a number that is not finite, a target that is not 0 or
        1, a learning rate out of its range, a negative number of epochs.
    """
    weights = np.asarray(weights, float)
    parts = {"train": _checked("train", features, targets, weights)}
    if validation is not None:
        parts["val"] = _checked("val", *validation, weights)
    if not 0 < learning_rate <= 1e6 or epochs < 0:
        raise ValueError(
            "learning_rate must be above 0 and at most a million, epochs at least 0; "
            f"got {learning_rate} and {epochs}"
        )
    features, targets = parts["train"]
    history = {
        f"{part}_{loss}": np.empty(epochs + 1)
        for part in parts for loss in ("mae", "log_loss")
    }
    for epoch in range(epochs + 1):
        predicted = {}
        for part, (x, y) in parts.items():
            z = weighted_sums(x, weights)
            predicted[part] = sigmoid(z)
            history[f"{part}_mae"][epoch] = mae(y, predicted[part])
            history[f"{part}_log_loss"][epoch] = log_loss(y, z)
        if report and (epoch % max(1, epochs // 10) == 0 or epoch == epochs):
            losses = [f"{name} {values[epoch]:.4f}" for name, values in history.items()]
            report(f"epoch {epoch:>{len(str(epochs))}}: {', '.join(losses)}")
        if epoch < epochs:
            slope = gradient(features, targets, predicted["train"])
            weights = weights - learning_rate * slope
    return weights, history


def _checked(
    name: str, features: NDArray, targets: NDArray, weights: NDArray
) -> tuple[NDArray, NDArray]:
    features, targets = np.asarray(features, float), np.asarray(targets, float)
    if not (np.isfinite(features).all() and np.isfinite(weights).all()):
        raise ValueError(f"{name}: a feature or a weight is not a finite number")
    weighted_sums(features[:1], weights)
    if targets.shape != features.shape[:1]:
        raise ValueError(f"{name}: {features.shape} features, {targets.shape} targets")
    if not np.isin(targets, (0, 1)).all():
        raise ValueError(f"{name}: a target is neither 0 nor 1")
    return features, targets

"""Other ways down: mini-batches, steps that remember, Newton's method (chapter 12)."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titanic_helpers.gradient_descent import Gradient, _checked, log_loss_gradient
from titanic_helpers.loss import _log_loss
from titanic_helpers.regularisation import _finite, _steps, _strength
from titanic_helpers.sigmoid import _fitting, sigmoid

Rule = Callable[[NDArray, float, Any], tuple[NDArray, Any]]


def plain(
    slope: ArrayLike, learning_rate: float, memory: Any = None
) -> tuple[NDArray, Any]:
    """Step against the slope: chapter 6's gradient descent, as a step rule.

    Parameters
    ----------
    slope : array_like
        (k,), the gradient of the loss.
    learning_rate : float
        What the slope is multiplied by.
    memory : object
        Not needed; every step rule takes one.

    Returns
    -------
    step : ndarray of float
        (k,), to be added to the weights.
    memory : object
        Nothing to remember.
    """
    return -learning_rate * np.asarray(slope, float), None


def momentum(
    slope: ArrayLike, learning_rate: float, memory: ArrayLike | None = None,
    beta: float = 0.9,
) -> tuple[NDArray, NDArray]:
    """Keep a share of the last step, and add a plain one.

    Parameters
    ----------
    slope : array_like
        (k,), the gradient of the loss.
    learning_rate : float
        What the slope is multiplied by.
    memory : array_like, optional
        (k,), the last step.
    beta : float
        The share of the last step that is kept, from 0 to below 1.

    Returns
    -------
    step : ndarray of float
        (k,), to be added to the weights.
    memory : ndarray of float
        The same, for the next call.

    Raises
    ------
    ValueError
        The share is out of its range.

    References
    ----------
    Polyak 1964, equation 9.
    """
    last = 0.0 if memory is None else np.asarray(memory)
    step = _share(beta) * last - learning_rate * np.asarray(slope, float)
    return step, step


def rmsprop(
    slope: ArrayLike, learning_rate: float, memory: ArrayLike | None = None,
    beta: float = 0.9, epsilon: float = 1e-8,
) -> tuple[NDArray, NDArray]:
    """Divide the slope of each weight by the usual size of its slopes.

    Parameters
    ----------
    slope : array_like
        (k,), the gradient of the loss.
    learning_rate : float
        About the length of a step in each weight.
    memory : array_like, optional
        (k,), the running mean of the squared slopes.
    beta : float
        How much of that mean is kept in each step, from 0 to below 1.
    epsilon : float
        Keeps a weight without any slope from a division by zero.

    Returns
    -------
    step : ndarray of float
        (k,), to be added to the weights.
    memory : ndarray of float
        (k,), the mean with this slope, for the next call.

    Raises
    ------
    ValueError
        The share is out of its range.

    References
    ----------
    Tieleman and Hinton 2012, lecture 6e.
    """
    slope = np.asarray(slope, float)
    squares = 0.0 if memory is None else np.asarray(memory)
    squares = _share(beta) * squares + (1 - beta) * slope ** 2
    return -learning_rate * slope / (np.sqrt(squares) + epsilon), squares


def adam(
    slope: ArrayLike, learning_rate: float, memory: tuple | None = None,
    beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8,
) -> tuple[NDArray, tuple]:
    """Divide the mean of the last slopes by their usual size: Adam.

    Both running means start at 0. Dividing them by 1 - beta^t makes up for it.

    Parameters
    ----------
    slope : array_like
        (k,), the gradient of the loss.
    learning_rate : float
        About the longest step in each weight.
    memory : tuple, optional
        The running means of the slopes and of their squares, and the number of steps.
    beta1, beta2 : float
        How much of each mean is kept in a step, from 0 to below 1.
    epsilon : float
        Keeps a weight without any slope from a division by zero.

    Returns
    -------
    step : ndarray of float
        (k,), to be added to the weights.
    memory : tuple
        For the next call.

    Raises
    ------
    ValueError
        A share is out of its range.

    References
    ----------
    Kingma and Ba 2015, algorithm 1.
    """
    slope = np.asarray(slope, float)
    mean, squares, t = (0.0, 0.0, 0) if memory is None else memory
    t = t + 1
    mean = _share(beta1) * mean + (1 - beta1) * slope
    squares = _share(beta2) * squares + (1 - beta2) * slope ** 2
    direction = mean / (1 - beta1 ** t)
    size = np.sqrt(squares / (1 - beta2 ** t))
    return -learning_rate * direction / (size + epsilon), (mean, squares, t)


def batches(
    n_rows: int, batch_size: int, seed: int | np.random.Generator
) -> list[NDArray]:
    """Shuffle the row numbers and hand them out in batches, each row once.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    batch_size : int
        Rows in a batch, at least 1; the last batch may have fewer.
    seed : int or Generator
        For shuffling.

    Returns
    -------
    list of ndarray
        The row numbers of each batch.

    Raises
    ------
    ValueError
        The batch size is below 1.
    """
    if operator.index(batch_size) < 1:
        raise ValueError(f"batch_size {batch_size}; expected at least 1")
    rows = np.random.default_rng(seed).permutation(n_rows)
    return [rows[i:i + batch_size] for i in range(0, n_rows, batch_size)]


def decay(learning_rate: float, half_after: float) -> Callable[[int], float]:
    """Make a learning rate that falls: learning_rate / (1 + epoch / half_after).

    Parameters
    ----------
    learning_rate : float
        The rate of the first epoch.
    half_after : float
        After how many epochs it is half of that; above 0.

    Returns
    -------
    callable
        Takes the number of an epoch, from 0, and returns the rate; for descend.

    Raises
    ------
    ValueError
        The number of epochs is not above 0.

    Examples
    --------
    >>> [decay(4.0, half_after=10)(epoch) for epoch in (0, 10, 30)]
    [4.0, 2.0, 1.0]
    """
    if not half_after > 0:
        raise ValueError(f"half_after {half_after}; expected above 0")
    return lambda epoch: learning_rate / (1 + epoch / half_after)


def descend(
    features: ArrayLike,
    targets: ArrayLike,
    weights: ArrayLike,
    learning_rate: float | Callable[[int], float],
    epochs: int,
    rule: Rule = plain,
    *,
    batch_size: int | None = None,
    seed: int | None = None,
    l2: float = 0.0,
    gradient: Gradient = log_loss_gradient,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
) -> tuple[NDArray, dict[str, NDArray]]:
    """Go down by any step rule, in batches or with all rows, and write down the path.

    Parameters
    ----------
    features : array_like
        (n, k), scaled.
    targets : array_like
        (n,) of 0.0 and 1.0.
    weights : array_like
        (k,) to start from; they stay as they were.
    learning_rate : float or callable
        Above 0 and at most a million; or a function of the epoch, such as decay makes.
    epochs : int
        How often each row is used, 0 or more.
    rule : callable
        A step rule: plain, momentum, rmsprop, adam, or one of your own.
    batch_size : int, optional
        Rows in each step; all of them if not given.
    seed : int, optional
        For shuffling the batches; needed where there is a batch size.
    l2 : float
        The strength of an L2 penalty, 0 or more.
    gradient : callable
        The slope of the loss to minimise, as in train.
    validation : tuple of array_like, optional
        Features (m, k) and targets (m,) that are measured, never learned from.

    Returns
    -------
    weights : ndarray of float
        (k,) after the last step.
    history : dict of str to ndarray
        "train_log_loss" and with validation "val_log_loss", (epochs + 1,) each, without
        the penalty; "weights", (steps + 1, k), the path from the start on.

    Raises
    ------
    ValueError
        As in train, an unknown step rule, a batch size below 1, batches without a seed,
        a negative strength, or weights that grow beyond every limit.
    """
    weights, l2 = np.array(weights, float), _strength(l2)
    parts = {"train": _checked("train", features, targets, weights)}
    if validation is not None:
        parts["val"] = _checked("val", *validation, weights)
    rate = learning_rate if callable(learning_rate) else lambda epoch: learning_rate
    _steps(rate(0), epochs)
    if not callable(rule):
        raise ValueError(f"unknown step rule {rule!r}; expected a function such as plain, "
                         "momentum, rmsprop or adam, without quotes")
    if batch_size is not None and (batch_size < 1 or seed is None):
        raise ValueError(f"batch_size {batch_size}, seed {seed}; expected at least 1, and "
                         "a seed, because batches are shuffled")
    rng, (x, y) = np.random.default_rng(seed), parts["train"]
    memory, path = None, [weights]
    history = {f"{part}_log_loss": np.empty(epochs + 1) for part in parts}
    for epoch in range(epochs + 1):
        for part, (a, b) in parts.items():
            history[f"{part}_log_loss"][epoch] = _log_loss(b, a @ weights)
        if epoch == epochs:
            return weights, history | {"weights": np.array(path)}
        for rows in batches(len(y), batch_size, rng) if batch_size else [slice(None)]:
            slope = gradient(x[rows], y[rows], sigmoid(x[rows] @ weights)) + l2 * weights
            step, memory = rule(slope, rate(epoch), memory)
            weights = weights + step
            _finite(weights)
            path.append(weights)


def newton_step(
    features: ArrayLike, targets: ArrayLike, weights: ArrayLike, l2: float = 0.0
) -> NDArray:
    """Step to the lowest point of the bowl that has the loss's slope and curvature here.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    targets : array_like
        (n,) of 0.0 and 1.0.
    weights : array_like
        (k,) before the step; they stay as they were.
    l2 : float
        The strength of an L2 penalty, 0 or more.

    Returns
    -------
    ndarray of float
        (k,) weights after the step. Where columns repeat one another and there is no
        penalty, many steps are as good; this is the shortest of them.

    Raises
    ------
    ValueError
        The shapes do not fit, a number is not finite, or a negative strength.

    References
    ----------
    Bishop 2006, equations 4.92 and 4.97.
    """
    (x, weights), y = _fitting(features, weights), np.asarray(targets, float)
    step, _ = _newton(x, y, weights, _strength(l2))
    return weights + step


def newton(
    features: ArrayLike,
    targets: ArrayLike,
    l2: float = 0.0,
    weights: ArrayLike | None = None,
) -> NDArray:
    """Find the weights with the lowest log loss and penalty, by Newton's method.

    A step that would go up is halved until it goes down.

    Parameters
    ----------
    features : array_like
        (n, k), scaled.
    targets : array_like
        (n,) of 0.0 and 1.0.
    l2 : float
        The strength of an L2 penalty, 0 or more.
    weights : array_like, optional
        (k,) to start from; zeros if not given.

    Returns
    -------
    ndarray of float
        (k,), where no slope is larger than 1e-9.

    Raises
    ------
    ValueError
        As in train, a negative strength, or there is no lowest point: without a penalty,
        features that separate the survivors from the dead let the weights grow for ever.
    """
    start = np.zeros(np.shape(features)[-1:]) if weights is None else weights
    weights = np.array(start, float)
    x, y = _checked("train", features, targets, weights)
    loss = _penalised(x, y, weights, _strength(l2))
    for _ in range(50):
        step, slope = _newton(x, y, weights, l2)
        if np.abs(slope).max(initial=0) <= 1e-9:
            if np.abs(step).max(initial=0) < 0.1:
                return weights
            break                   # flat, and yet far from the lowest point
        while not (lower := _penalised(x, y, weights + step, l2)) <= loss + 1e-12:
            step = step / 2
        weights, loss = weights + step, lower
    raise ValueError("no lowest point found: without a penalty the weights may grow for "
                     "ever; give l2 a value such as 0.001")


def _newton(x: NDArray, y: NDArray, weights: NDArray, l2: float) -> tuple[NDArray, NDArray]:
    """Return the step and the slope."""
    p = sigmoid(x @ weights)
    slope = log_loss_gradient(x, y, p) + l2 * weights
    if not np.isfinite(slope).all():
        raise ValueError("a feature, a target or a weight is not a finite number")
    bend = p * (1 - p)
    curvature = sum(            # a few thousand rows at a time stay in the fast memory
        (x[i:i + 4096] * bend[i:i + 4096, np.newaxis]).T @ x[i:i + 4096]
        for i in range(0, len(y), 4096)) / len(y)
    if l2:
        return -np.linalg.solve(curvature + l2 * np.eye(len(weights)), slope), slope
    return -np.linalg.lstsq(curvature, slope, rcond=1e-13)[0], slope


def _penalised(x: NDArray, y: NDArray, weights: NDArray, l2: float) -> float:
    return _log_loss(y, x @ weights) + l2 / 2 * float(weights @ weights)


def _share(beta: float) -> float:
    if not 0 <= beta < 1:
        raise ValueError(f"beta {beta}; expected 0 or more and below 1")
    return beta

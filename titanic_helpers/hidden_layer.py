"""A network with one hidden layer, and backpropagation (chapter 13)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titanic_helpers.gradient_descent import _checked
from titanic_helpers.loss import _log_loss
from titanic_helpers.regularisation import _finite, _steps, _strength
from titanic_helpers.sigmoid import sigmoid

Parameters = tuple[NDArray, NDArray, float]


def initial_parameters(
    n_features: int, n_hidden: int, seed: int | np.random.Generator
) -> Parameters:
    """Draw the weights of both layers from a normal distribution, so that no two agree.

    Parameters
    ----------
    n_features : int
        How many features a passenger has.
    n_hidden : int
        How many hidden neurons, at least 1.
    seed : int or Generator
        The same seed draws the same weights.

    Returns
    -------
    hidden_weights : ndarray of float
        (n_features, n_hidden), one column for each hidden neuron.
    output_weights : ndarray of float
        (n_hidden,), one weight for each hidden neuron.
    bias : float
        0.0, the constant that the output neuron adds.

    Raises
    ------
    ValueError
        There is no feature or no hidden neuron.
    """
    if n_features < 1 or n_hidden < 1:
        raise ValueError(f"{n_features} features, {n_hidden} hidden neurons; "
                         "expected at least one of each")
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n_features, n_hidden)), rng.normal(size=n_hidden), 0.0


def forward(features: ArrayLike, parameters: Parameters) -> tuple[NDArray, NDArray]:
    """Compute tanh(X W) for the hidden neurons, then z = tanh(X W) v + b for the last.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    parameters : tuple
        The hidden weights W (k, h), the output weights v (h,) and the bias b.

    Returns
    -------
    hidden : ndarray of float
        (n, h), from -1 to 1.
    z : ndarray of float
        (n,), one sum for each passenger; its sigmoid is the probability.

    Raises
    ------
    ValueError
        The shapes do not fit.
    """
    return _forward(*_fitting(features, parameters))


def backward(
    features: ArrayLike, targets: ArrayLike, parameters: Parameters, l2: float = 0.0
) -> Parameters:
    """Compute the slope of the log loss in every weight, from the output backwards.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    targets : array_like
        (n,) of 0.0 and 1.0.
    parameters : tuple
        The hidden weights (k, h), the output weights (h,) and the bias.
    l2 : float
        The strength of an L2 penalty on both layers' weights, 0 or more. The bias is
        free.

    Returns
    -------
    hidden_slopes : ndarray of float
        (k, h), one for each hidden weight.
    output_slopes : ndarray of float
        (h,), one for each output weight.
    bias_slope : float
        The mean error.

    Raises
    ------
    ValueError
        As in train, or a negative strength.

    References
    ----------
    Bishop 2006, section 5.3.2; Rumelhart, Hinton and Williams 1986.
    """
    features, parameters = _fitting(features, parameters)
    features, targets = _checked("train", features, targets, parameters[0][:, 0])
    return _slopes(features, targets, parameters, _strength(l2))


def train_hidden(
    features: ArrayLike,
    targets: ArrayLike,
    parameters: Parameters,
    learning_rate: float,
    epochs: int,
    *,
    l2: float = 0.0,
    validation: tuple[ArrayLike, ArrayLike] | None = None,
) -> tuple[Parameters, dict[str, NDArray]]:
    """Take many steps downhill with both layers, and write down every log loss.

    Parameters
    ----------
    features : array_like
        (n, k), scaled.
    targets : array_like
        (n,) of 0.0 and 1.0.
    parameters : tuple
        The hidden weights (k, h), the output weights (h,) and the bias to start from;
        they stay as they were.
    learning_rate : float
        What the slopes are multiplied by: above 0, at most a million.
    epochs : int
        Number of steps, 0 or more.
    l2 : float
        The strength of an L2 penalty, 0 or more.
    validation : tuple of array_like, optional
        Features (m, k) and targets (m,) that are measured, never learned from.

    Returns
    -------
    parameters : tuple
        After the last step.
    history : dict of str to ndarray
        "train_log_loss", with validation also "val_log_loss", both without the penalty;
        each (epochs + 1,), where entry i is the loss after i steps.

    Raises
    ------
    ValueError
        As in train, a negative strength, or weights that grow beyond every limit.
    """
    features, parameters = _fitting(features, parameters)
    parts = {"train": _checked("train", features, targets, parameters[0][:, 0])}
    if validation is not None:
        parts["val"] = _checked("val", *validation, parameters[0][:, 0])
    _steps(learning_rate, epochs)
    _strength(l2)
    history = {f"{part}_log_loss": np.empty(epochs + 1) for part in parts}
    for epoch in range(epochs + 1):
        if epoch:
            slopes = _slopes(*parts["train"], parameters, l2)
            parameters = tuple(
                old - learning_rate * slope
                for old, slope in zip(parameters, slopes, strict=True))
            _finite(parameters[0])
        for part, (x, y) in parts.items():
            history[f"{part}_log_loss"][epoch] = _log_loss(y, _forward(x, parameters)[1])
    return parameters, history


def _forward(x: NDArray, parameters: Parameters) -> tuple[NDArray, NDArray]:
    hidden_weights, output_weights, bias = parameters
    hidden = np.tanh(x @ hidden_weights)
    return hidden, hidden @ output_weights + bias


def _slopes(
    x: NDArray, y: NDArray, parameters: Parameters, l2: float
) -> Parameters:
    hidden_weights, output_weights, _ = parameters
    hidden, z = _forward(x, parameters)
    error = (sigmoid(z) - y) / len(y)                               # (n,)
    hidden_error = np.outer(error, output_weights) * (1 - hidden ** 2)      # (n, h)
    return (
        x.T @ hidden_error + l2 * hidden_weights,
        hidden.T @ error + l2 * output_weights,
        float(error.sum()),
    )


def _fitting(features: ArrayLike, parameters: Parameters) -> tuple[NDArray, Parameters]:
    """Take all as arrays; refuse them unless their shapes fit."""
    features, (first, second, bias) = np.asarray(features, float), parameters
    first, second = np.asarray(first, float), np.asarray(second, float)
    shapes = features.shape, first.shape, second.shape
    if [len(shape) for shape in shapes] != [2, 2, 1] or (
            first.shape != (features.shape[1], len(second)) or not len(second)):
        raise ValueError(
            f"features {shapes[0]}, hidden weights {shapes[1]} and output weights "
            f"{shapes[2]} do not fit; expected (n, k), (k, h) and (h,)"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all() and np.isfinite(bias)):
        raise ValueError("a weight is not a finite number")
    return features, (first, second, float(bias))

"""How good the predictions are, beside what a rule of thumb gets (chapter 8)."""

import operator
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titanic_helpers.loss import _paired

TIE = 1e-12


def accuracy(
    targets: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5
) -> float:
    """Compute the share of rows where "probability >= threshold" says what happened.

    Parameters
    ----------
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, and numbers from 0 to 1.
    threshold : float
        Predict 1 from here on.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        The shapes differ, are empty, or a probability is not a number from 0 to 1.
    """
    (tn, _), (_, tp) = confusion_matrix(targets, probabilities, threshold)
    return float((tn + tp) / len(targets))


def confusion_matrix(
    targets: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5
) -> NDArray:
    """Count what happened (rows: 0, 1) against what was predicted (columns: 0, 1).

    Parameters
    ----------
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, and numbers from 0 to 1.
    threshold : float
        Predict 1 from here on.

    Returns
    -------
    ndarray of int
        [[true negatives, false positives], [false negatives, true positives]].

    Raises
    ------
    ValueError
        As in accuracy.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1], [0.2, 0.7, 0.5])
    array([[1, 1],
           [0, 1]])
    """
    targets, probabilities = _checked(targets, probabilities)
    predicted = probabilities >= threshold
    return np.array([
        [np.sum((targets == actual) & (predicted == said)) for said in (0, 1)]
        for actual in (0, 1)
    ])


def precision(
    targets: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5
) -> float:
    """Compute how many of those predicted to survive did survive, as a share.

    Parameters
    ----------
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, and numbers from 0 to 1.
    threshold : float
        Predict 1 from here on.

    Returns
    -------
    float
        From 0 to 1, or NaN if nobody was predicted to survive.

    Raises
    ------
    ValueError
        As in accuracy.
    """
    (_, fp), (_, tp) = confusion_matrix(targets, probabilities, threshold)
    return float(tp / (tp + fp)) if tp + fp else float("nan")


def recall(
    targets: ArrayLike, probabilities: ArrayLike, threshold: float = 0.5
) -> float:
    """Compute how many of those who survived were predicted to survive, as a share.

    Parameters
    ----------
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, and numbers from 0 to 1.
    threshold : float
        Predict 1 from here on.

    Returns
    -------
    float
        From 0 to 1, or NaN if nobody survived.

    Raises
    ------
    ValueError
        As in accuracy.
    """
    (_, _), (fn, tp) = confusion_matrix(targets, probabilities, threshold)
    return float(tp / (tp + fn)) if tp + fn else float("nan")


def roc_curve(
    targets: ArrayLike, probabilities: ArrayLike
) -> tuple[NDArray, NDArray, NDArray]:
    """Compute both error rates at every threshold, from the strictest to the loosest.

    Probabilities that differ by at most 1e-12 share a threshold. Two identical
    passengers may differ by that little, because processors round differently.

    Parameters
    ----------
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, with both outcomes among them, and numbers from 0 to 1.

    Returns
    -------
    false_positive_rate, true_positive_rate : ndarray of float
        (m,) each, from 0 to 1.
    thresholds : ndarray of float
        (m,) falling; the first is infinite and predicts 1 for nobody.

    Raises
    ------
    ValueError
        As in accuracy, or only one of the two outcomes is there.

    References
    ----------
    Fawcett 2006, algorithm 1.
    """
    targets, probabilities = _checked(targets, probabilities)
    if targets.min() == targets.max():
        raise ValueError("a ROC curve needs rows of both outcomes")
    order = np.argsort(-probabilities)
    thresholds, hits = probabilities[order], targets[order]
    last = np.append(np.diff(thresholds) < -TIE, True)      # the last of each tie
    true_positives, false_positives = np.cumsum(hits)[last], np.cumsum(1 - hits)[last]
    return (
        np.append(0, false_positives / false_positives[-1]),
        np.append(0, true_positives / true_positives[-1]),
        np.append(np.inf, thresholds[last]),
    )


def area_under_curve(x: ArrayLike, y: ArrayLike) -> float:
    """Compute the area below a curve of straight pieces through the points (x, y).

    Parameters
    ----------
    x : array_like
        (m,), at least two points; from each to the next, x rises or stays.
    y : array_like
        (m,), one for each x.

    Returns
    -------
    float
        The area; under a ROC curve 0.5 is a coin toss and 1 is perfect.

    Raises
    ------
    ValueError
        The points are not such a curve.

    Examples
    --------
    >>> area_under_curve([0, 0.5, 1], [0, 1, 1])
    0.75
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if x.shape != y.shape or x.ndim != 1 or x.size < 2:
        raise ValueError(f"no curve: {x.shape} x and {y.shape} y; "
                         "expected one each for at least two points")
    if not np.isfinite([x, y]).all() or np.any(np.diff(x) < 0):
        raise ValueError("no curve: x falls, or x or y is not a finite number")
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1])) / 2)


def calibration(
    targets: ArrayLike, probabilities: ArrayLike, bins: int = 10
) -> tuple[NDArray, NDArray, NDArray]:
    """Compare probabilities with what happened, in bins of equal width.

    Parameters
    ----------
    targets, probabilities : array_like
        (n,) each: 0.0 or 1.0, and numbers from 0 to 1.
    bins : int
        How many; bins without rows are left out.

    Returns
    -------
    mean_probability, share_of_ones : ndarray of float
        (m,) each, one entry for each bin that holds rows.
    count : ndarray of int
        (m,), the rows in each.

    Raises
    ------
    ValueError
        As in accuracy, or there is no bin.
    """
    targets, probabilities = _checked(targets, probabilities)
    if bins < 1:
        raise ValueError(f"{bins} bins; expected at least 1")
    bin_of = np.digitize(probabilities, np.arange(1, bins) / bins)
    _, bin_of, count = np.unique(bin_of, return_inverse=True, return_counts=True)
    mean = np.bincount(bin_of, weights=probabilities) / count
    return mean, np.bincount(bin_of, weights=targets) / count, count


def majority_baseline(train_targets: ArrayLike, n_rows: int) -> NDArray:
    """Predict for every row what happened to most rows of the training part.

    Parameters
    ----------
    train_targets : array_like
        (n,) of 0.0 and 1.0.
    n_rows : int
        How many rows to predict.

    Returns
    -------
    ndarray of float
        (n_rows,), all 1.0 or all 0.0; on a tie 0.0.

    Raises
    ------
    ValueError
        There is no target, or one is neither 0 nor 1.
    """
    train_targets, _ = _checked(train_targets, train_targets)
    return np.full(n_rows, float(train_targets.mean() > 0.5))


def women_survive(sex: ArrayLike) -> NDArray:
    """Predict that the women survived and the men died.

    Parameters
    ----------
    sex : array_like
        (n,) of "female" and "male".

    Returns
    -------
    ndarray of float
        (n,), 1.0 for every woman and 0.0 for every man.

    Raises
    ------
    ValueError
        A sex is neither female nor male.
    """
    sex = np.asarray(sex)
    if not np.isin(sex, ("female", "male")).all():
        raise ValueError("a sex is neither female nor male")
    return (sex == "female").astype(float)


def wilson_interval(
    correct: int, n: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Find the true accuracies that fit "correct out of n" (Wilson score interval).

    Parameters
    ----------
    correct, n : int
        From 0 to n, and at least 1.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low : float
        The lower end, at least 0.
    high : float
        The upper end, at most 1.

    Raises
    ------
    ValueError
        A number is out of its range.

    References
    ----------
    Wilson 1927; Brown, Cai and DasGupta 2001, section 3.1.1, equation 4.

    Examples
    --------
    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    correct, n = operator.index(correct), operator.index(n)
    if not (0 <= correct <= n and n > 0 and 0 < confidence < 1):
        raise ValueError(f"no interval for {correct} of {n} at {confidence}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, k = correct / n, z * z / n
    centre = share + k / 2
    spread = z * np.sqrt(share * (1 - share) / n + k / n / 4)
    low, high = (centre - spread) / (1 + k), (centre + spread) / (1 + k)
    return max(0.0, float(low)), min(1.0, float(high))      # against rounding


def _checked(targets: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray, NDArray]:
    targets, probabilities = _paired(targets, probabilities)
    if not np.isin(targets, (0, 1)).all():
        raise ValueError("a target is neither 0 nor 1")
    if not np.all((probabilities >= 0) & (probabilities <= 1)):
        raise ValueError("a probability is not a number from 0 to 1")
    return targets, probabilities

"""How good the predictions are, beside what a rule of thumb gets (chapter 8)."""

import operator
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from titanic_helpers.loss import _paired


def accuracy(targets: NDArray, probabilities: NDArray, threshold: float = 0.5) -> float:
    """Share of rows where "probability >= threshold" says what happened.

    Parameters
    ----------
    targets : (n,) of 0.0 and 1.0
    probabilities : (n,) from 0 to 1
    threshold : predict 1 from here on

    Raises
    ------
    ValueError
        The shapes differ, are empty, or a probability is not a number from 0 to 1.
    """
    (tn, _), (_, tp) = confusion_matrix(targets, probabilities, threshold)
    return float((tn + tp) / len(targets))


def confusion_matrix(
    targets: NDArray, probabilities: NDArray, threshold: float = 0.5
) -> NDArray:
    """Count what happened (rows: 0, 1) against what was predicted (columns: 0, 1).

    Parameters and errors as in accuracy.

    Returns
    -------
    (2, 2) int : [[true negatives, false positives], [false negatives, true positives]]

    Examples
    --------
    >>> confusion_matrix(np.array([0, 0, 1.0]), np.array([0.2, 0.7, 0.5]))
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
    targets: NDArray, probabilities: NDArray, threshold: float = 0.5
) -> float:
    """Of those predicted to survive, the share that did; NaN if there are none."""
    (_, fp), (_, tp) = confusion_matrix(targets, probabilities, threshold)
    return float(tp / (tp + fp)) if tp + fp else float("nan")


def recall(targets: NDArray, probabilities: NDArray, threshold: float = 0.5) -> float:
    """Of those who survived, the share predicted to; NaN if there are none."""
    (_, _), (fn, tp) = confusion_matrix(targets, probabilities, threshold)
    return float(tp / (tp + fn)) if tp + fn else float("nan")


def roc_curve(
    targets: NDArray, probabilities: NDArray
) -> tuple[NDArray, NDArray, NDArray]:
    """Both error trade-offs at every threshold, from the strictest to the loosest.

    Returns
    -------
    false_positive_rate, true_positive_rate, thresholds : (m,) each; the first
        threshold is infinite and predicts 1 for nobody.

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
    order = np.argsort(-probabilities, kind="stable")
    thresholds, hits = probabilities[order], targets[order]
    last = np.append(np.diff(thresholds) != 0, True)    # equal ones fall together
    true_positives, false_positives = np.cumsum(hits)[last], np.cumsum(1 - hits)[last]
    return (
        np.append(0, false_positives / false_positives[-1]),
        np.append(0, true_positives / true_positives[-1]),
        np.append(np.inf, thresholds[last]),
    )


def area_under_curve(x: NDArray, y: NDArray) -> float:
    """Area below a curve of straight pieces through (x, y), x rising."""
    return float(np.trapezoid(y, x))


def calibration(
    targets: NDArray, probabilities: NDArray, bins: int = 10
) -> tuple[NDArray, NDArray, NDArray]:
    """Compare probabilities with what happened, in bins of equal width.

    Returns
    -------
    mean_probability, share_of_ones, count : (m,) each, for the m bins that hold rows.
    """
    targets, probabilities = _checked(targets, probabilities)
    if bins < 1:
        raise ValueError(f"{bins} bins; expected at least 1")
    bin_of = np.digitize(probabilities, np.arange(1, bins) / bins)
    _, bin_of, count = np.unique(bin_of, return_inverse=True, return_counts=True)
    mean = np.bincount(bin_of, weights=probabilities) / count
    return mean, np.bincount(bin_of, weights=targets) / count, count


def majority_baseline(train_targets: NDArray, n_rows: int) -> NDArray:
    """Say for every row what happened to most rows of the training part: (n_rows,).

    On a tie it says 0.0.
    """
    train_targets, _ = _checked(train_targets, train_targets)
    return np.full(n_rows, float(train_targets.mean() > 0.5))


def women_survive(sex: ArrayLike) -> NDArray:
    """Say 1.0 for every "female" and 0.0 for every "male": (n,)."""
    sex = np.asarray(sex)
    if not np.isin(sex, ("female", "male")).all():
        raise ValueError("a sex is neither female nor male")
    return (sex == "female").astype(float)


def wilson_interval(
    correct: int, n: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Range of true accuracies that fit "correct out of n" (Wilson score interval).

    Parameters
    ----------
    correct, n : whole numbers, 0 <= correct <= n and n > 0
    confidence : between 0 and 1

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

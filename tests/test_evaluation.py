"""Scores, baselines and the interval, against scikit-learn and SciPy."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn import calibration as sk_calibration
from sklearn import dummy, metrics

from titanic_helpers import (
    accuracy,
    area_under_curve,
    calibration,
    confusion_matrix,
    load_passengers,
    majority_baseline,
    precision,
    recall,
    roc_curve,
    targets_of,
    wilson_interval,
    women_survive,
)

rng = np.random.default_rng(7)
y = rng.integers(0, 2, 400).astype(float)
p = np.round(np.clip(0.3 * y + rng.uniform(0, 0.8, 400), 0, 1), 2)     # with many ties


@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.5, 0.8, 1.0])
def test_scores_agree_with_scikit_learn(threshold):
    said = p >= threshold
    assert (confusion_matrix(y, p, threshold) == metrics.confusion_matrix(y, said)).all()
    assert accuracy(y, p, threshold) == metrics.accuracy_score(y, said)
    assert recall(y, p, threshold) == metrics.recall_score(y, said)
    if said.any():
        assert precision(y, p, threshold) == metrics.precision_score(y, said)


def test_exactly_the_threshold_counts_as_survived():
    assert accuracy(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == 0.5
    assert accuracy(np.array([1.0]), np.array([0.5])) == 1.0


def test_precision_and_recall_of_nobody_are_nan():
    assert np.isnan(precision(np.array([1.0]), np.array([0.2])))
    assert np.isnan(recall(np.array([0.0]), np.array([0.2])))


def test_roc_agrees_with_scikit_learn():
    ours = roc_curve(y, p)
    theirs = metrics.roc_curve(y, p, drop_intermediate=False)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-15)
    assert area_under_curve(*ours[:2]) == pytest.approx(metrics.roc_auc_score(y, p))


def test_a_tie_that_rounding_has_split_is_still_a_tie():
    """Two passengers alike in all but fate, and probabilities that differ by a bit."""
    targets = [1, 0, 1, 0]
    for nudge in (0.0, 1.1e-16, -1.1e-16, 9e-13, -9e-13):
        split = np.array([0.9, 0.3 + nudge, 0.3, 0.1])
        fpr, tpr, thresholds = roc_curve(targets, split)
        assert fpr.tolist() == [0, 0, 0.5, 1] and tpr.tolist() == [0, 0.5, 1, 1]
        assert area_under_curve(fpr, tpr) == 0.875
        share = [np.mean(split >= t) for t in thresholds]
        assert share == [0, 0.25, 0.75, 1], "a threshold predicts for the whole tie"
    assert len(roc_curve(targets, [0.9, 0.3 + 1e-11, 0.3, 0.1])[0]) == 5


def test_area_by_hand_and_of_a_wave():
    assert area_under_curve([0, 1], [0, 1]) == 0.5
    assert area_under_curve([0, 0, 1], [0, 1, 1]) == 1.0
    x = np.linspace(0, np.pi, 1001)
    assert area_under_curve(x, np.sin(x)) == pytest.approx(2, abs=1e-5)
    by_label = pd.Series([0.0, 1.0], index=[1, 0]), pd.Series([0.0, 1.0])
    assert repr(area_under_curve(*by_label)) == "0.5"


@pytest.mark.parametrize(("x", "y"), [
    ([1, 0], [0, 1]), ([0, 1], [0, 1, 1]), ([0], [0]), ([], []), ([[0, 1]], [[0, 1]]),
    (0, 0), ([0, np.nan], [0, 1]), ([0, 1], [0, np.nan]), ([0, np.inf], [0, 1]),
])
def test_no_curve(x, y):
    with pytest.raises(ValueError, match="no curve: "):
        area_under_curve(x, y)


def test_calibration_agrees_with_scikit_learn():
    for bins in (4, 10):
        mean, share, count = calibration(y, p, bins)
        # scikit-learn closes its bins on the right, ours on the left
        nudged = np.clip(p + 1e-9, 0, 1)
        reference = sk_calibration.calibration_curve(y, nudged, n_bins=bins)
        assert share == pytest.approx(reference[0])
        assert mean == pytest.approx(reference[1], abs=1e-8)
        assert count.sum() == 400
    assert calibration(np.array([1.0]), np.array([1.0]))[2].tolist() == [1]
    for a, b in zip(calibration(y, p), calibration(y, p, 10), strict=True):
        np.testing.assert_array_equal(a, b)
    assert [part.tolist() for part in calibration([1, 0], [0.75, 0.25], 1)] == [
        [0.5], [0.5], [2]]
    on_edges = np.array([0.28, 0.29, 0.3])
    assert calibration(np.zeros(3), on_edges, 100)[2].tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="0 bins"):
        calibration(y, p, 0)


def test_baselines_on_the_passengers():
    people = load_passengers()
    truth = targets_of(people)
    reference = dummy.DummyClassifier().fit(truth[:, None], truth).predict(truth[:, None])
    assert (majority_baseline(truth, 1309) == reference).all()
    assert accuracy(truth, majority_baseline(truth, 1309)) == 809 / 1309
    assert accuracy(truth, women_survive(people["Sex"])) == (339 + 682) / 1309
    assert majority_baseline([1, 1, 0], 2).tolist() == [1.0, 1.0]
    assert majority_baseline([1, 0], 2).tolist() == [0.0, 0.0]
    for bad in ([], [2.0], [np.nan]):
        with pytest.raises(ValueError, match=r"expected one each|neither 0 nor 1"):
            majority_baseline(bad, 2)
    with pytest.raises(ValueError, match="neither female nor male"):
        women_survive(["Female"])


def test_numbers_are_shown_as_numbers():
    """As a notebook shows them: 0.75, not np.float64(0.75) or True."""
    targets, chances = [1, 0, 1, 0], [0.9, 0.2, 0.6, 0.6]
    assert repr(accuracy(targets, chances)) == "0.75"
    assert repr(recall(targets, chances)) == "1.0"
    assert repr(precision([1, 0], [0.9, 0.9])) == "0.5"
    assert repr(majority_baseline(targets, 2)) == "array([0., 0.])"
    assert repr(women_survive(["male", "female"])) == "array([0., 1.])"
    assert "np." not in repr(wilson_interval(8, 10))


SCORES = [accuracy, confusion_matrix, precision, recall, roc_curve, calibration]


@pytest.mark.parametrize("score", SCORES)
def test_scores_pair_by_position_whatever_comes_in(score):
    targets, chances = [1, 0, 1, 0], [0.9, 0.2, 0.4, 0.6]
    expected = score(np.array(targets), np.array(chances))
    for mine in [(targets, chances),
                 (pd.Series(targets, index=[3, 2, 1, 0]), pd.Series(chances))]:
        np.testing.assert_equal(score(*mine), expected)
    assert accuracy(targets, chances) == 0.5


@pytest.mark.parametrize("kind", [list, np.asarray, pd.Series])
def test_baselines_take_lists_arrays_and_series(kind):
    assert women_survive(kind(["female", "male"])).tolist() == [1.0, 0.0]
    assert majority_baseline(kind([1, 1, 0]), 1).tolist() == [1.0]


@pytest.mark.parametrize(("correct", "n"), [(0, 9), (9, 9), (206, 262), (1, 2)])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.99])
def test_interval_agrees_with_scipy(correct, n, confidence):
    reference = binomtest(correct, n).proportion_ci(confidence, method="wilson")
    assert wilson_interval(correct, n, confidence) == pytest.approx(
        (reference.low, reference.high), abs=1e-12)


def test_interval_stays_within_0_and_1():
    for n in range(1, 200):
        low, high = wilson_interval(0, n)[0], wilson_interval(n, n)[1]
        assert 0 <= low < 1e-15 and 1 - 1e-15 < high <= 1
    with pytest.raises(TypeError):
        wilson_interval(0.8, 10)


@pytest.mark.parametrize("bad", [(-1, 9), (10, 9), (0, 0), (1, 2, 1.0), (1, 2, 0)])
def test_no_interval(bad):
    with pytest.raises(ValueError, match="no interval for"):
        wilson_interval(*bad)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(("targets", "probabilities", "message"), [
    ([1.0], [0.5, 0.5], "1.* targets, .*2.* predictions"),
    ([], [], "0.* targets"),
    ([2.0], [0.5], "a target is neither 0 nor 1"),
    ([1.0, 2.0], [0.5, 0.5], "a target is neither 0 nor 1"),
    ([1.0], [-0.1], "a probability is not a number from 0 to 1"),
    ([1.0], [1.5], "a probability is not a number from 0 to 1"),
    ([1.0], [np.nan], "a probability is not a number from 0 to 1"),
])
def test_refused(score, targets, probabilities, message):
    with pytest.raises(ValueError, match=message):
        score(np.array(targets), np.array(probabilities))


def test_roc_needs_both_outcomes():
    with pytest.raises(ValueError, match="both outcomes"):
        roc_curve(np.ones(3), np.array([0.1, 0.2, 0.3]))

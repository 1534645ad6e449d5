"""The article's own program, replayed: article_run/ holds what it computed."""

import json
from importlib.resources import files

import numpy as np
import pytest

from titanic_helpers import (
    column_means,
    confusion_matrix,
    count_missing,
    feature_matrix,
    fill_missing,
    load_passengers,
    max_abs,
    predict,
    scale,
    split_rows,
    targets_of,
    train,
)

RUN = files("titanic_helpers") / "article_run"
EXACT = 1e-12


def stored(name):
    return json.loads((RUN / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def replay():
    """The article's order of things: prepare all rows, then split, without a shuffle."""
    people = load_passengers(RUN / "synthetic.csv")
    means = column_means(people)
    X = feature_matrix(fill_missing(people, means))
    largest = max_abs(X)
    split = split_rows(len(people), seed=None)
    X, y = scale(X, largest), targets_of(people)
    return people, means, largest, [(X[rows], y[rows]) for rows in split]


def trained(replay, epochs):
    learn, val, _ = replay[3]
    start = np.array(stored("initial_weights"))
    return train(*learn, start, 0.1, epochs, val)


def test_preparation(replay):
    people, means, largest, parts = replay
    summary = stored("summary")
    missing = count_missing(people)
    assert {"age": missing["Age"], "fare": missing["Fare"]} == summary["missing"]
    assert means["Age"] == pytest.approx(summary["mean_age"], abs=EXACT)
    assert means["Fare"] == pytest.approx(summary["mean_fare"], abs=EXACT)
    assert largest == pytest.approx(summary["column_max_abs"], abs=EXACT)
    assert [len(y) for _, y in parts] == [534, 178, 179]
    assert [y.mean() for _, y in parts] == pytest.approx(
        list(summary["survival_rate"].values()), abs=EXACT)


def test_all_hundred_losses(replay):
    """The article's training loss is one step older than the validation loss beside it."""
    _, history = trained(replay, 100)
    losses = stored("losses")
    assert len(losses["train"]) == len(losses["val"]) == 100
    np.testing.assert_allclose(history["train_mae"][:-1], losses["train"], 0, EXACT)
    np.testing.assert_allclose(history["val_mae"][1:], losses["val"], 0, EXACT)


@pytest.mark.parametrize(("epochs", "name"), [
    (100, "final_weights"), (1000, "final_weights_1000"), (10_000, "final_weights_10000")])
def test_final_weights_and_counts(replay, epochs, name):
    weights, history = trained(replay, epochs)
    np.testing.assert_allclose(weights, stored(name), rtol=0, atol=EXACT)
    summary = stored("summary")
    run = summary if epochs == 100 else next(
        r for r in summary["longer_runs"] if r["epochs"] == epochs)
    correct = [
        np.trace(confusion_matrix(y, predict(X, weights))) for X, y in replay[3]]
    assert correct == list(run["correct"].values())
    if epochs > 100:
        assert history["train_log_loss"][-1] == pytest.approx(
            run["cross_entropy_at_final_weights"][0], abs=EXACT)


def test_predictions(replay):
    weights, _ = trained(replay, 100)
    X, y = replay[3][2]
    expected = stored("test_predictions")
    np.testing.assert_allclose(
        predict(X, weights), expected["predictions"], rtol=0, atol=EXACT)
    assert y.tolist() == expected["targets"]

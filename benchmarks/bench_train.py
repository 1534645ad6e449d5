"""How much the readable functions cost: python run.py bench

One epoch of `train` with both losses, beside the same NumPy lines written bare, and
beside scikit-learn's whole fit; and the memory of training on a million rows. Read the
ratios between rows of one run, never the seconds: machines differ.
"""

import tracemalloc

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from titanic_helpers import train

EPOCHS = {534: 1000, 1_000_000: 5}


@pytest.fixture(scope="module", params=EPOCHS, ids=lambda n: f"{n:,} rows")
def data(request):
    n, rng = request.param, np.random.default_rng(0)
    X = np.column_stack([
        rng.random((n, 2)), np.eye(2)[rng.integers(2, size=n)],
        np.eye(3)[rng.integers(3, size=n)]])
    return X, (rng.random(n) < 0.4).astype(float), np.full(7, 0.25), EPOCHS[n]


def bare(X, y, w, learning_rate, epochs):
    """What train computes, without a function call, a check or a name."""
    mae, log_loss = np.empty(epochs + 1), np.empty(epochs + 1)
    for epoch in range(epochs + 1):
        z = X @ w
        e = np.exp(-np.abs(z))
        p = np.where(z >= 0, 1.0, e) / (1.0 + e)
        mae[epoch] = np.abs(p - y).mean()
        s = (1 - 2 * y) * z
        log_loss[epoch] = (np.maximum(s, 0) + np.log1p(np.exp(-np.abs(s)))).mean()
        if epoch < epochs:
            w = w - learning_rate * (X.T @ (p - y) / len(y))
    return w, {"train_mae": mae, "train_log_loss": log_loss}


def test_the_bare_lines_compute_the_same(data):
    X, y, w, _ = data
    for ours, theirs in zip(train(X, y, w, 1.0, 3), bare(X, y, w, 1.0, 3), strict=True):
        np.testing.assert_equal(ours, theirs)


@pytest.mark.parametrize("way", [train, bare], ids=["train", "bare NumPy"])
def test_epochs(benchmark, data, way):
    X, y, w, epochs = data
    benchmark.group = f"{epochs} epochs, {len(y):,} rows"
    benchmark.pedantic(way, (X, y, w, 1.0, epochs), rounds=15, warmup_rounds=2)


def test_scikit_learn(benchmark, data):
    X, y, _, epochs = data
    benchmark.group = f"{epochs} epochs, {len(y):,} rows"
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-8)
    benchmark.pedantic(model.fit, (X, y), rounds=5, warmup_rounds=1)


def test_ratio_and_memory(data):
    """Alternating pairs, so that a busy moment of the machine hits both alike."""
    from time import perf_counter
    X, y, w, epochs = data
    ratios = []
    for _ in range(15):
        times = []
        for way in (train, bare):
            start = perf_counter()
            way(X, y, w, 1.0, epochs)
            times.append(perf_counter() - start)
        ratios.append(times[0] / times[1])
    tracemalloc.start()
    train(X, y, w, 1.0, 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"\n{len(y):,} rows: train takes {np.median(ratios):.2f} times the bare lines "
          f"(pairs from {min(ratios):.2f} to {max(ratios):.2f}); beyond the data it needs "
          f"{peak / y.nbytes:.1f} vectors of {len(y):,} numbers")

"""Keep rows aside, and learn the preparation from the others alone (chapter 7)."""

import operator
from collections.abc import Iterator
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from titanic_helpers.encoding import feature_matrix, max_abs, scale
from titanic_helpers.missing_values import column_means, fill_missing

Split = tuple[NDArray, NDArray, NDArray]


def split_rows(
    n_rows: int,
    train_ratio: float = 0.6,
    val_ratio: float = 0.2,
    *,
    seed: int | np.random.Generator | None,
) -> Split:
    """Divide row numbers into train, validation and test.

    Parameters
    ----------
    n_rows : number of rows to divide.
    train_ratio, val_ratio : shares of the first two parts, rounded down to whole rows;
        what is left is the test part.
    seed : seed or generator for shuffling; None keeps the order of the file.

    Returns
    -------
    train, val, test : arrays of row numbers; each row is in exactly one.

    Raises
    ------
    ValueError
        The shares leave a part without a row.

    Examples
    --------
    >>> train, val, test = split_rows(10, seed=None)
    >>> train, val, test
    (array([0, 1, 2, 3, 4, 5]), array([6, 7]), array([8, 9]))
    """
    n_rows = operator.index(n_rows)
    n_train, n_val = (int(n_rows * r + 1e-9) for r in (train_ratio, val_ratio))
    if min(n_train, n_val, n_rows - n_train - n_val) < 1:
        raise ValueError(
            f"cannot split {n_rows} rows by {train_ratio} and {val_ratio}: train, "
            "validation and test need at least one row each"
        )
    rows = np.arange(n_rows)
    if seed is not None:
        rows = np.random.default_rng(seed).permutation(n_rows)
    return rows[:n_train], rows[n_train:n_train + n_val], rows[n_train + n_val:]


def repeated_splits(n_rows: int, times: int, seed: int) -> Iterator[Split]:
    """Shuffle and split again and again, each time differently: 60, 20 and 20 %."""
    rng = np.random.default_rng(seed)
    for _ in range(times):
        yield split_rows(n_rows, seed=rng)


class Preparation:
    """From passengers to scaled features, learned once and applied to any rows.

    Attributes
    ----------
    means_ : the mean age and fare that stand in for unknown ones.
    largest_ : (7,) what each feature is divided by.

    Examples
    --------
    >>> from titanic_helpers import load_passengers
    >>> passengers = load_passengers()
    >>> preparation = Preparation().fit(passengers[:800])
    >>> preparation.transform(passengers[800:]).shape
    (509, 7)
    """

    def fit(self, passengers: pd.DataFrame) -> Self:
        """Learn means and scale from these rows, and remember them."""
        self.means_ = column_means(passengers)
        self.largest_ = max_abs(feature_matrix(fill_missing(passengers, self.means_)))
        return self

    def transform(self, passengers: pd.DataFrame) -> NDArray:
        """Write these rows as features (n, 7), with what fit has learned."""
        filled = fill_missing(passengers, self.means_)
        return scale(feature_matrix(filled), self.largest_)

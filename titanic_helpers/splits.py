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
    n_rows : int
        Number of rows to divide.
    train_ratio, val_ratio : float
        Shares of the first two parts, rounded down to whole rows; what is left is the
        test part.
    seed : int, Generator or None
        For shuffling; None keeps the order of the file.

    Returns
    -------
    tuple of ndarray
        The row numbers of train, validation and test; each row is in exactly one.

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
    """Shuffle and split again and again, into 60%, 20% and 20% of the rows.

    Parameters
    ----------
    n_rows : int
        Number of rows to divide.
    times : int
        Number of splits.
    seed : int
        Of the first shuffle; each later one goes on from there.

    Yields
    ------
    tuple of ndarray
        As from split_rows, different each time.
    """
    rng = np.random.default_rng(seed)
    for _ in range(times):
        yield split_rows(n_rows, seed=rng)


class Preparation:
    """From passengers to scaled features, learned once and applied to any rows.

    Attributes
    ----------
    means_ : dict of str to float
        The mean age and fare, which replace unknown ones.
    largest_ : ndarray of float
        (7,), what each feature is divided by.

    Examples
    --------
    >>> from titanic_helpers import load_passengers
    >>> passengers = load_passengers()
    >>> preparation = Preparation().fit(passengers[:800])
    >>> preparation.transform(passengers[800:]).shape
    (509, 7)
    """

    def fit(self, passengers: pd.DataFrame) -> Self:
        """Learn means and scale from these rows, and remember them.

        Parameters
        ----------
        passengers : DataFrame
            The rows to learn from, with Age, Fare, Sex and Pclass.

        Returns
        -------
        Preparation
            The same object, so that transform can follow on one line.

        Raises
        ------
        ValueError
            No age or no fare is known, or a value cannot be a feature. Then the
            object remembers what it knew before.
        """
        means = column_means(passengers)
        largest = max_abs(feature_matrix(fill_missing(passengers, means)))
        self.means_, self.largest_ = means, largest
        return self

    def transform(self, passengers: pd.DataFrame) -> NDArray:
        """Write rows as scaled features, with what fit has learned.

        Parameters
        ----------
        passengers : DataFrame
            Any rows, with Age, Fare, Sex and Pclass; they stay as they were.

        Returns
        -------
        ndarray of float
            (n, 7), one row for each passenger.

        Raises
        ------
        ValueError
            Nothing has been learned yet, or a value cannot be a feature.
        """
        if not hasattr(self, "means_"):
            raise ValueError("this Preparation has learned nothing yet; call fit first")
        filled = fill_missing(passengers, self.means_)
        return scale(feature_matrix(filled), self.largest_)

"""Turn passengers into numbers on one scale (chapter 3)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

FEATURES = (
    "Age", "LogFare", "Sex_male", "Sex_female", "Pclass_1", "Pclass_2", "Pclass_3",
)


def log_fare(fare: ArrayLike) -> NDArray:
    """Take the logarithm of fares: ln(fare + 1), so that a free ticket is 0.

    Parameters
    ----------
    fare : array_like
        Pounds, 0 or more; one number, or any shape.

    Returns
    -------
    ndarray
        The same shape. A Series gives a Series.

    Raises
    ------
    ValueError
        A fare is below 0.

    Examples
    --------
    >>> log_fare([0.0, np.e - 1])
    array([0., 1.])
    """
    if np.any(np.asarray(fare) < 0):
        raise ValueError(f"a fare is below 0: {np.nanmin(fare)}")
    return np.log1p(fare)


def one_hot(values: ArrayLike, categories: Sequence) -> NDArray:
    """Give each category a column; mark a row's own category with 1.

    Parameters
    ----------
    values : array_like
        (n,), each one of the categories.
    categories : sequence
        (k,), in the order of the columns.

    Returns
    -------
    ndarray of float
        (n, k), with a single 1 in each row and 0 elsewhere.

    Raises
    ------
    ValueError
        A value is none of the categories.

    Examples
    --------
    >>> one_hot(["female", "male"], ["male", "female"])
    array([[0., 1.],
           [1., 0.]])
    """
    values = np.array(pd.Series(values).tolist(), dtype=object)
    columns = np.column_stack([values == c for c in categories]).astype(float)
    for value in values[columns.sum(axis=1) != 1][:1]:
        raise ValueError(f"{value!r} is none of {', '.join(map(str, categories))}")
    return columns


def feature_matrix(passengers: pd.DataFrame) -> NDArray:
    """Write each passenger as seven numbers, in the order of FEATURES, not yet scaled.

    Parameters
    ----------
    passengers : DataFrame
        With Age, Fare, Sex and Pclass, and nothing missing in them.

    Returns
    -------
    ndarray of float
        (n, 7), one row for each passenger.

    Raises
    ------
    ValueError
        A value is missing or infinite, a fare is below 0, or a sex or class is unknown.
    """
    for column in ("Age", "Fare"):
        if n := passengers[column].isna().sum():
            raise ValueError(f"column {column}: {n} values missing; fill them first")
    features = np.column_stack([
        passengers["Age"],
        log_fare(passengers["Fare"]),
        one_hot(passengers["Sex"], ("male", "female")),
        one_hot(passengers["Pclass"], (1, 2, 3)),
    ]).astype(float)
    if not np.isfinite(features).all():
        raise ValueError("an age or a fare is not a finite number")
    return features


def targets_of(passengers: pd.DataFrame) -> NDArray:
    """Write down what the neuron is to predict: 1.0 for survived, 0.0 for died.

    Parameters
    ----------
    passengers : DataFrame
        With the column Survived.

    Returns
    -------
    ndarray of float
        (n,), one target for each passenger.

    Raises
    ------
    ValueError
        A label is neither 0 nor 1.
    """
    targets = passengers["Survived"].to_numpy(dtype=float)
    if not np.isin(targets, (0, 1)).all():
        raise ValueError("column Survived: a label is neither 0 nor 1")
    return targets


def max_abs(features: ArrayLike) -> NDArray:
    """Find the largest absolute value of each column.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.

    Returns
    -------
    ndarray
        (k,). A column of zeros gets 1, so that dividing by it changes nothing.
    """
    largest = np.abs(features).max(axis=0)
    return np.where(largest == 0, 1.0, largest)


def scale(features: ArrayLike, largest: ArrayLike) -> NDArray:
    """Divide each column by its number in `largest`, so that it reaches 1 or -1.

    Parameters
    ----------
    features : array_like
        (n, k), one row for each passenger.
    largest : array_like
        (k,), as max_abs finds it, perhaps on other rows.

    Returns
    -------
    ndarray
        (n, k), scaled.
    """
    return np.asarray(features) / np.asarray(largest)

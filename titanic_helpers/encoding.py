"""Turn passengers into numbers of one size (chapter 3)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

FEATURES = (
    "Age", "LogFare", "Sex_male", "Sex_female", "Pclass_1", "Pclass_2", "Pclass_3",
)


def log_fare(fare: ArrayLike) -> NDArray:
    """Compress fares: ln(fare + 1), so that a free ticket is 0.

    Parameters
    ----------
    fare : number or array of any shape, in pounds, 0 or more.

    Raises
    ------
    ValueError
        A fare is below 0, where the logarithm leads nowhere.

    Examples
    --------
    >>> log_fare([0.0, np.e - 1])
    array([0., 1.])
    """
    if np.any(np.asarray(fare) < 0):
        raise ValueError(f"a fare is below 0: {np.nanmin(fare)}")
    return np.log1p(fare)


def one_hot(values: Sequence, categories: Sequence) -> NDArray:
    """Give each category a column; mark a row's own category with 1.

    Parameters
    ----------
    values : (n,), each one of the categories.
    categories : (k,), in the order of the columns.

    Returns
    -------
    (n, k) float64 : a single 1 in each row, 0 elsewhere.

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
    passengers : DataFrame with Age, Fare, Sex and Pclass, nothing missing in them.

    Returns
    -------
    (n, 7) float64

    Raises
    ------
    ValueError
        A value is missing, or is no known sex or class.
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
    """What the neuron is to predict: (n,) float64, 1.0 survived and 0.0 died.

    Raises
    ------
    ValueError
        A label is neither 0 nor 1.
    """
    targets = passengers["Survived"].to_numpy(dtype=float)
    if not np.isin(targets, (0, 1)).all():
        raise ValueError("column Survived: a label is neither 0 nor 1")
    return targets


def max_abs(features: NDArray) -> NDArray:
    """Find the largest absolute value of each column: (n, k) to (k,).

    A column of zeros gets 1, so that dividing by it changes nothing.
    """
    largest = np.abs(features).max(axis=0)
    return np.where(largest == 0, 1.0, largest)


def scale(features: NDArray, largest: NDArray) -> NDArray:
    """Divide each column (n, k) by its number in largest (k,), as max_abs finds it."""
    return features / largest

"""Count what is missing, and fill it with the mean (chapter 2)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd


def count_missing(passengers: pd.DataFrame) -> pd.Series:
    """Count the unknown values in each column.

    Parameters
    ----------
    passengers : DataFrame
        Any columns; NaN and None are unknown.

    Returns
    -------
    Series
        One count for each column.

    Examples
    --------
    >>> from titanic_helpers import load_passengers
    >>> missing = count_missing(load_passengers())
    >>> int(missing["Age"]), int(missing["Fare"])
    (263, 1)
    """
    return passengers.isna().sum()


def column_means(
    passengers: pd.DataFrame, if_all_missing: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Take the mean of the known ages (years) and of the known fares (pounds).

    Parameters
    ----------
    passengers : DataFrame
        With the columns Age and Fare.
    if_all_missing : mapping of str to float, optional
        What to use for a column without a single known value, such as
        ``{"Age": 29.7}``. Without it, such a column is an error.

    Returns
    -------
    dict of str to float
        The two means, under "Age" and "Fare".

    Raises
    ------
    ValueError
        No value of a column is known, and `if_all_missing` does not name one.
    """
    means = {}
    for column in ("Age", "Fare"):
        if passengers[column].notna().any():
            means[column] = float(passengers[column].mean())
        elif column in (if_all_missing or {}):
            means[column] = if_all_missing[column]
        else:
            raise ValueError(
                f"column {column}: no value is known among {len(passengers)} "
                "passengers, so it has no mean (if_all_missing can name a value)"
            )
    return means


def fill_missing(
    passengers: pd.DataFrame, values: Mapping[str, float]
) -> pd.DataFrame:
    """Replace the unknown values of a column by one number.

    Parameters
    ----------
    passengers : DataFrame
        It stays as it was.
    values : mapping of str to float
        For each column its number, such as ``{"Age": 29.9, "Fare": 33.3}``.

    Returns
    -------
    DataFrame
        A copy in which nothing is missing from those columns.

    Raises
    ------
    ValueError
        There is no such column, or the value is not a finite number.

    Examples
    --------
    >>> people = pd.DataFrame({"Age": [20.0, None, 40.0]})
    >>> fill_missing(people, {"Age": 30.0})["Age"].tolist()
    [20.0, 30.0, 40.0]
    """
    for column, value in values.items():
        if column not in passengers or not np.isfinite(value):
            raise ValueError(f"cannot fill column {column!r} with {value!r}")
    return passengers.fillna(dict(values))

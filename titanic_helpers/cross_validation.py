"""Test everyone once, choose a setting, and doubt the result (chapter 11)."""

import operator
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Loss = Callable[..., float]


def folds(n_rows: int, k: int, *, seed: int | np.random.Generator) -> list[NDArray]:
    """Divide the row numbers into k parts, shuffled, of sizes at most one apart.

    Parameters
    ----------
    n_rows : int
        Number of rows to divide.
    k : int
        Number of parts, from 2 to the number of rows.
    seed : int or Generator
        For shuffling.

    Returns
    -------
    list of ndarray
        The row numbers of each part; each row is in exactly one.

    Raises
    ------
    ValueError
        There are fewer than two parts, or more parts than rows.

    Examples
    --------
    >>> [len(part) for part in folds(10, 3, seed=1)]
    [4, 3, 3]
    """
    _enough(k, n_rows, "rows")
    shuffled = np.random.default_rng(seed).permutation(n_rows)
    return [shuffled[i::k] for i in range(k)]


def group_folds(
    groups: ArrayLike, k: int, *, seed: int | np.random.Generator
) -> list[NDArray]:
    """Divide the row numbers into k parts, so that no group is in two of them.

    The groups are shuffled, and the largest are dealt first, each to the smallest part.

    Parameters
    ----------
    groups : array_like
        (n,), for each row the name of its group, such as a ticket.
    k : int
        Number of parts, from 2 to the number of groups.
    seed : int or Generator
        For shuffling.

    Returns
    -------
    list of ndarray
        The row numbers of each part; each row is in exactly one.

    Raises
    ------
    ValueError
        There are fewer than two parts, more parts than groups, or a group is unknown.
    """
    if pd.isna(groups := np.asarray(groups, dtype=object)).any():
        raise ValueError("the group of a row is unknown")
    number, names = pd.factorize(groups)
    _enough(k, len(names), "groups")
    rows_of, rng = _rows_of(number), np.random.default_rng(seed)
    rng.shuffle(rows_of)
    parts: list[list] = [[] for _ in range(k)]
    for rows in sorted(rows_of, key=len, reverse=True):
        min(parts, key=len).extend(rows)
    return [np.array(parts[i]) for i in rng.permutation(k)]


def cross_validate(loss: Loss, parts: Sequence[NDArray], **setting: Any) -> NDArray:
    """Test each part once, with what was learned from all the others.

    Parameters
    ----------
    loss : callable
        ``loss(train, test, **setting)`` takes two arrays of row numbers, learns from the
        first, everything that is learned, and returns how wrong it is on the second.
    parts : sequence of ndarray
        At least two, from folds or group_folds.
    **setting : object
        Handed on to the loss.

    Returns
    -------
    ndarray of float
        (k,), the loss of each part.

    Raises
    ------
    ValueError
        A row is in two parts, there are fewer than two parts, or a loss is not a number.
    """
    everyone = np.concatenate(parts)
    if len(parts) < 2 or len(np.unique(everyone)) < len(everyone):
        raise ValueError(f"{len(parts)} parts; expected two or more without a common row")
    losses = np.array([
        loss(np.concatenate([other for j, other in enumerate(parts) if j != i]), test,
             **setting)
        for i, test in enumerate(parts)], dtype=float)
    if np.isnan(losses).any():
        raise ValueError(f"a loss is not a number{f', with {setting}' if setting else ''}")
    return losses


def grid(**values: Iterable) -> list[dict]:
    """List every combination of these values.

    Parameters
    ----------
    **values : iterable
        For each setting its possible values.

    Returns
    -------
    list of dict
        The last setting changes fastest.

    Raises
    ------
    ValueError
        There is not a single combination.

    Examples
    --------
    >>> grid(degree=[1, 2], l2=[0.1])
    [{'degree': 1, 'l2': 0.1}, {'degree': 2, 'l2': 0.1}]
    """
    choices = list(product(*values.values())) if values else []
    if not choices:
        raise ValueError("no combination: each setting needs at least one value")
    return [dict(zip(values, choice, strict=True)) for choice in choices]


def random_settings(
    times: int, *, seed: int | np.random.Generator, **ranges: tuple | list
) -> list[dict]:
    """Draw settings at random.

    Parameters
    ----------
    times : int
        How many, at least 1.
    seed : int or Generator
        The same seed draws the same settings.
    **ranges : tuple or list
        For each setting either a tuple (low, high) of numbers above 0, between which it
        is drawn evenly in its logarithm, or a list of which one value is taken.

    Returns
    -------
    list of dict
        One for each draw.

    Raises
    ------
    ValueError
        Nothing to draw, or a range that is none.

    References
    ----------
    Bergstra and Bengio 2012.
    """
    if times < 1 or not ranges:
        raise ValueError("no setting to draw")
    rng = np.random.default_rng(seed)
    return [{name: _draw(name, choice, rng) for name, choice in ranges.items()}
            for _ in range(times)]


def _draw(name: str, choice: tuple | list, rng: np.random.Generator) -> Any:
    if isinstance(choice, tuple) and len(choice) == 2:
        low, high = choice
        if 0 < low < high < np.inf:
            return float(np.exp(rng.uniform(np.log(low), np.log(high))))
    if isinstance(choice, list) and choice:
        return choice[rng.integers(len(choice))]
    raise ValueError(f"{name}={choice!r}; expected (low, high) with 0 < low < high, or a "
                     "list of values")


def search(loss: Loss, settings: Sequence[dict], parts: Sequence[NDArray]) -> pd.DataFrame:
    """Cross-validate each setting, all on the same parts.

    Parameters
    ----------
    loss : callable
        As in cross_validate.
    settings : sequence of dict
        From grid or random_settings.
    parts : sequence of ndarray
        From folds or group_folds.

    Returns
    -------
    DataFrame
        One row for each setting, in their order: its values, then "mean" and "std", the
        mean loss over the parts and its standard deviation.

    Raises
    ------
    ValueError
        There is no setting, or as in cross_validate.
    """
    if not settings:
        raise ValueError("no setting to try")
    rows = []
    for setting in settings:
        losses = cross_validate(loss, parts, **setting)
        rows.append(setting | {"mean": losses.mean(), "std": losses.std(ddof=1)})
    return pd.DataFrame(rows, dtype=object).infer_objects()


def best_setting(table: pd.DataFrame) -> dict:
    """Take the setting with the lowest mean loss, the first of equals.

    Losses that differ by less than 1e-9 are equal, because processors round differently.

    Parameters
    ----------
    table : DataFrame
        What search returns.

    Returns
    -------
    dict
        The setting, to be handed on: ``loss(train, test, **best_setting(table))``.
    """
    first = np.flatnonzero(table["mean"] <= table["mean"].min() + 1e-9)[0]
    names = table.columns.drop(["mean", "std"])
    return {name: table[name].tolist()[first] for name in names}


def nested(
    loss: Loss,
    settings: Sequence[dict],
    parts: Sequence[NDArray],
    inner: Callable[[NDArray], Sequence[NDArray]],
) -> pd.DataFrame:
    """Choose the setting anew for each part, without a look at it, then test it there.

    Parameters
    ----------
    loss : callable
        As in cross_validate.
    settings : sequence of dict
        From grid or random_settings.
    parts : sequence of ndarray
        The outer parts, from folds or group_folds.
    inner : callable
        Takes the row numbers outside a part and returns inner parts, which count from 0
        within them: ``lambda rows: folds(len(rows), 5, seed=2)``.

    Returns
    -------
    DataFrame
        One row for each outer part: the chosen setting; "inner", its mean loss when it
        was chosen; "outer", its loss on the part that had no say.

    Raises
    ------
    ValueError
        As in search.

    References
    ----------
    Varma and Simon 2006.
    """
    chosen = []

    def choose_and_test(train: NDArray, test: NDArray) -> float:
        table = search(loss, settings, [train[part] for part in inner(train)])
        best = best_setting(table)
        outer = loss(train, test, **best)
        chosen.append(best | {"inner": table["mean"].min(), "outer": outer})
        return outer
    cross_validate(choose_and_test, parts)
    return pd.DataFrame(chosen)


def bootstrap(
    estimate: Callable[[NDArray], ArrayLike],
    n_rows: int,
    times: int,
    *,
    seed: int | np.random.Generator,
    groups: ArrayLike | None = None,
) -> NDArray:
    """Estimate again and again, each time from as many rows drawn with replacement.

    Parameters
    ----------
    estimate : callable
        Takes row numbers, some of them more than once, and returns a number or an array.
    n_rows : int
        Number of rows to draw from, at least 1.
    times : int
        Number of draws, at least 1.
    seed : int or Generator
        For drawing.
    groups : array_like, optional
        (n_rows,), for each row the name of its group. Then whole groups are drawn, as
        many as there are.

    Returns
    -------
    ndarray
        (times, ...), one estimate for each draw.

    Raises
    ------
    ValueError
        Nothing to draw, or there is not one group name for each row.

    References
    ----------
    Efron and Tibshirani 1993, chapter 6.
    """
    if n_rows < 1 or times < 1:
        raise ValueError(f"{n_rows} rows, {times} times; expected at least 1 of each")
    number, names = pd.factorize(np.asarray(range(n_rows) if groups is None else groups))
    if len(number) != n_rows or (number < 0).any():
        raise ValueError(f"{len(number)} groups for {n_rows} rows; expected one for each")
    rows_of = _rows_of(number)
    draws = np.random.default_rng(seed).integers(len(names), size=(times, len(names)))
    return np.array(
        [estimate(np.concatenate([rows_of[i] for i in draw])) for draw in draws])


def corrected_error(differences: ArrayLike, n_train: int, n_test: int) -> float:
    """Estimate the standard error of a mean difference over repeated splits.

    Splits of the same people overlap, so that the usual error, the standard deviation
    divided by the root of the number of splits, is far too small.

    Parameters
    ----------
    differences : array_like
        (times,), one for each split, at least two.
    n_train, n_test : int
        The rows that each split learns from, and those it tests.

    Returns
    -------
    float
        The standard deviation times the root of 1 / times + n_test / n_train.

    Raises
    ------
    ValueError
        There are fewer than two differences, or a part without rows.

    References
    ----------
    Nadeau and Bengio 2003, section 3.
    """
    differences = np.asarray(differences, float)
    if differences.ndim != 1 or len(differences) < 2 or min(n_train, n_test) < 1:
        raise ValueError("expected at least two differences, and rows in both parts")
    ratio = 1 / len(differences) + n_test / n_train
    return float(differences.std(ddof=1) * np.sqrt(ratio))


def _rows_of(number: NDArray) -> list[NDArray]:
    """List the rows of group 0, of group 1, and so on."""
    order, sizes = np.argsort(number, kind="stable"), np.bincount(number)
    return np.split(order, np.cumsum(sizes)[:-1])


def _enough(k: int, n: int, what: str) -> None:
    if not 2 <= operator.index(k) <= n:
        raise ValueError(f"cannot make {k} parts of {n} {what}; expected 2 to {n}")

"""What a sum of seven contributions cannot say: more columns (chapter 9)."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations_with_replacement, groupby

import numpy as np
import pandas as pd

from titanic_helpers.encoding import FEATURES, feature_matrix, max_abs, one_hot, scale
from titanic_helpers.missing_values import column_means, fill_missing

Idea = Callable[[pd.DataFrame], pd.Series | pd.DataFrame]


def sex_class(passengers: pd.DataFrame) -> pd.DataFrame:
    """Multiply the column of the women by the column of each class.

    Parameters
    ----------
    passengers : DataFrame
        With Sex and Pclass.

    Returns
    -------
    DataFrame
        (n, 3), with 1 for a woman of that class and 0 elsewhere.

    Raises
    ------
    ValueError
        A column is not there, or a value in it is unknown.
    """
    women = one_hot(_known(passengers, "Sex"), ("female", "male"))[:, :1]
    classes = one_hot(_known(passengers, "Pclass"), (1, 2, 3))
    names = [f"Sex_female*Pclass_{c}" for c in (1, 2, 3)]
    return pd.DataFrame(women * classes, passengers.index, names)


def boy(passengers: pd.DataFrame) -> pd.Series:
    """Mark those whose name has the title Master, as the list calls its boys.

    Parameters
    ----------
    passengers : DataFrame
        With Name.

    Returns
    -------
    Series
        (n,), named Boy: 1 for a boy, 0 for the others.

    Raises
    ------
    ValueError
        A column is not there, or a value in it is unknown.
    """
    names = _known(passengers, "Name")
    return names.str.contains(", Master.", regex=False).astype(float).rename("Boy")


def family(passengers: pd.DataFrame) -> pd.Series:
    """Count the relatives on board: SibSp + Parch.

    Parameters
    ----------
    passengers : DataFrame
        With SibSp (siblings and spouses) and Parch (parents and children).

    Returns
    -------
    Series
        (n,), named Family.

    Raises
    ------
    ValueError
        A column is not there, or a value in it is unknown.
    """
    relatives = _known(passengers, "SibSp") + _known(passengers, "Parch")
    return relatives.astype(float).rename("Family")


def large_family(passengers: pd.DataFrame) -> pd.Series:
    """Mark those with four or more relatives on board.

    Parameters
    ----------
    passengers : DataFrame
        With SibSp and Parch.

    Returns
    -------
    Series
        (n,), named LargeFamily: 1 for them, 0 for the others.

    Raises
    ------
    ValueError
        A column is not there, or a value in it is unknown.
    """
    return (family(passengers) >= 4).astype(float).rename("LargeFamily")


def age_unknown(passengers: pd.DataFrame) -> pd.Series:
    """Mark those whose age the list does not know.

    Parameters
    ----------
    passengers : DataFrame
        With Age. A column AgeUnknown, which feature_table adds when it fills the ages, is
        believed instead.

    Returns
    -------
    Series
        (n,), named AgeUnknown: 1 where the age was unknown, 0 elsewhere.
    """
    flag = passengers.get("AgeUnknown", passengers["Age"].isna())
    return flag.astype(float).rename("AgeUnknown")


def others_on_ticket(passengers: pd.DataFrame) -> pd.Series:
    """Count how many others in the same table travelled on the same ticket.

    Parameters
    ----------
    passengers : DataFrame
        With Ticket.

    Returns
    -------
    Series
        (n,), named OthersOnTicket: 0 for those alone on their ticket.

    Raises
    ------
    ValueError
        A column is not there, or a value in it is unknown.
    """
    tickets = _known(passengers, "Ticket")
    return (tickets.map(tickets.value_counts()) - 1.0).rename("OthersOnTicket")


def ticket_fate(passengers: pd.DataFrame, *, learn_from: pd.DataFrame) -> pd.Series:
    """Look up what became of the others on each ticket, as far as some rows tell.

    Parameters
    ----------
    passengers : DataFrame
        With Ticket.
    learn_from : DataFrame
        The rows whose fate may be known, with Ticket and Survived. A passenger who is
        one of them (the same row label) is not counted among the others.

    Returns
    -------
    Series
        (n,), named TicketFate: those who survived minus those who died, divided by
        both, so that 1 means "all survived"; 0 where nobody else is known.

    Raises
    ------
    ValueError
        A column is not there, a value in it is unknown, or a row label is there twice.
    """
    tickets = _known(passengers, "Ticket")
    if not (passengers.index.is_unique and learn_from.index.is_unique):
        raise ValueError("a row label is there twice, so who is who is unknown")
    fate = 2.0 * _known(learn_from, "Survived") - 1
    on_ticket = fate.groupby(_known(learn_from, "Ticket"))
    own = fate.reindex(passengers.index)
    balance = tickets.map(on_ticket.sum()).fillna(0) - own.fillna(0)
    count = tickets.map(on_ticket.size()).fillna(0) - own.notna()
    return (balance / count.clip(lower=1)).rename("TicketFate")


def products(table: pd.DataFrame, degree: int) -> pd.DataFrame:
    """Multiply columns with each other and themselves, up to `degree` factors.

    Parameters
    ----------
    table : DataFrame
        (n, k), numbers in named columns.
    degree : int
        The largest number of factors, 0 or more.

    Returns
    -------
    DataFrame
        A column "1" of ones, then the columns themselves, then products of two, such as
        "Age^2" and "Age*Boy", then of three, and so on.

    Raises
    ------
    ValueError
        The degree is below 0.
    """
    if degree < 0:
        raise ValueError(f"degree {degree}; expected at least 0")
    values = table.to_numpy(dtype=float)
    choices = [choice for d in range(degree + 1)
               for choice in combinations_with_replacement(range(values.shape[1]), d)]
    columns = {(): np.ones(len(values))}
    for choice in choices[1:]:
        columns[choice] = columns[choice[:-1]] * values[:, choice[-1]]
    names = [_product_name([table.columns[i] for i in choice]) for choice in choices]
    return pd.DataFrame(np.column_stack(list(columns.values())), table.index, names)


def _product_name(factors: Sequence[str]) -> str:
    if len(factors) > 1:
        factors = [f"({name})" if "*" in name else name for name in factors]
    powers = [(name, len(list(same))) for name, same in groupby(factors)]
    return "*".join(f"{name}^{n}" if n > 1 else name for name, n in powers) or "1"


def fill_age(
    passengers: pd.DataFrame,
    *,
    learn_from: pd.DataFrame,
    by: Iterable[str] = (),
    statistic: str = "mean",
) -> pd.DataFrame:
    """Replace unknown ages by a mean or median, of everybody or of the same group.

    Parameters
    ----------
    passengers : DataFrame
        With Age and the columns of `by`; it stays as it was.
    learn_from : DataFrame
        The rows whose ages may be used.
    by : iterable of str
        Columns that make the groups, such as ``["Pclass", "Sex"]``. A group in which no
        age is known gets the value of everybody.
    statistic : str
        Either "mean" or "median".

    Returns
    -------
    DataFrame
        A copy in which no age is missing.

    Raises
    ------
    ValueError
        No age is known, or the statistic is neither of the two.
    """
    if statistic not in ("mean", "median"):
        raise ValueError(f"statistic {statistic!r}; expected 'mean' or 'median'")
    if learn_from["Age"].isna().all():
        raise ValueError("column Age: no value is known among the rows to learn from")
    ages = passengers["Age"]
    if by := list(by):
        guesses = learn_from.groupby(by)["Age"].agg(statistic).rename("guess")
        ages = ages.fillna(passengers[by].join(guesses, on=by)["guess"])
    return passengers.assign(Age=ages.fillna(learn_from["Age"].agg(statistic)))


def feature_table(
    passengers: pd.DataFrame, ideas: Iterable[Idea] = (), *, learn_from: pd.DataFrame
) -> pd.DataFrame:
    """Write passengers as scaled features in named columns: the seven, and some ideas.

    Parameters
    ----------
    passengers : DataFrame
        Any rows, with Age, Fare, Sex, Pclass and what the ideas need.
    ideas : iterable of callable
        Each takes passengers and returns a named Series or a DataFrame, one row for each
        of them, such as sex_class or boy. They see filled ages and fares, and a column
        AgeUnknown.
    learn_from : DataFrame
        The training rows: the means that replace unknown values, and what each column
        is divided by, come from these alone.

    Returns
    -------
    DataFrame
        (n, 7 and more), with the row labels of `passengers`.

    Raises
    ------
    ValueError
        A column that an idea needs is not there, a name is there twice, or a value
        cannot be a feature.
    """
    means, ideas = column_means(learn_from), list(ideas)
    largest = max_abs(_unscaled(learn_from, ideas, means).to_numpy())
    table = _unscaled(passengers, ideas, means)
    return pd.DataFrame(scale(table, largest), table.index, table.columns)


def _unscaled(passengers: pd.DataFrame, ideas: list[Idea], means: dict) -> pd.DataFrame:
    people = fill_missing(passengers, means).assign(AgeUnknown=passengers["Age"].isna())
    seven = pd.DataFrame(feature_matrix(people), people.index, FEATURES)
    table = pd.concat([seven, *(idea(people) for idea in ideas)], axis=1)
    if len(table) != len(people) or not table.columns.is_unique:
        raise ValueError("the ideas must give each passenger one row, and each column a "
                         f"name of its own; got {', '.join(map(str, table.columns))}")
    table = table.astype(float)
    for column in table.columns[~np.isfinite(table.to_numpy()).all(axis=0)]:
        raise ValueError(f"column {column}: a value is missing or infinite")
    return table


def _known(passengers: pd.DataFrame, column: str) -> pd.Series:
    """Take a column; refuse it where it is not there or has gaps."""
    if column not in passengers:
        raise ValueError(
            f"no column {column} among the passengers; a feature is made from it")
    if n := passengers[column].isna().sum():
        raise ValueError(
            f"column {column}: {n} values missing; a feature is made from them")
    return passengers[column]

"""The figures that more than one chapter needs."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from titanic_helpers import (
    Preparation,
    feature_table,
    load_passengers,
    newton,
    plots,
    predict,
    targets_of,
)

people = load_passengers()
table = feature_table(people, learn_from=people)
weights = newton(table, targets_of(people), 0.001)


def probability(rows):
    return predict(feature_table(rows, learn_from=people), weights)


def drawn(model=probability):
    plots.use_style()
    fig, ax = plt.subplots()
    plots.boundary(model, people, "male", 1, ax)
    picture = io.BytesIO()
    fig.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(fig)
    return ax, picture.getvalue()


def test_the_boundary_is_where_the_probability_is_one_half():
    ax, _ = drawn()
    line = ax.collections[1].get_paths()[0].vertices
    assert len(line) > 40
    on_it = people.iloc[[0] * len(line)].assign(
        Sex="male", Pclass=1, Age=line[:, 0], Fare=np.expm1(line[:, 1]))
    assert probability(on_it) == pytest.approx(np.full(len(line), 0.5), abs=2e-4)


def test_the_dots_are_the_passengers_of_that_sex_and_class():
    ax, _ = drawn()
    died, survived = (dots.get_offsets() for dots in ax.collections[2:])
    group = people[(people["Sex"] == "male") & (people["Pclass"] == 1)]
    assert len(died) == (group["Survived"] == 0).sum()
    assert len(survived) == (group["Survived"] == 1).sum()
    assert sorted(survived[:, 0].compressed()) == sorted(
        group[group["Survived"] == 1]["Age"].dropna())


def test_the_last_bit_of_a_probability_is_not_drawn():
    def undecided(rows):        # one half for everyone older than 40
        return np.where(rows["Age"] > 40, 0.5, 0.2)

    def shaken(rows):
        return undecided(rows) + 1e-15 * (-1) ** np.arange(len(rows))
    assert drawn(undecided)[1] == drawn(shaken)[1]


def test_the_last_bar_ends_where_the_sigmoid_is_read():
    plots.use_style()
    products = pd.Series({"a": 0.5, "b": -2.0, "c": 1.0})
    below = plots.contributions(products)
    above = below.figure.axes[0]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in above.patches]
    assert ends == [(0, 0.5), (0.5, -1.5), (-1.5, -0.5)]
    dot = below.lines[1].get_xydata()[0]
    np.testing.assert_allclose(dot, [-0.5, 1 / (1 + np.exp(0.5))], atol=1e-9)
    plt.close(below.figure)


def test_who_is_shown_is_as_on_the_list_and_what_is_unknown_is_said():
    preparation = Preparation().fit(people)
    shown = plots.one_passenger(people.loc[[689, 1030, 1225]], preparation, np.ones(7))
    assert list(shown["people"]) == ["braund", "moran", "storey"]
    braund, moran, storey = shown["people"].values()
    assert braund == {"name": "Braund, Mr. Owen Harris", "note": "As on the list; died.",
                      "sex": "male", "class": 3, "age": 22.0, "fare": 7.25}
    assert moran["age"] == round(people["Age"].mean(), 4)
    assert storey["fare"] == round(people["Fare"].mean(), 4)
    assert "age is unknown" in moran["note"] and "fare is unknown" in storey["note"]

"""The figures that more than one chapter needs."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest

from titanic_helpers import (
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

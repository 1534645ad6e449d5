"""The look of every figure, and the figures that more than one chapter needs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.font_manager import fontManager
from matplotlib_inline.backend_inline import set_matplotlib_formats
from numpy.typing import NDArray

from titanic_helpers.encoding import FEATURES
from titanic_helpers.missing_values import fill_missing
from titanic_helpers.sigmoid import sigmoid
from titanic_helpers.splits import Preparation

# DIED can be told from the two others by colour-blind readers and in greyscale, and all
# stand out from the page: as they are on white, and inverted by book.css on a dark page.
DIED = "#df7a00"
SURVIVED = "#1f4e8c"
NEUTRAL = "#545454"

# The browser writes in the fonts of the page. Matplotlib needs one that is there on every
# machine to measure words with: its own, under a name that no browser knows.
MEASURED = "Titanic figures"
LETTERING = [MEASURED, "Segoe UI", "Helvetica Neue", "Arial"]


def use_style() -> None:
    """Make every later figure look alike, and be the same bytes each time.

    Whatever was set before is forgotten. Figures are SVG: sharp on any screen, and
    compared by the tests like any output. A PNG beside it is for JupyterLab, which shows
    no SVG of a notebook it does not trust. The background is white; on a dark page
    book.css turns it into the page's own.
    """
    set_matplotlib_formats(
        "svg", "png", metadata={"Date": None, "Creator": None},
        bbox_inches="tight", facecolor="auto", edgecolor="auto")
    mpl.rcdefaults()
    if not any(font.name == MEASURED for font in fontManager.ttflist):
        fontManager.ttflist += [
            replace(font, name=MEASURED) for font in fontManager.ttflist
            if font.name == "DejaVu Sans" and font.fname.startswith(mpl.get_data_path())]
    mpl.rcParams.update({
        "svg.hashsalt": "titanic",
        "svg.fonttype": "none",             # letters, not outlines of letters
        "font.sans-serif": LETTERING,
        "contour.algorithm": "serial",      # the default one compares the last bit
        "figure.figsize": (5.6, 3.4),
        "figure.facecolor": "white",
        "figure.constrained_layout.use": True,
        "font.size": 12,         # 10 pixels where a figure fills a phone
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": plt.cycler(color=[SURVIVED, DIED, NEUTRAL]),
        "lines.linewidth": 2.2,
    })


def loss_curves(
    history: Mapping[str, NDArray], loss: str, ax: Axes | None = None
) -> Axes:
    """Draw one loss of a training history, "mae" or "log_loss", for every part.

    The losses are rounded before they are drawn: processors differ in the last bit of a
    loss, and the drawing must not.

    Parameters
    ----------
    history : dict of ndarray
        What ``train`` returns beside the weights.
    loss : str
        "mae" or "log_loss".
    ax : Axes, optional
        Where to draw; the current axes if not given.

    Returns
    -------
    Axes
        The axes with the curves: training, and validation where it was measured.
    """
    ax = ax or plt.gca()
    styles = {"train": (SURVIVED, "-", "training"), "val": (DIED, "--", "validation")}
    for part, (colour, dash, label) in styles.items():
        if part == "train" or f"val_{loss}" in history:
            ax.plot(history[f"{part}_{loss}"].round(9), dash, color=colour, label=label)
    ax.set(xlabel="epochs", ylabel="MAE" if loss == "mae" else "log loss")
    if len(ax.lines) > 1:
        ax.legend(frameon=False)
    return ax


def landscape(
    x: NDArray, y: NDArray, heights: NDArray, ax: Axes | None = None
) -> Axes:
    """Draw a loss over two weights as a map: contour lines, a deeper blue where lower.

    Parameters
    ----------
    x : ndarray, shape (m,)
        Values of the first weight.
    y : ndarray, shape (k,)
        Values of the second weight.
    heights : ndarray, shape (k, m)
        The loss at each pair of weights.
    ax : Axes, optional
        Where to draw; the current axes if not given.

    Returns
    -------
    Axes
        The axes with the map.
    """
    ax, heights = ax or plt.gca(), heights.round(9)
    levels = np.linspace(0, 1, 13) ** 1.7       # closer together near the bottom
    levels = heights.min() + (heights.max() - heights.min()) * levels
    ax.contourf(x, y, heights, levels, cmap="Blues_r", alpha=0.6)
    lines = ax.contour(x, y, heights, levels, colors="#222222", linewidths=0.6)
    ax.clabel(lines, levels[3:-1:2], fmt="%.2f", fontsize=10, colors="black")
    return ax


def boundary(
    probability: Callable[[pd.DataFrame], NDArray],
    passengers: pd.DataFrame,
    sex: str,
    pclass: int,
    ax: Axes | None = None,
) -> Axes:
    """Draw the passengers of one sex and class, and where a model changes its mind.

    A grid of invented people of this sex and class, without relatives, is shown to the
    model. Its probabilities are rounded before they are drawn.

    Parameters
    ----------
    probability : callable
        Takes a DataFrame of n passengers, and returns n probabilities.
    passengers : DataFrame
        With Survived, Pclass, Sex, Age and Fare; who has no known age or fare is left out.
    sex : str
        Either "female" or "male".
    pclass : int
        Class 1, 2 or 3.
    ax : Axes, optional
        Where to draw; the current axes if not given.

    Returns
    -------
    Axes
        The axes: ages to the right, fares upwards (evenly in the logarithm of fare + 1),
        a deeper blue where the probability is higher, and a black line where it is 0.5.
    """
    ax = ax or plt.gca()
    ages, heights = np.linspace(0, 80, 81), np.linspace(0, np.log1p(520), 61)
    age, height = np.meshgrid(ages, heights)
    people = pd.DataFrame({
        "Pclass": pclass, "Name": "", "Sex": sex, "Age": age.ravel(), "SibSp": 0,
        "Parch": 0, "Ticket": np.arange(age.size).astype(str),
        "Fare": np.expm1(height.ravel())})
    z = np.asarray(probability(people)).reshape(age.shape).round(9)
    ax.contourf(ages, heights, z, np.linspace(0, 1, 11), cmap="Blues", alpha=0.6)
    ax.contour(ages, heights, z, [0.5], colors="black")
    of_group = passengers[(passengers["Sex"] == sex) & (passengers["Pclass"] == pclass)]
    for fate, colour, mark in [(0, DIED, "x"), (1, SURVIVED, "o")]:
        some = of_group[of_group["Survived"] == fate]
        ax.scatter(some["Age"], np.log1p(some["Fare"]).round(9), s=16, color=colour,
                   marker=mark)
    ticks = [0, 5, 10, 20, 50, 100, 200, 500]
    ax.set_yticks(np.log1p(ticks).round(9), ticks)
    ax.set(xlabel="age (years)", ylabel="fare (pounds)", xlim=(0, 80),
           ylim=(0, np.log1p(520).round(9)))
    return ax


def contributions(products: pd.Series) -> Axes:
    """Draw how the products of one passenger add up, and where the sum meets the sigmoid.

    Parameters
    ----------
    products : Series
        Weight times feature, under the names of the features.

    Returns
    -------
    Axes
        The lower axes, with the sigmoid; the upper ones hold a bar for each product, which
        begins where the one before ends.
    """
    _, (above, below) = plt.subplots(
        2, sharex=True, figsize=(5.6, 4.4), height_ratios=[3, 2])
    ends = products.cumsum().to_numpy().round(9)
    lengths = products.to_numpy().round(9)
    above.barh(products.index, lengths, left=(ends - lengths).round(9),
               color=np.where(lengths < 0, DIED, SURVIVED))
    above.invert_yaxis()
    z = np.linspace(-6, 6, 161)
    below.plot(z, sigmoid(z).round(9), color=NEUTRAL)
    below.plot(ends[-1], sigmoid(ends[-1]).round(9), "o", color=SURVIVED, ms=9)
    for ax in (above, below):
        ax.axvline(ends[-1], color="silver", lw=1, ls="--", zorder=0)
    below.set(xlabel="weighted sum z", ylabel="probability", ylim=(0, 1),
              yticks=[0, 0.5, 1])
    return below


def one_passenger(
    people: pd.DataFrame, preparation: Preparation, weights: NDArray
) -> dict[str, object]:
    """Collect what the figure one-passenger needs: passengers, and a neuron.

    Parameters
    ----------
    people : DataFrame
        Passengers to choose from, the first one to begin with.
    preparation : Preparation
        What turns them into features.
    weights : ndarray
        (7,), one for each feature.

    Returns
    -------
    dict
        Keywords for movable.
    """
    chosen = {}
    known = fill_missing(people, preparation.means_)
    for (_, listed), age, fare in zip(
            people.iterrows(), known["Age"], known["Fare"], strict=True):
        note = f"As on the list; {'survived' if listed['Survived'] else 'died'}."
        for column in ("Age", "Fare"):
            if pd.isna(listed[column]):
                note += f" The {column.lower()} is unknown: we take the mean."
        chosen[listed["Name"].partition(",")[0].lower()] = {
            "name": listed["Name"], "note": note, "sex": listed["Sex"],
            "class": listed["Pclass"], "age": round(age, 4), "fare": round(fare, 4)}
    return {"features": FEATURES, "weights": weights, "largest": preparation.largest_,
            "people": chosen}


def movable(name: str, *, digits: int = 9, **data: object) -> HTML:
    """Hand over what the website needs to make the figure above one that moves.

    Where JavaScript runs, the figure of that name takes the place of the picture that the
    cell before has drawn. Elsewhere nothing is shown.

    Parameters
    ----------
    name : str
        Such as "two-losses": book/_static/two_losses.js draws it.
    digits : int
        Arrays are rounded to so many decimals, for processors differ in the last one.
    **data
        Numbers, texts, lists and dicts as they are. An array or a Series of one dimension
        is written as its different values, and which of them stands where.

    Returns
    -------
    HTML
        An element that holds the data as JSON.
    """
    def plain(values: object) -> object:
        values = np.asarray(values)
        if values.ndim == 0:
            return values.item()
        if values.dtype.kind == "f":
            values = values.round(digits) + 0.0     # no -0.0
        different, at = np.unique(values, return_inverse=True)
        at = at.tolist() if len(different) > 10 else "".join(map(str, at))
        return {"of": different.tolist(), "at": at}

    text = json.dumps(data, default=plain, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c")         # no name in it may end the script
    return HTML(f'<titanic-figure data-figure="{name}">'
                f'<script type="application/json">{text}</script></titanic-figure>')

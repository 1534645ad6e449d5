"""Draw book/_static/card.png, the picture that goes along when a page is shared.

    python tools/make_card.py

It shows what the book arrives at: the trained neuron's curve, and on it the passengers
it had never seen, as on the opening page.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from titanic_helpers import (
    Preparation,
    initial_weights,
    load_passengers,
    plots,
    sigmoid,
    split_rows,
    targets_of,
    train,
    weighted_sums,
)

CARD = Path(__file__).resolve().parents[1] / "book" / "_static" / "card.png"


def draw() -> None:
    passengers = load_passengers()
    rows, _, test = split_rows(len(passengers), seed=1912)
    preparation = Preparation().fit(passengers.iloc[rows])
    X, y = preparation.transform(passengers), targets_of(passengers)
    weights, _ = train(X[rows], y[rows], initial_weights(7, seed=42), 1.0, 1000)
    z, y = weighted_sums(X[test], weights), y[test]

    plots.use_style()
    plt.rcParams["figure.constrained_layout.use"] = False
    fig = plt.figure(figsize=(12, 6.3), dpi=100)        # 1200 x 630, as sites ask for

    panel = fig.add_axes((0, 0, 0.52, 1), facecolor=plots.SURVIVED)
    panel.set(xticks=[], yticks=[], xlim=(0, 1), ylim=(0, 1))
    panel.spines[:].set_visible(False)
    serif = {"family": "STIXGeneral", "va": "center"}
    for height, words in [(0.68, "One Neuron"), (0.53, "on the Titanic")]:
        panel.text(0.1, height, words, size=60, weight="bold", color="white", **serif)
    panel.plot([0.105, 0.27], [0.415, 0.415], color=plots.DIED, lw=5)
    for height, words in [(0.32, "A neural network from scratch,"),
                          (0.25, "in NumPy, on the real passenger list")]:
        panel.text(0.1, height, words, size=24.5, color="white", **serif)

    ax = fig.add_axes((0.56, 0.08, 0.4, 0.84))
    line = np.linspace(-3.6, 3.6, 200)
    ax.plot(line, sigmoid(line), color="black", lw=4)
    height = y + np.random.default_rng(0).uniform(-0.12, 0.12, len(y))
    for fate, colour, mark, name, below in [(0, plots.DIED, "x", "died", -0.22),
                                            (1, plots.SURVIVED, "o", "survived", 1.22)]:
        who = y == fate
        ax.scatter(z[who], height[who], s=60, c=colour, marker=mark, lw=2, alpha=0.7)
        ax.text(z[who].mean(), below, name, size=28, color=colour, ha="center", **serif)
    ax.set(xlim=(-3.6, 3.6), ylim=(-0.28, 1.28))
    ax.set_axis_off()
    fig.savefig(CARD, metadata={"Software": None})


if __name__ == "__main__":
    draw()
    print(f"{CARD.name}: {CARD.stat().st_size // 1000} KB")

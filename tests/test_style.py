"""One style for modules, tests, notebooks and figures."""

import subprocess
import sys

import numpy as np
from contents import ROOT
from matplotlib.colors import to_rgb

from titanic_helpers import plots


def test_ruff_finds_nothing():
    result = subprocess.run([sys.executable, "-m", "ruff", "check", "--no-cache", ROOT],
                            capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stdout


def test_colours_of_figures_differ_for_every_eye():
    def luminance(colour):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                  for c in to_rgb(colour)]
        return np.dot([0.2126, 0.7152, 0.0722], linear)

    for colour in (plots.DIED, plots.SURVIVED, plots.NEUTRAL):
        assert 1.05 / (luminance(colour) + 0.05) >= 3, "on white; WCAG 1.4.11"
    for other in (plots.SURVIVED, plots.NEUTRAL):
        assert luminance(plots.DIED) - luminance(other) >= 0.14, "in greyscale"

"""The stored outputs, drawings included, are the same on every processor.

Processors differ in the last bit of a logarithm or of a long sum, and choose between
libraries by what they know. Neither may show in what a notebook prints or draws.
"""

import os
import platform
import subprocess
import sys

import pytest
from contents import ROOT

SHAKE = '''
import sys

import numpy as np
import titanic_helpers


def shaken(function):
    """The same function, off by 1e-15 where a result is not exact."""
    def call(*args, **settings):
        values = function(*args, **settings)
        noise = np.random.default_rng(0).uniform(-1e-15, 1e-15, np.shape(values))
        return values * (1 + noise * ~np.isin(values, (0.0, 0.5, 1.0)))
    call.__wrapped__ = function
    call.shaken = True
    return call


for module in [m for name, m in sys.modules.items() if name.startswith("titanic_helpers")]:
    for name in ("log_fare", "sigmoid", "weighted_sums"):
        if hasattr(function := getattr(module, name, None), "__call__"):
            if not hasattr(function, "shaken"):
                setattr(module, name, shaken(function))
'''
OLD = {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3,X86_V4"}


def outcome(*notebooks, **settings):
    """Run notebooks with nbval, in an environment of its own."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider",
         "--rootdir", ROOT, "--nbval", "--nbval-current-env", *notebooks],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
        env=os.environ | settings)


@pytest.mark.slow
def test_a_shake_of_the_last_bit_shows_nowhere(tmp_path):
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "shake.py").write_text(SHAKE)
    result = outcome("book", IPYTHONDIR=str(tmp_path))
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="not an x86")
def test_an_old_processor_prints_the_same():
    result = outcome("book", **OLD)
    assert result.returncode == 0, result.stdout[-3000:]

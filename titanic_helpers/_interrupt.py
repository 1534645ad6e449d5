"""Ctrl-C while python -m titanic_helpers loads pandas: one word, no traceback."""

import os
import signal
import sys


def _stop(*_: object) -> None:
    os.write(2, b"stopped\n")
    os._exit(130)       # an exception could be lost in a library that is half loaded


def loaded() -> None:
    """From now on Ctrl-C is a KeyboardInterrupt again."""
    if signal.getsignal(signal.SIGINT) is _stop:
        signal.signal(signal.SIGINT, signal.default_int_handler)


# Python calls itself -m as long as it looks for the program.
if sys.argv[:1] == ["-m"] and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler):
    signal.signal(signal.SIGINT, _stop)

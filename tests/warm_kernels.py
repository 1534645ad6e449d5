"""Kernels that are forked from a process that has imported the libraries already.

A new kernel takes a second to import what every notebook imports. Here each is a copy of a
process that has done so; its namespace is empty all the same. As a program, this file is
that process. What it could hide is a name that comes with somebody else's import, such as
`matplotlib.pyplot` after `import matplotlib` alone: the slow tests (test_processors.py) run
every notebook in an ordinary kernel, and so does each system but Linux.
"""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import time
from functools import cache


class Kernel:
    """What jupyter_client wants to know of a process; signals it sends to the group."""

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        try:
            return os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0

    def wait(self):
        while self.poll() is None:
            time.sleep(0.01)
        return 0


@cache
def warm():
    process = subprocess.Popen([sys.executable, "-P", __file__], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(process.communicate)    # it ends with its input
    return process


def launch(command, cwd=None, env=None, **options):
    """Do what jupyter_client.launcher.launch_kernel does, for a notebook's own kernel."""
    if "ipykernel_launcher" not in command:     # one that is confined, say
        from jupyter_client.launcher import launch_kernel
        return launch_kernel(command, cwd=cwd, env=env, **options)
    env = dict(env or os.environ, JPY_PARENT_PID=str(os.getpid()))
    print(json.dumps([command[2:], str(cwd or os.getcwd()), env]), file=warm().stdin,
          flush=True)
    return Kernel(int(warm().stdout.readline()))


def become_a_kernel(argv, cwd, env):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    print(os.getpid(), flush=True)      # only now, since it is stopped with its group
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = argv
    try:
        kernelapp.launch_new_instance()
    finally:
        os._exit(0)


if __name__ == "__main__":
    # as a kernel sets them before anything is imported there
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    import matplotlib.backends.backend_svg
    import matplotlib.pyplot  # noqa: F401
    import pandas
    import sklearn.linear_model
    import sklearn.neural_network  # noqa: F401
    from ipykernel import kernelapp

    pandas.options.display.max_columns = 20
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)       # nobody asks how a kernel ended
    gc.freeze()
    for line in sys.stdin:
        if os.fork() == 0:
            become_a_kernel(*json.loads(line))

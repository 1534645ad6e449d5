"""One command for each thing one does with this book. Needs Python 3.11 or newer.

    python run.py book               build the website and say where it is
    python run.py test [ARGS]        run every test; ARGS go to pytest
    python run.py lab [ARGS]         open the notebooks in JupyterLab
    python run.py notebooks [NAME]   run notebooks and store their outputs
                                     (03_encoding, say; several, or all)
    python run.py bench              time the training (a few minutes)
    python run.py lock               renew requirements.txt from requirements.in

The first command makes an environment in .venv and installs the locked packages
there, about 900 MB; that takes a minute or two and needs the network. After that,
nothing here does.
"""
# Written so that even Python 2 can read it, in order to say that it is too old.
from __future__ import print_function

import sys

if sys.version_info < (3, 11):
    sys.exit("This book needs Python 3.11 or newer; this is Python {0}.{1}. "
             "See README.md for how to get one.".format(*sys.version_info[:2]))

import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
LOCK = ROOT / "requirements.txt"
STAMP = VENV / "installed.txt"      # written last: without it, .venv is half made
TOOLS = ("jupyter-book", "jupyter-lab", "pytest")


def tool(name):
    return str(BIN / (name + (".exe" if WINDOWS else "")))


def call(*command):
    """Run one of the environment's tools; stop with its status if it fails."""
    env = dict(os.environ, VIRTUAL_ENV=str(VENV), PYTHONUTF8="1",
               PATH=str(BIN) + os.pathsep + os.environ.get("PATH", ""))
    for name in ("PYTHONHOME", "PYTHONPATH"):
        env.pop(name, None)
    try:
        status = subprocess.call([tool(command[0])] + list(command[1:]), cwd=ROOT, env=env)
    except KeyboardInterrupt:
        status = 130
    if status:
        sys.exit(status)


def fingerprint():
    """Names the state an environment is made for; it cannot be moved or upgraded."""
    parts = (LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(),
             sys.version.encode(), str(VENV).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_ready():
    """The environment is complete, was made for this lock, and its packages import."""
    if not STAMP.is_file() or STAMP.read_text() != fingerprint():
        return False
    if not all(os.path.exists(tool(name)) for name in TOOLS):
        return False
    modules = "jupyter_book, nbval, numpy, pandas, matplotlib, titanic_helpers"
    try:
        return subprocess.call(
            [str(PYTHON), "-c", "import importlib.util as u, sys; sys.exit(not all("
             "u.find_spec(m) for m in '{0}'.split(', ')))".format(modules)],
            cwd=VENV, stderr=subprocess.DEVNULL) == 0
    except OSError:                 # the Python that it was made with is gone
        return False


def pip(*args):
    """Install, counting packages as they come; explain a failure in one sentence."""
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check",
               "--no-input"] + list(args)
    total = sum(line[:1].isalnum() for line in LOCK.read_text().splitlines())
    seen, log = 0, []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True,
                          encoding="utf-8", errors="replace",
                          stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            log.append(line)
            seen += line.startswith("Collecting ")
            if line.startswith("Installing collected"):
                print("\r  unpacking, up to a minute ...         ", end="", flush=True)
            elif sys.stdout.isatty():
                print("\r  package {0} of about {1}".format(seen, total),
                      end="", flush=True)
    print("\r" + " " * 40 + "\r", end="")
    if process.returncode:
        (VENV / "pip.log").write_text("".join(log), encoding="utf-8")
        offline = any("connection broken" in line or "from versions: none" in line
                      for line in log)
        reason = ("the network cannot be reached" if offline
                  else next((line.strip() for line in reversed(log)
                             if line.startswith("ERROR")), "see the log"))
        sys.exit("Could not install the packages: {0}. Run the same command again when "
                 "that is mended; it will start over. (Log: {1})".format(
                     reason, VENV / "pip.log"))


def set_up():
    """Make .venv and install the locked packages, unless that has been done."""
    if is_ready():
        return
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit("This Python has no venv module. On Debian and Ubuntu, install it with:"
                 " sudo apt install python3-venv")
    print("Setting up .venv (once; a minute or two) ...", flush=True)
    try:
        if VENV.exists():
            shutil.rmtree(VENV)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True,
                       stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as e:
        sys.exit("Could not make the environment {0}: {1}".format(VENV, e))
    pip("-r", str(LOCK))
    pip("--no-deps", "--no-build-isolation", "-e", ".")
    STAMP.write_text(fingerprint())


def book():
    """Build the website, warnings as errors."""
    call("jupyter-book", "build", ".", "-W", "--keep-going", "-n", "-q")
    print("The book:", (ROOT / "_build" / "html" / "index.html").as_uri())


def test(*args):
    """Run every test on both cores; a notebook's cells stay together."""
    call("pytest", "-n", "2", "--dist", "loadfile", *args)


def lab(*args):
    """Open the chapters in JupyterLab."""
    call("jupyter-lab", "book", *args)


def notebooks(*names):
    """Run notebooks and store their outputs."""
    call("python", "tools/run_notebooks.py", *names)


def bench():
    """Time the training beside the same lines written bare, and scikit-learn."""
    call("pytest", "benchmarks/bench_train.py", "-p", "no:nbval", "-o", "addopts=",
         "-q", "-s", "--benchmark-columns=median,iqr,rounds", "--benchmark-sort=name")


def lock():
    """Find newest versions that fit together, for every system and Python at once."""
    call("python", "-m", "pip", "install", "--quiet", "uv")
    call("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
         "--no-annotate", "--upgrade", "--custom-compile-command", "python run.py lock",
         "requirements.in", "-o", "requirements.txt")


COMMANDS = {f.__name__: f for f in (book, test, lab, notebooks, bench, lock)}
TAKE_ARGUMENTS = ("test", "lab", "notebooks")


def main(args):
    if not args or args[0] in ("-h", "--help", "help"):
        print(__doc__)
        return
    if args[0] not in COMMANDS or (args[1:] and args[0] not in TAKE_ARGUMENTS):
        sys.exit("python run.py {0}: no such command; there are: {1}".format(
            " ".join(args), ", ".join(COMMANDS)))
    try:
        set_up()
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next run will start over.")
    COMMANDS[args[0]](*args[1:])


if __name__ == "__main__":
    main(sys.argv[1:])

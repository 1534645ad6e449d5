"""One command for each thing one does with this book.

    python run.py book               build the website and say where it is
    python run.py test [ARGS]        run the tests, in two minutes; ARGS go to pytest
    python run.py test --all         run the slow ones as well, in eight
    python run.py lab [FOLDER]       open the chapters, or a folder, in JupyterLab
    python run.py notebooks [NAME]   run notebooks and store their outputs
                                     (03_encoding, say; several, or all)
    python run.py exercises          write the students' notebooks into exercises/
    python run.py grade NAME         grade a class: collect, repair, run, mark, feedback
    python run.py marks NAME         only enter the marks for the written answers
    python run.py nbgrader ARGS      one of nbgrader's own commands, in classroom/
    python run.py pdf                make one PDF of the whole book (needs a Chromium)
    python run.py weights            say what each page weighs (needs a Chromium)
    python run.py bench              time the training (a minute or two)
    python run.py versions [NAME]    test with other libraries: the oldest, or Colab's
    python run.py lock               renew requirements.txt from requirements.in
    python -m titanic_helpers        train on a passenger list of your own (inside .venv)

The first command makes an environment in .venv and installs the locked packages
there, about 1 GB; that takes half a minute (a minute or two where uv cannot run, and
pip installs instead) and needs the network. After that, nothing here does.
"""
# Written so that even Python 2 can read it, in order to say that it is too old.
from __future__ import print_function

import sys

OLDEST, NEWEST = (3, 11), (3, 15)   # the Pythons that the lock has packages for
THIS = "Python {0}.{1}".format(*sys.version_info[:2])

if not OLDEST <= sys.version_info[:2] <= NEWEST:
    sys.exit("This book needs Python {0}.{1} to {2}.{3}; this is {4}. Install one of those "
             "(README.md says how) and type: {5}{2}.{3} run.py {6}".format(
                 *OLDEST + NEWEST + (THIS, "py -" if sys.platform == "win32" else "python",
                                     " ".join(sys.argv[1:]) or "book")))

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
EXE = ".exe" if WINDOWS else ""
PYTHON = BIN / ("python" + EXE)
LOCK = ROOT / "requirements.txt"
LOG = VENV / "install.log"
STAMP = VENV / "installed.json"     # written last: without it, .venv is half made
SITE = ROOT / "_build"
BUILT = SITE / "built.txt"          # written last: without it, a build did not finish
TURN = ROOT / ".venv.lock"          # locked while a run installs or writes
ADDRESSES = ("BOOK_SITE", "BOOK_REPOSITORY", "BOOK_BRANCH")     # see book/_ext/address.py

TEXTS = (".ipynb", ".md", ".py", ".yml", ".toml", ".txt", ".csv", ".bib", ".css", ".js")

# Variables that a reader may have set for other work, and that would change our results;
# and those among them that only say where packages come from or where files are kept.
# Each name here stands for all variables that begin with it.
NOT_OURS = ("PYTHON", "PYTEST_", "PY_COLORS", "FORCE_COLOR", "COLUMNS", "HYPOTHESIS_",
            "COVERAGE_", "COV_CORE_", "PIP_", "UV_", "MPLBACKEND", "MATPLOTLIBRC",
            "IPYTHONDIR", "JUPYTER_PATH", "JUPYTER_CONFIG_DIR", "SPHINX", "DOCUTILSCONFIG",
            "SOURCE_DATE_EPOCH", "PANDAS_", "SKLEARN_")
OURS = ("PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX", "PYTHON_KEYRING") + tuple(
    installer + name for installer in ("PIP_", "UV_") for name in (
        "INDEX", "DEFAULT_", "EXTRA_INDEX_URL", "NO_INDEX", "FIND_LINKS", "PROXY", "CERT",
        "CLIENT_CERT", "SYSTEM_CERTS", "NATIVE_TLS", "TRUSTED_HOST", "INSECURE_HOST",
        "KEYRING", "CACHE_DIR", "NO_CACHE", "CONFIG_FILE", "RETRIES", "TIMEOUT", "OFFLINE",
        "HTTP", "CONCURRENT", "LINK_MODE"))

# pip's settings for the network: uv's name for each, and what uv expects between several
# values.
FOR_UV = {"index-url": ("UV_DEFAULT_INDEX", ""), "extra-index-url": ("UV_INDEX", " "),
          "find-links": ("UV_FIND_LINKS", ","), "cert": ("SSL_CERT_FILE", ""),
          "proxy": ("ALL_PROXY", ""), "trusted-host": ("UV_INSECURE_HOST", " ")}

# What pip and uv say if a second attempt would fail as well, and what it means.
NO_WHEEL = "{0} has no ready-made file for {this} on this system, and cannot be built here"
REASONS = (
    (r"No space left on device|not enough space on the disk|os error 112|quota exceeded",
     "the disk is full"),
    (r"Windows Long Path", "the path of this folder is too long for Windows"),
    (r"Failed (?:building wheel for|to (?:download and )?build) [`']?([\w.=-]+)", NO_WHEEL),
    (r"\A(?s:.*)(?:Collecting|Processing) (\S+)(?s:.*) did not run successfully", NO_WHEEL),
    (r"Permission denied: '(.+?)'", "{0} cannot be written to"),
    (r"(?i)connection broken.*certificate verify failed",
     "the certificate of the package index is not trusted here"),
    (r"(?i)connection broken.*proxy", "the proxy cannot be reached or refuses"),
    (r"(?i)connection broken|read timed out|connection aborted|IncompleteRead",
     "the network cannot be reached"),
    (r"\ALooking in links(?s:.*)from versions: none\)\s+ERROR: No matching distribution "
     r"found for (?!uv$)(\S+)", "{0} is not in the folder of pip's setting find-links"),
    (r"from versions: none\)\s+ERROR: No matching distribution found for (?!uv$)(\S+)",
     "the network cannot be reached, or the package index has no {0}"),
    (r"No matching distribution found for (?!uv$)(\S+)",
     "the package index has no {0} for {this}"),
)

# What each Python of the environment runs first. Stopping a tool needs no traceback;
# looking for garbage less often saves the tools a tenth of their time; and jsonschema,
# which reads notebooks, checks no international addresses without this library, which
# takes a second to start.
FIRST = ("import gc, sys; sys.excepthook = lambda kind, *rest, before=sys.excepthook: "
         "kind is KeyboardInterrupt or before(kind, *rest); "
         "gc.set_threshold(10000, 20, 100); sys.modules['rfc3987_syntax'] = None\n")

# Where JupyterLab keeps a file while it runs.
PROBE = ("import os, tempfile; from jupyter_core.paths import jupyter_runtime_dir as at; "
         "os.makedirs(at(), exist_ok=True); tempfile.TemporaryFile(dir=at())")


def environment():
    """Give the reader's environment, without variables that would change our results."""
    env = {name: value for name, value in os.environ.items()
           if name.startswith(OURS) or not name.startswith(NOT_OURS)}
    # Several threads only wait for each other at matrices as small as ours.
    env.update(VIRTUAL_ENV=str(VENV), PYTHONUTF8="1", PIP_USER="0",
               OPENBLAS_NUM_THREADS="1", MPLCONFIGDIR=str(VENV / "config"),
               IPYTHONDIR=str(VENV / "config"),
               JUPYTER_CONFIG_PATH=str(ROOT / "tools" / "jupyter"),
               PATH=str(BIN) + os.pathsep + os.environ.get("PATH", ""))
    return env


def call(*command, **where):
    """Run one of the environment's tools (in a folder); stop if it fails."""
    process = subprocess.Popen([str(BIN / (command[0] + EXE))] + list(command[1:]),
                               env=where.get("env") or environment(),
                               cwd=where.get("folder", ROOT))
    try:
        status = process.wait()
    except KeyboardInterrupt:       # the tool hears of it as well, and may tidy up
        try:
            status = process.wait(timeout=5)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            status = process.wait()
        if status <= 0 or WINDOWS:      # it said nothing
            print("\nStopped.", file=sys.stderr)
        status = 130
    if status:
        sys.exit(status)


def digest(*parts):
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def fingerprint():
    """Identify what an environment was made for: it cannot be moved or upgraded."""
    return digest(LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(),
                  sys.version.encode(), str(VENV).encode())


def site_packages():
    return list(VENV.glob("Lib/site-packages" if WINDOWS else "lib/python*/site-packages"))


def installed():
    """Count the files of each tool and package, without Python's caches."""
    return {str(path.relative_to(VENV)):
            len(set(os.listdir(path)) - {"__pycache__"}) if path.is_dir() else 1
            for folder in [BIN] + site_packages()
            for path in folder.iterdir() if path.name != "__pycache__" and path.exists()}


def is_ready():
    """Say whether the environment fits this lock, was finished, and is still complete."""
    try:
        stamp, now = json.loads(STAMP.read_bytes().decode("utf-8")), installed()
        return (stamp["for"] == fingerprint()
                and all(now.get(name, -1) >= n for name, n in stamp["files"].items()))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def for_uv():
    """Give uv's variables and options for pip's settings, which uv does not read."""
    said = subprocess.run([str(PYTHON), "-m", "pip", "config", "list"], text=True,
                          stdout=subprocess.PIPE, encoding="utf-8", env=environment())
    told, options = {}, []
    for section in ("global", "install", ":env:"):      # a later one overrides
        for name, value in re.findall("^" + section + r"\.(.+?)=(.*)", said.stdout, re.M):
            value = ast.literal_eval(value)
            if name in FOR_UV:
                variable, between = FOR_UV[name]
                told[variable] = between.join(value.split()) if between else value
            elif name == "no-index":        # uv has no variable for it
                on = value.lower() in ("1", "true", "yes", "on", "t", "y")
                options = ["--no-index"] if on else []
    if "UV_INDEX" in told:      # pip treats all indexes alike
        told["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return dict(told, **environment()), options


def stop(reason):
    sys.exit("Could not install the packages: {0}. Run the same command again when that "
             "is mended; it will start over. Log: {1}".format(reason, LOG))


def install(env, command):
    """Run an installer and show its progress; return why it failed, or an empty string."""
    width = shutil.get_terminal_size().columns - 1 if sys.stdout.isatty() else 0
    text = ""
    try:    # not in a reader's folder: uv obeys the settings of all folders above
        with subprocess.Popen([str(word) for word in command], cwd=ROOT.anchor, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              encoding="utf-8", errors="replace") as process:
            for line in process.stdout:
                text += line.strip() + "\n"
                if width:
                    print("\r" + line.strip()[:width].ljust(width), end="", flush=True)
    except OSError as e:
        return str(e)
    if width:
        print("\r" + " " * width + "\r", end="", flush=True)
    if process.returncode == 0:
        return ""
    with suppress(OSError):     # the disk may be full
        LOG.write_text(text, encoding="utf-8")
    for pattern, words in REASONS:
        found = re.search(pattern, text, re.M)
        if found:
            stop(words.format(*found.groups(), this=THIS))
    if process.returncode < 0:
        return "the system ended it, for want of memory perhaps"
    errors = re.findall(r"^(?i:error): (.+)", text, re.M) or ["no reason given"]
    if errors[-1] == "Exception:":      # a crash of pip; its last line says which
        errors = text.split("\n")[-2:-1]
    return errors[-1].rstrip(".")


def install_all():
    """Install the lock and the project with uv; where it cannot, with pip."""
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    uv = [BIN / ("uv" + EXE), "pip", "install", "--python", PYTHON]
    lock, project = ["-r", LOCK], ["--no-deps", "--no-build-isolation", "-e", ROOT]
    env = environment()
    failed = install(env, pip + ["--only-binary", ":all:", "uv"])
    if not failed:
        env_of_uv, options = for_uv()
        failed = (install(env_of_uv, uv + options + lock)
                  or install(env_of_uv, uv + options + project))
    if failed:
        print("uv cannot do it here ({0}); pip takes a minute or two ...".format(failed),
              flush=True)
        failed = install(env, pip + lock) or install(env, pip + project)
    if failed:
        stop(failed)


def take_turn():
    """Wait for other runs in this folder. A run that is killed gives its turn back."""
    turn, told = TURN.open("a"), False
    while True:
        try:
            if WINDOWS:
                import msvcrt
                msvcrt.locking(turn.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return turn
        except (BlockingIOError, PermissionError):
            if not told:
                print("Another run is at work in this folder; waiting ...", flush=True)
            told = True
            time.sleep(0.2)
        except OSError:
            return turn     # no locks on this file system


def what_is_wrong(name, data):
    """Say where, and why, no program could read this text; or nothing."""
    merge = re.search(br"^(<<<<<<<|>>>>>>>) ", data, re.M)
    if merge:
        return merge.start(), "a merge was left unfinished; finish it"
    try:
        text = data.decode("utf-8")
        if name.endswith(".ipynb"):
            json.loads(text)["cells"][0]["cell_type"]
    except UnicodeDecodeError as e:
        return e.start, "this is not UTF-8; save the file as UTF-8"
    except (ValueError, LookupError, TypeError) as e:
        return getattr(e, "pos", 0), "this is no notebook; open it in an editor"


def check_files():
    """Stop at a text of the project that no program could read."""
    folders = [sorted((ROOT / name).rglob("*.*"))
               for name in ("book", "titanic_helpers", "tests", "tools")]
    for path in chain(ROOT.glob("*.*"), *folders):
        if path.suffix in TEXTS and ".ipynb_checkpoints" not in path.parts:
            data = path.read_bytes()
            wrong = what_is_wrong(path.name, data)
            if wrong:
                sys.exit("{0}, line {1}: {2}, or take the file back with git.".format(
                    path.relative_to(ROOT), data.count(b"\n", 0, wrong[0]) + 1, wrong[1]))


def set_up():
    """Make .venv and install the locked packages, unless that has been done."""
    if is_ready():
        return
    for name in ("venv", "ensurepip", "sqlite3", "ssl", "zlib", "ctypes"):
        try:
            __import__(name)
        except ImportError:
            cure = "install another one, see README.md"
            if name in ("venv", "ensurepip"):
                cure = "on Debian and Ubuntu, install it with: sudo apt install {0}-venv"
            sys.exit("This Python has no {0} module; ".format(name)
                     + cure.format(THIS.lower().replace(" ", "")))
    if VENV.is_symlink() or VENV.is_file():
        sys.exit("{0} is not a folder; remove it and run this again.".format(VENV))
    print("Setting up .venv (once; about half a minute) ...", flush=True)
    if VENV.exists():       # renamed first, since a program may still be writing into it
        old = VENV.with_name(".venv-old-{0}".format(os.getpid()))
        try:
            VENV.rename(old)
        except OSError as e:
            sys.exit("Could not replace {0} ({1}); close what is using it, type "
                     "deactivate if it is active, and run this again.".format(
                         VENV, e.strerror))
        shutil.rmtree(old, ignore_errors=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run([base, "-m", "venv", str(VENV)], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=environment())
    if made.returncode:
        said = made.stdout.strip().splitlines() or ["no reason given"]
        sys.exit("Could not make the environment {0}: {1}".format(VENV, said[-1]))
    install_all()
    for folder in site_packages():
        (folder / "first.pth").write_text(FIRST)
    STAMP.write_text(json.dumps({"for": fingerprint(), "files": installed()}))
    if not is_ready():
        sys.exit("The packages were installed, but not into {0}.".format(VENV))


def book():
    """Build the website, warnings as errors."""
    settings = [path for path in sorted((ROOT / "book").glob("_*/**/*.*"))
                if "__pycache__" not in path.parts]     # Sphinx does not watch these
    settings += [ROOT / "_config.yml", ROOT / "_toc.yml", LOCK]
    state = digest(*[path.read_bytes() for path in settings]
                   + [os.environ.get(name, "").encode() for name in ADDRESSES])
    if not (BUILT.is_file() and BUILT.read_text() == state):
        for made in ("html", ".doctrees", "jupyter_execute"):   # not the PDF
            shutil.rmtree(SITE / made, ignore_errors=True)  # it warns only once
    BUILT.unlink(missing_ok=True)
    call("jupyter-book", "build", ".", "-W", "--keep-going", "-n", "-q")
    BUILT.write_text(state)
    print("The book:", (SITE / "html" / "index.html").as_uri())


def test(*args):
    """Run the tests; with --all also those that are slow."""
    tier = ["-m", ""] if "--all" in args else []
    call("pytest", "-n", "3",       # for two cores: one of three is often waiting
         *tier + [arg for arg in args if arg != "--all"])


def lab(*args):
    """Open the chapters, or another folder, in JupyterLab."""
    made = subprocess.run([str(PYTHON), "-c", PROBE], env=environment(), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        sys.exit("JupyterLab needs a home folder that it can write to; {0}".format(
            made.stdout.split("\n")[-2]))
    folder = [] if args and (ROOT / args[0]).is_dir() else ["book"]
    call("jupyter-lab", *folder + list(args))


def lock():
    """Find newest versions that fit together, for every system and Python at once."""
    if not (BIN / ("uv" + EXE)).exists():
        sys.exit("uv makes the lock, and there is none for this system.")
    env, options = for_uv()
    call("uv", "pip", "compile", "--quiet", "--universal", "--python-version",
         "{0}.{1}".format(*OLDEST), "--no-annotate", "--upgrade",
         "--custom-compile-command", "python run.py lock", "requirements.in",
         "-o", "requirements.txt", *options, env=env)


def tool(name):
    return partial(call, "python", "tools/" + name + ".py")


COMMANDS = {
    "book": book, "test": test, "lab": lab, "notebooks": tool("run_notebooks"),
    "exercises": tool("make_exercises"), "grade": tool("grade"), "marks": tool("marks"),
    "nbgrader": partial(call, "nbgrader", folder=ROOT / "classroom"),
    "pdf": tool("make_pdf"), "weights": tool("weigh_pages"),
    "bench": partial(call, "pytest", "benchmarks/bench_train.py",
                     "benchmarks/bench_newton.py", "-p", "no:nbval", "-o", "addopts=", "-q",
                     "-s", "--benchmark-columns=median,iqr,rounds",
                     "--benchmark-sort=name"),
    "versions": tool("try_versions"), "lock": lock}
TAKE_ARGUMENTS = ("test", "lab", "notebooks", "grade", "nbgrader", "marks", "versions")
ALONE = ("book", "notebooks", "exercises", "pdf", "lock")   # they write into the project
READERS = ("lab", "weights")    # they need no right to write there


def main(args):
    if not args or args[0] in ("-h", "--help", "help"):
        print(__doc__)
        return
    if args[0] not in COMMANDS or (args[1:] and args[0] not in TAKE_ARGUMENTS):
        sys.exit("python run.py {0}: no such command; there are: {1}".format(
            " ".join(args), ", ".join(COMMANDS)))
    if args[0] not in READERS and not os.access(str(ROOT), os.W_OK):
        sys.exit("{0} cannot be written to; copy the project to a folder of yours.".format(
            ROOT))
    try:
        if args[0] not in ("lab", "notebooks"):     # with these one mends a file
            check_files()
        if args[0] in ALONE:
            with take_turn():
                set_up()
                COMMANDS[args[0]](*args[1:])
            return
        if not is_ready():
            with take_turn():
                set_up()
        COMMANDS[args[0]](*args[1:])
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next run will start over.")
    except OSError as e:
        sys.exit("python run.py {0}: {1}: {2}".format(args[0], e.filename, e.strerror))


if __name__ == "__main__":
    main(sys.argv[1:])

"""What a notebook runs in while it is graded: python kernel.py SETTINGS -f CONNECTION

It gives up its rights, sets limits, and tells `confining.Execute`, with the reply to each
cell, which points `grade` gave and what else the cell tried. The answers run in this same
process, so that a student who has studied this file can still deceive it.
"""

import ast
import builtins
import contextlib
import functools
import hashlib
import json
import os
import re
import sys
from pathlib import Path
from types import CodeType

HELPERS = ("grade", "near", "number", "numbers", "letter", "answered")
CHANGES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
           "os.chmod", "os.chown", "os.truncate"}
READS = {"open", "sqlite3.connect", "os.listdir", "os.scandir"}
INSTALLERS = r"\s*(\S*/)?(python\S* -m )?(pip[\d.]*|uv|conda|mamba)\b"
# programs that students start to look around, and that libraries start
ORDINARY = {"ls", "pwd", "cat", "head", "tail", "wc", "echo", "date", "whoami", "uname",
            "nproc", "lscpu", "which", "file", "fc-list", "pip", "uv", "conda"}
OUTPUT = 1_000_000      # characters that one cell may print

notes, verdicts, printed = [], [], [0]      # of the cell that is running


def note(sentence):
    if sentence not in notes:
        notes.append(sentence)


def confine(uid, limits):
    """Set the limits, and go on as another user; the system lets nobody turn back."""
    with contextlib.suppress(ImportError):      # Windows has none of this
        import resource
        for name, value in limits.items():
            if hasattr(resource, name):
                most = resource.getrlimit(getattr(resource, name))[1]
                value = value if most == resource.RLIM_INFINITY else min(value, most)
                with contextlib.suppress(ValueError, OSError):      # not on macOS
                    resource.setrlimit(getattr(resource, name), (value, value))
    if uid:
        import ctypes
        ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)     # no sudo: PR_SET_NO_NEW_PRIVS
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)


def is_code(value):
    return isinstance(value, CodeType)


def watch(folder, private):
    """Note what is tried outside the notebook's folder; refuse what is the class's."""
    allowed = (folder + os.sep, "/dev/", "/proc/")

    def hear(event, args):
        if event in ("subprocess.Popen", "os.system"):
            command = args[0] if event == "os.system" else args[1]
            if isinstance(command, list | tuple):       # a shell stands before its line
                words = list(map(os.fsdecode, command))
                command = words[2] if words[1:2] == ["-c"] else " ".join(words)
            command = os.fsdecode(command)
            started = re.findall(r"(?:^|[;&|])\s*([^\s;&|]+)", command)
            if (any(path in command for path in private)
                    or not {os.path.basename(word) for word in started} <= ORDINARY):
                note(f"starts another program: {command[:60]}")
        elif event in ("os.kill", "os.killpg") and args[0] in (-1, 0, os.getppid()):
            note("tried to end other programs")
            raise PermissionError(1, "not while grading")
        elif event == "socket.connect" and isinstance(args[1], tuple):
            note(f"uses the network: {args[1][0]}")
        elif event in READS or event in CHANGES:
            try:
                path = os.path.realpath(os.fsdecode(args[0]))
            except (TypeError, ValueError, OSError):     # an open file, or none
                return
            changes = event in CHANGES or (event == "open" and isinstance(args[2], int)
                                           and args[2] & (os.O_WRONLY | os.O_RDWR))
            if any((path + os.sep).startswith(p + os.sep) for p in private):
                note(f"tried to {'change' if changes else 'read'} {path}")
                raise PermissionError(13, "not while grading", path)
            if changes and not path.startswith(allowed):
                note(f"tried to change a file outside its folder: {path}")

    sys.addaudithook(hear)


def names_read(code):
    """The names that a cell reads and does not make itself."""
    try:
        names = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)]
    except SyntaxError:
        return set()
    return ({n.id for n in names if isinstance(n.ctx, ast.Load)}
            - {n.id for n in names if isinstance(n.ctx, ast.Store)})


def is_same(now, value, kept):
    """Whether a name still means what a given cell made of it; tables by their content."""
    try:
        if hasattr(value, "__code__"):
            return now.__code__.co_code == kept.co_code
        if hasattr(value, "equals"):
            return now.equals(kept)
        if hasattr(value, "tobytes"):
            return now.dtype == kept.dtype and now.tobytes() == kept.tobytes()
        return now is value or bool(now == value)
    except Exception:
        return False


def reported(grade):
    """Tell each verdict to the teacher's side as well."""
    @functools.wraps(grade)
    def graded(check, points):
        verdict = grade(check, points)
        verdicts.append((check.__code__.co_code, verdict.score, verdict._repr_markdown_()))
        return verdict
    return graded


def remember(exercises):
    """Remember what the checks rely on: functions, by the place that they are found in."""
    import numpy as np
    import pandas as pd
    ours = [module for name, module in sys.modules.items()
            if name.startswith("titanic_helpers")]
    places = [builtins, np, pd, pd.DataFrame, pd.Series, exercises.Verdict, *ours]
    code = {f: f.__code__ for module in ours for f in vars(module).values()
            if is_code(getattr(f, "__code__", None))}
    return [(place, {name: value for name, value in vars(place).items()
                     if callable(value)}) for place in places], code


def put_back(places, code):
    """Undo what was done to the functions that the checks rely on, and note it."""
    for place, was in places:
        for name, value in was.items():
            if vars(place).get(name) is not value:
                note(f"relies on `{place.__name__}.{name}`, which an answer has replaced")
                setattr(place, name, value)
    for function, was in code.items():
        if function.__code__ is not was:
            note(f"relies on `{function.__name__}`, which an answer has rewritten")
            function.__code__ = was


def main():
    settings = json.loads(Path(sys.argv.pop(1)).read_text("utf-8"))
    connection = sys.argv[sys.argv.index("-f") + 1]
    if settings["uid"] and os.path.exists(connection):
        os.chown(connection, settings["uid"], settings["uid"])
    confine(settings["uid"], settings["limits"])
    if settings["hidden"]:      # its parent is not the one that is named there
        os.environ.pop("JPY_PARENT_PID", None)

    from ipykernel.iostream import OutStream
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp

    from titanic_helpers import exercises

    if not os.path.exists(connection):      # a trial: all that is needed can be loaded
        sys.exit(any(os.access(path, os.R_OK) for path in settings["private"]
                     if settings["uid"] or settings["hidden"]))
    exercises.grade = reported(exercises.grade)
    helpers = {name: getattr(exercises, name) for name in HELPERS}
    home, write = os.getcwd(), OutStream.write

    def bounded(self, text):
        """Write to the page, but not without end."""
        room = OUTPUT - printed[0]
        printed[0] += len(text)
        if len(text) > room >= 0:
            write(self, text[:room] + "\n... (the output was cut here)\n")
        elif room > 0:
            write(self, text)
        return len(text)

    def must_fail():
        assert helpers["near"](1.0, 2.0)

    class Kernel(IPythonKernel):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.given = {}     # what the cells that nobody may change have made

        async def do_execute(self, code, *args, **kwargs):
            names, role = self.shell.user_ns, settings["roles"].get(
                hashlib.sha256(code.encode()).hexdigest())
            notes.clear()
            verdicts.clear()
            printed[0] = 0
            try:
                os.getcwd()
            except FileNotFoundError:       # an answer has deleted it
                os.makedirs(home, exist_ok=True)
                os.chdir(home)
            sys.stdout, sys.stderr = streams
            aside, before = self.prepare(code, names, role), dict(names)
            reply = await super().do_execute(code, *args, **kwargs)
            if role == "given" and reply["status"] == "ok":
                self.given |= {
                    name: (value, getattr(value, "__code__", None)
                           or (value.copy() if hasattr(value, "tobytes")
                               or hasattr(value, "equals") else None))
                    for name, value in names.items()
                    if not name.startswith("_") and before.get(name) is not value}
            names.update(aside)
            reply["grading"] = {"notes": notes[:], "verdicts": [
                rest for was, *rest in verdicts if was in functions(code)]}
            return reply

        def prepare(self, code, names, role):
            """Put back what was deleted or replaced, and note what was overwritten."""
            for name, (value, _) in self.given.items():
                names.setdefault(name, value)
            if not role:
                return {}
            sys.setrecursionlimit(deepest)
            for changes in (self.shell.ast_transformers,
                            self.shell.input_transformers_post):
                if changes:
                    note("would be changed by an answer before it runs")
                    changes.clear()
            read, aside = names_read(code), {}
            for name in read & self.given.keys() - helpers.keys():
                if not is_same(names[name], *self.given[name]):
                    note(f"relies on `{name}`, which an answer has overwritten")
            if role == "check":
                put_back(*known)
                for name in read & helpers.keys():
                    if names.get(name, helpers[name]) is not helpers[name]:
                        module = getattr(names[name], "__module__", None) or ""
                        if callable(names[name]) and not module.startswith("numpy"):
                            note(f"relies on `{name}`, which an answer has replaced")
                        else:       # taken by accident, or from numpy import *
                            aside[name] = names[name]
                    names[name] = helpers[name]
                if exercises.grade(must_fail, 1).score:
                    note("would be passed by any answer, as something was done to NumPy")
            return aside

        def do_shutdown(self, restart):     # the teacher's side ends it
            raise RuntimeError("not while grading")

    def functions(code):
        """The compiled functions of a cell."""
        with contextlib.suppress(SyntaxError):
            return [c.co_code for c in compile(code, "", "exec").co_consts if is_code(c)]
        return []

    OutStream.write = bounded
    app = IPKernelApp.instance(kernel_class=Kernel)
    app.initialize()
    shell, known = app.kernel.shell, remember(exercises)
    deepest, streams = sys.getrecursionlimit(), (sys.stdout, sys.stderr)

    def refuse(*_):
        raise RuntimeError("quit() and exit() would end the notebook; leave them out.")

    def install_nothing(*_):
        print("Nothing is installed while grading.")

    def unless_installer(run):
        return lambda command, *args, **kwargs: (
            install_nothing() if re.match(INSTALLERS, command)
            else run(command, *args, **kwargs))

    shell.ask_exit = refuse
    shell.system = unless_installer(shell.system)
    shell.getoutput = unless_installer(shell.getoutput)
    for name in ("pip", "uv", "conda", "mamba", "micromamba"):
        shell.register_magic_function(install_nothing, "line", name)
    watch(settings["folder"], settings["private"])
    app.start()


if __name__ == "__main__":
    main()

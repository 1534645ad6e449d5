"""Every notebook is graded in confinement: in a folder of its own, under limits.

There are three ways, and the best that works is used. With bubblewrap, a notebook sees
nothing but Python, its packages and its own folder, and has no network. As a second user,
where the teacher is root, it can see much and change nothing. In neither case can it reach
the class. Where there is nothing of the kind, it runs as the teacher does; then the class
is compared before and after, and put back as it was.
"""

import contextlib
import functools
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from queue import Empty
from typing import NamedTuple

import nbgrader.preprocessors
import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import is_grade, is_locked, is_solution
from traitlets import Enum, Float, Integer

from grading import CLASSROOM, ROOT, NotGradedError

KERNEL = Path(__file__).with_name("kernel.py")
ASIDE = "put_aside"     # where what was changed in the class is kept
UNGUARDED = {"__pycache__", ASIDE}
SHOWN = 1_000_000       # characters of pictures and tables that one cell may show
RUNS = 4                # so often is a notebook run, each time without what ended it


class Way(NamedTuple):
    """How notebooks are confined: a name, a sentence, the command's start, a user."""

    name: str
    sentence: str
    prefix: Callable[[Path], list[str]] = lambda base: []
    uid: int = 0


def free_uid() -> int:
    """A user number that nobody has, and that no process runs under."""
    import pwd
    taken = {p.info["uids"].real for p in psutil.process_iter(["uids"]) if p.info["uids"]}
    taken |= {user.pw_uid for user in pwd.getpwall()}
    return random.choice(sorted(set(range(50_000, 60_000)) - taken))


def bubblewrap(base: Path) -> list[str]:
    """What stands before the command: the system, Python and the packages, read-only."""
    command = ["bwrap", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-net",
               "--die-with-parent", "--proc", "/proc", "--dev", "/dev",
               *(word for name in ("/tmp", "/dev/shm")
                 for word in ("--perms", "1777", "--tmpfs", name))]
    if os.getuid() == 0:        # until kernel.py gives them up
        command += ["--cap-add", "ALL"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        if (path := Path("/") / name).is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            command += ["--ro-bind", str(path), str(path)]
    seen = ["/usr", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime",
            sys.prefix, sys.base_prefix, os.path.realpath(sys.base_prefix),
            os.path.dirname(os.path.realpath(sys.executable)),
            *find_spec("titanic_helpers").submodule_search_locations, str(KERNEL)]
    binds = [*(("--ro-bind-try", path) for path in seen), ("--bind", str(base))]
    for bind, path in binds:    # a folder above may be closed to others, as root's home is
        for parent in reversed(Path(path).parents[:-1]):
            command += ["--perms", "0755", "--dir", str(parent)]
        command += [bind, path, path]
    return [*command, "--chdir", str(base / "work")]


def caches() -> list[Path]:
    """What takes long to make anew: the list of fonts; and Python's own, where it lies."""
    import matplotlib.font_manager
    return list(Path(matplotlib.get_cachedir()).glob("fontlist*"))


@contextlib.contextmanager
def folder(beside: Path | None = None) -> Iterator[Path]:
    """A folder for one run of a notebook, with the files that were handed in beside it."""
    with tempfile.TemporaryDirectory(prefix="grading-", ignore_cleanup_errors=True) as name:
        base = Path(name).resolve()
        (base / "home").mkdir()
        for path in caches():
            shutil.copy(path, base / "home")
        if beside:
            shutil.copytree(beside, base / "work", symlinks=True,
                            ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        else:
            (base / "work").mkdir()
        yield base


def own(base: Path, uid: int) -> None:
    for path in [base, *base.rglob("*")]:
        os.chown(path, uid, uid, follow_symlinks=False)


def launch(way: Way, base: Path, settings: dict) -> tuple[list[str], dict[str, str]]:
    """The command that starts a kernel, but for its connection file; its environment."""
    settings |= {"uid": way.uid, "hidden": way.name == "bubblewrap", "folder": str(base)}
    (base / "settings.json").write_text(json.dumps(settings), "utf-8")
    if way.uid:
        own(base, way.uid)
    home, windows = str(base / "home"), ("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT")
    env = {name: os.environ[name] for name in windows if name in os.environ}
    env |= {"PATH": os.pathsep.join([os.path.dirname(sys.executable), os.defpath]),
            "HOME": home, "USERPROFILE": home, "TMPDIR": home, "TEMP": home, "TMP": home,
            "IPYTHONDIR": home, "MPLCONFIGDIR": home, "JUPYTER_RUNTIME_DIR": home,
            "LOGNAME": "student", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1",
            "NBGRADER_EXECUTION": "autograde", "GRADING_FOLDER": str(base)}
    return [*way.prefix(base), sys.executable, "-I", "-B", "-X", "utf8", str(KERNEL),
            str(base / "settings.json"), "-f"], env


@contextlib.contextmanager
def closed(way: Way, private: list[Path]) -> Iterator[None]:
    """Close the class to other users, where a notebook is run as one of them."""
    before = {path: path.stat().st_mode for path in private if way.name == "user"}
    try:
        for path, mode in before.items():
            path.chmod(mode & ~0o007)
        yield
    finally:
        for path, mode in before.items():
            path.chmod(mode)


def works(way: Way) -> bool:
    """Try it: load what a notebook needs, and see that the class cannot be read."""
    private = [CLASSROOM, ROOT / "book" / "exercises"]
    with folder() as base, closed(way, private):
        command, env = launch(way, base, {"limits": {}, "private": list(map(str, private))})
        try:
            return subprocess.run([*command, str(base / "none")], env=env, timeout=120,
                                  capture_output=True, cwd=base / "work").returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False


@functools.cache
def confinement(name: str | None = None) -> Way:
    """The best way that works here, or the one that is asked for."""
    root = hasattr(os, "getuid") and os.getuid() == 0
    uid = free_uid() if root else 0
    ways = [Way("none", "The notebooks run with your rights, since this computer offers no "
                        "better way (bubblewrap would be one); the class is compared "
                        "before and after each, and put back as it was."
                        + " There is no limit on memory." * (os.name == "nt"))]
    if root:
        ways.insert(0, Way("user", "Each notebook runs as a user without any rights.",
                           uid=uid))
    if shutil.which("bwrap"):
        ways.insert(0, Way("bubblewrap", "Each notebook runs where nothing but its own "
                                         "folder is in reach.", bubblewrap, uid))
    for way in ways:
        if name in (way.name, None) and (way.name == "none" or works(way)):
            return way
    raise NotGradedError(f"notebooks cannot be confined by the way {name!r} here")


def programs(way: Way, base: Path, kernel: psutil.Process) -> list[psutil.Process]:
    """All that a notebook started and that still runs, however it was started."""
    found = []
    with contextlib.suppress(psutil.Error):
        found = [kernel, *kernel.children(recursive=True)]
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if (process.uids().real == way.uid if way.uid else
                    process.environ().get("GRADING_FOLDER") == str(base)):
                found.append(process)
    return [process for process in set(found) if is_running(process)]


def is_running(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def end(way: Way, base: Path, kernel: psutil.Process) -> list[str]:
    """End all of it; return the names of what was left running beside the notebook."""
    left, until = [], time.monotonic() + 30
    for process in (found := programs(way, base, kernel)):
        with contextlib.suppress(psutil.Error):
            if process.name() != "bwrap" and str(KERNEL) not in process.cmdline():
                left.append(process.name())
    while found and time.monotonic() < until:
        for act in (psutil.Process.suspend, psutil.Process.kill):   # no more forks
            for process in found:
                with contextlib.suppress(psutil.Error):
                    act(process)
        time.sleep(0.02)
        found = programs(way, base, kernel)
    return sorted(left)


def contents(folders: list[Path], before: dict) -> dict[Path, tuple]:
    """Each file of some folders: what tells a change, its content, its rights."""
    now = {}
    for path in (path for folder in folders for path in folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not UNGUARDED & {*path.parts}:
            stat = path.stat()
            told = stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino
            if path in before and before[path][0] == told:
                now[path] = before[path]
                continue
            with contextlib.suppress(PermissionError):      # another program has locked it
                now[path] = told, path.read_bytes(), stat.st_mode
    return now


def put_back(folders: list[Path], before: dict) -> list[Path]:
    """Write each file that was changed or removed as it was; put what is new aside.

    Nothing is deleted, since a teacher may have saved it at the same time.
    """
    now = contents(folders, before)
    changed = [p for p in before.keys() | now.keys() if before.get(p) != now.get(p)]
    for path in changed:
        with contextlib.suppress(PermissionError):
            if path.exists():
                aside = folders[0] / ASIDE / f"{time.time_ns()}_{path.name}"
                aside.parent.mkdir(exist_ok=True)
                path.replace(aside)
            if path in before:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(before[path][1])
                path.chmod(before[path][2])
    return sorted(changed)


def sha(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def is_check(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def calls_grade(source: str) -> bool:
    return bool(re.search(r"^grade\(", source, re.MULTILINE))


def labels(cells: list[NotebookNode]) -> list[str]:
    """What a teacher calls each cell: answer 4.2, the check of 4.2."""
    found, number = [], "the first part"
    for cell in cells:
        if cell.cell_type == "markdown" and (
                heading := re.search(r"^#+ .*?(\d+\.\d+)", cell.source, re.MULTILINE)):
            number = heading[1]
        kind = ("the check of" if is_check(cell) else
                "answer" if is_solution(cell) else "a cell of")
        found.append(f"{kind} {number}")
    return found


def stopped(reason: str) -> NotebookNode:
    """The output of a cell that was not run to its end."""
    return new_output("error", ename="Stopped", evalue=reason,
                      traceback=[reason[0].upper() + reason[1:] + "."])


class Manager(AsyncKernelManager):
    """Start a confined kernel instead of the one that the notebook names."""

    command: list[str]

    @property
    def kernel_spec(self) -> KernelSpec:
        # bubblewrap would take a signal for itself; Windows knows no such message
        return KernelSpec(argv=[*self.command, "{connection_file}", "--log-level=50"],
                          interrupt_mode="signal" if os.name == "nt" else "message")


class Execute(nbgrader.preprocessors.Execute):
    """Run a notebook in confinement, and let no answer take another one's points."""

    way = Enum(["bubblewrap", "user", "none"], None, allow_none=True,
               help="How to confine notebooks; the best way that works, if not set."
               ).tag(config=True)
    memory = Float(4, help="How much memory a program may ask for, in GiB."
                   ).tag(config=True)
    processes = Integer(100, help="How many programs a notebook may run at a time."
                        ).tag(config=True)
    file_size = Float(0.1, help="How large a file may become, in GiB.").tag(config=True)
    notebook_timeout = Integer(600, help="How long a notebook may run, in seconds."
                               ).tag(config=True)
    patience = Integer(5, help="How long a cell has to obey when it is stopped, in seconds."
                       ).tag(config=True)

    def preprocess(self, nb, resources=None, km=None):
        self.nb, self.resources = nb, resources or {}
        self.confined, self.look = confinement(self.way), []
        self.labels, self.skipped = labels(nb.cells), {}
        self.deadline = time.monotonic() + self.notebook_timeout
        if self.confined.name == "none":
            self.log.warning(self.confined.sentence)
        everything = range(len(nb.cells))
        if not any(self.run(everything) for _ in range(RUNS)):
            self.run_apart()
        grading = nb.metadata.setdefault("grading", {})
        grading["look"] = [*grading.get("look", []), *dict.fromkeys(self.look)]
        return nb, self.resources

    def run_apart(self) -> None:
        """Run each exercise in a kernel of its own, with the cells that were given."""
        self.skipped, given, group = {}, [], []
        for index, cell in enumerate(self.nb.cells):
            if is_locked(cell) and not is_check(cell):
                given.append(index)
            else:
                group.append(index)
            if is_check(cell):
                self.run(sorted(given + group)) or self.run(sorted(given + group))
                group = []

    def run(self, indexes) -> bool:
        """Run cells in a fresh kernel; False if one ended it, which is skipped from now."""
        indexes = [index for index in indexes if self.nb.cells[index].cell_type == "code"]
        for index in indexes:       # a check without output would earn all points
            self.nb.cells[index].outputs = [stopped("this cell was not run")]
        with self.kernel():
            for index in indexes:
                cell, ended = self.nb.cells[index], ""
                if time.monotonic() > self.deadline:
                    self.skip(index, "was not run, as the time for a notebook was over")
                elif index not in self.skipped and (ended := self.run_cell(index)):
                    self.skip(index, ended)
                if index in self.skipped:
                    self.reply, cell.outputs = {}, [stopped(self.skipped[index])]
                if is_check(cell) and calls_grade(cell.source):
                    self.score(cell)
                if ended:
                    return False
        return True

    def skip(self, index: int, reason: str) -> None:
        self.skipped[index] = f"{self.labels[index]} {reason}"
        self.look.append(self.skipped[index])

    def run_cell(self, index: int) -> str:
        """Run one cell; return why it must be skipped, or an empty string."""
        cell, self.reply, self.late, self.room = self.nb.cells[index], {}, False, SHOWN
        cell.outputs = []       # as it stays where there is nothing to run
        try:
            self.execute_cell(cell, index)
        except DeadKernelError:
            return "never ended and was skipped" if self.late else (
                "ended the whole notebook and was skipped")
        except CellTimeoutError:
            return "showed too much and was skipped"
        if "MemoryError" in self.reply.get("ename", ""):
            return f"asked for more than {self.memory:g} GiB of memory and was skipped"
        self.look += [f"{self.labels[index]} {note}"
                      for note in self.reply.get("grading", {}).get("notes", [])]
        if self.late and self.reply["status"] == "error":
            self.skipped[index] = (f"{self.labels[index]} took more than {self.timeout} "
                                   "seconds and was stopped")
        return ""

    def score(self, cell: NotebookNode) -> None:
        """Let the points be those that `grade` gave, whatever else the check shows."""
        most = float(cell.metadata.nbgrader["points"])
        found = self.reply.get("grading", {}).get("verdicts", [])
        points, text = min(found, default=(0, "**Not yet.** This check did not come to "
                                              "its end."))
        for output in cell.outputs:
            if output.output_type == "stream":
                output.name = "stdout"      # nbgrader gives no points where it says stderr
        others = [o for o in cell.outputs if o.output_type != "execute_result"]
        data = {"text/plain": f"{max(0, min(points, most)):g}", "text/markdown": text}
        cell.outputs = [new_output("execute_result", data,
                                   execution_count=cell.execution_count), *others]

    def on_cell_executed(self, **kwargs):
        self.reply = kwargs["execute_reply"]["content"]
        super().on_cell_executed(**kwargs)

    def output(self, outs, msg, display_id, cell_index):
        self.room -= len(str(msg["content"]))
        if self.room > 0:
            return super().output(outs, msg, display_id, cell_index)

    def _get_timeout(self, cell):
        return max(1, min(self.timeout_func(cell) if self.timeout_func else self.timeout,
                          round(self.deadline - time.monotonic())))

    async def _async_handle_timeout(self, timeout, cell=None):
        """Interrupt a cell, and give it up if it does not obey."""
        self.late = True
        await self.km.interrupt_kernel()
        try:
            return await self.kc.shell_channel.get_msg(timeout=self.patience)
        except Empty:
            raise DeadKernelError("it did not obey") from None

    @contextlib.contextmanager
    def kernel(self) -> Iterator[None]:
        """A confined kernel; nothing of it is left afterwards."""
        way, beside = self.confined, self.resources.get("metadata", {}).get("path")
        course = self.course()
        guarded = [*course, ROOT / "titanic_helpers", ROOT / "tools"]
        settings = {
            "private": list(map(str, course)), "limits": self.limits(),
            "roles": {sha(cell.source): "check" if is_check(cell) else "given"
                      for cell in self.nb.cells
                      if cell.cell_type == "code" and is_locked(cell)}}
        if way.name == "none":
            self.before = contents(guarded, getattr(self, "before", {}))
        with folder(beside and Path(beside)) as base, closed(way, course):
            self.km = Manager(connection_file=str(base / "k.json"),
                              transport="tcp" if os.name == "nt" else "ipc")
            self.km.command, env = launch(way, base, settings)
            with (base / "log.txt").open("w") as log:
                self.start_new_kernel(cwd=str(base / "work"), env=env, stdout=log,
                                      stderr=log)
            process = psutil.Process(self.km.provisioner.process.pid)
            try:
                try:
                    self.start_new_kernel_client()
                except RuntimeError:
                    said = (base / "log.txt").read_text("utf-8", "replace").split("\n")
                    raise NotGradedError("its code could not be started: "
                                         + " ".join(said[-2:-1])) from None
                yield
            finally:
                if left := end(way, base, process):
                    self.look.append(f"left programs running, which were ended: "
                                     f"{', '.join(left[:5])}")
                if self.km:
                    self._cleanup_kernel()
        if way.name == "none" and (changed := put_back(guarded, self.before)):
            self.look.append(f"changed {changed[0]}, which was put back as it "
                             f"was; what it had become is in {ASIDE}")

    def course(self) -> list[Path]:
        """The folders that a notebook must not reach: the class, and the solutions."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if not coursedir:
            return [CLASSROOM, ROOT / "book" / "exercises"]
        root = Path(coursedir.root).resolve()
        return [root, (root / coursedir.source_directory).resolve()]

    def limits(self) -> dict[str, int]:
        """What the system allows each program, in its own words (see `man setrlimit`)."""
        running = 0
        if os.name != "nt" and not self.confined.uid:   # those of the teacher count, too
            for process in psutil.process_iter(["uids", "num_threads"]):
                if process.info["uids"] and process.info["uids"].real == os.getuid():
                    running += process.info["num_threads"] or 1
        return {"RLIMIT_AS": round(self.memory * 2**30), "RLIMIT_CORE": 0,
                "RLIMIT_NPROC": running + self.processes,
                "RLIMIT_FSIZE": round(self.file_size * 2**30),
                "RLIMIT_CPU": self.notebook_timeout}

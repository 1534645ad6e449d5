"""The files in a folder, and in the archives in it, whatever these hold.

No name in an archive becomes a path: what is unpacked gets numbers for names. Sizes are
bounded, so that an archive of a few bytes cannot fill the disk.
"""

import bz2
import gzip
import lzma
import re
import shutil
import stat
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

MB = 1_000_000
FILE, CLASS, STUDENT = 20 * MB, 2000 * MB, 50 * MB      # a file, an archive, one in it
COUNT, DEPTH = 20_000, 4
SYSTEM = re.compile(r"\.|~\$|(__MACOSX|__pycache__|node_modules|_build|Thumbs\.db|"
                    r"desktop\.ini)$", re.IGNORECASE)
PACKED = {".gz": gzip.open, ".tgz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
ARCHIVES = {".zip", ".tar", *PACKED}


class File(NamedTuple):
    """Its path in the folder, where its bytes are, and when it was changed."""

    parts: tuple[str, ...]
    path: Path
    time: float

    @property
    def label(self) -> str:
        text = "".join(c if c.isprintable() else "?" for c in "/".join(self.parts))
        return text if len(text) <= 200 else f"{text[:100]} … {text[-90:]}"

    @property
    def packs(self) -> bool:
        return Path(self.parts[-1].lower()).suffix in ARCHIVES


class Entry(NamedTuple):
    """A file in an archive, not read yet."""

    name: str
    size: int
    time: float
    wrong: str
    open: Callable


def reason(error: Exception) -> str:
    text = getattr(error, "strerror", "") or str(error)
    return text.splitlines()[0] if text else type(error).__name__


def unreadable(error: Exception) -> str:
    return f"cannot be read ({reason(error)})"


def zipped(whole: zipfile.ZipFile) -> Iterator[Entry]:
    for info in whole.infolist():
        name, mode, then = info.filename, info.external_attr >> 16, info.date_time
        if not info.flag_bits & 0x800:      # macOS writes UTF-8 without saying so
            with suppress(UnicodeError):
                name = name.encode("cp437").decode("utf-8")
        wrong = ("encrypted" if info.flag_bits & 1 else
                 "a link or a device" if stat.S_ISLNK(mode) else "")
        changed = time.mktime((*then, 0, 0, -1)) if then > (1980, 1, 2) else 0
        yield Entry(name, info.file_size, changed, wrong, partial(whole.open, info))


def tarred(whole: tarfile.TarFile) -> Iterator[Entry]:
    for info in whole:
        if not info.isdir():
            yield Entry(info.name, info.size, info.mtime,
                        "" if info.isreg() else "a link or a device",
                        partial(whole.extractfile, info))


def unpacked(archive: File, new: Iterator[Path], say: Callable, depth=1) -> Iterator[File]:
    """The files in an archive, and in the archives in it, each at the next new path."""
    room, path, kind = CLASS if depth == 1 else STUDENT, archive.path, archive.parts[-1]
    try:
        if depth > DEPTH:
            raise ValueError("too many archives in each other")
        if unpack := PACKED.get(Path(kind.lower()).suffix):
            kind = archive.parts[-1].rpartition(".")[0]
            with unpack(path) as packed, (path := next(new)).open("wb") as file:
                while block := packed.read(MB):
                    if (room := room - len(block)) < 0:
                        raise ValueError("too large when unpacked")
                    file.write(block)
            if not tarfile.is_tarfile(path):        # one file, not an archive
                yield File((*archive.parts[:-1], kind), path, archive.time)
                return
        zips = Path(kind.lower()).suffix == ".zip"
        with zipfile.ZipFile(path) if zips else tarfile.open(path, "r:") as whole:
            entries = (zipped if zips else tarred)(whole)
            listed = list(islice(entries, COUNT + 1))
            if len(listed) > COUNT:
                raise ValueError(f"more than {COUNT:,} files")
            for entry in sorted(listed, key=lambda e: ".ipynb" not in e.name.lower()):
                inside = re.split(r"[/\\]", entry.name)
                if not inside[-1]:          # a folder
                    continue
                parts = [part for part in inside if part not in ("", ".")]
                known = 0 < entry.time < 2**32      # and not nan
                file = File((*archive.parts, *parts), path,
                            entry.time if known else archive.time)
                limit = STUDENT if file.packs else FILE
                wrong = entry.wrong
                if ".." in inside or not inside[0] or re.match(r"[A-Za-z]:", inside[0]):
                    wrong = "its path leads out of the archive"
                elif any(map(SYSTEM.match, parts)):
                    yield file
                    continue
                elif entry.size > limit:
                    wrong = f"larger than {limit // MB} MB"
                elif entry.size > room:
                    wrong = "too much in one archive"
                if not wrong:
                    room -= entry.size
                    file = file._replace(path=next(new))
                    try:
                        with entry.open() as source, file.path.open("wb") as target:
                            shutil.copyfileobj(source, target)
                    except Exception as error:      # a broken archive raises anything
                        wrong = unreadable(error)
                if wrong:
                    say(file.label, wrong)
                elif file.packs:
                    yield from unpacked(file, new, say, depth + 1)
                else:
                    yield file
    except Exception as error:                      # the same
        say(archive.label, unreadable(error))


def files_of(folder: Path, new: Iterator[Path], say: Callable) -> Iterator[File]:
    for path in sorted(folder.rglob("*"), key=lambda path: path.as_posix()):
        file = File(path.relative_to(folder).parts, path, 0)
        try:
            if path.is_dir() and not path.is_symlink():
                continue
            if path.is_symlink() or not path.is_file():
                say(file.label, "a link or a device")
                continue
            file = file._replace(time=max(0, path.stat().st_mtime))
            path.open("rb").close()
        except OSError as error:
            say(file.label, unreadable(error))
            continue
        if file.packs and not any(map(SYSTEM.match, file.parts)):
            yield from unpacked(file, new, say)
        else:
            yield file

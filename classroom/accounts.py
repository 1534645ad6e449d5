"""Give each student of a list an account on this machine, for JupyterHub.

    python3 classroom/accounts.py students.csv >> passwords.csv
    python3 classroom/accounts.py students.csv --remove

The list is nbgrader's: a table with a column `id`. As root, because it makes accounts.
A student's home is a file system of its own, in a file of 500 MB, so that whoever fills
it fills nobody else's; the chapters are in it. Students who have an account are left as
they are, so the command can be run again. Written to need Python alone.
"""

import argparse
import contextlib
import csv
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GROUP = "titanic"                       # its members may log in: jupyterhub_config.py
HOMES = Path("/home")
DISKS = Path("/srv/titanic/disks")      # the file of each student's home
FSTAB = Path("/etc/fstab")              # what is mounted when the machine starts
SIZE = "500M"


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          **options)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def names(table):
    """Read the students' ids, which must do as names of accounts."""
    try:
        with open(table, encoding="utf-8-sig", newline="") as file:
            found = [(row.get("id") or "").strip() for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        sys.exit(f"{table} cannot be read: {error}")
    if not found:
        sys.exit(f"{table} names no student: it needs a column id, and a row for each.")
    for line, name in enumerate(found, 2):
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", name):
            sys.exit(f"{table}, row {line}: {name!r} cannot be the name of an account; use "
                     "small letters from a to z, digits, - and _, and begin with a letter.")
    return list(dict.fromkeys(found))


def account(name):
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def is_student(name, group=GROUP):
    return group in run("id", "--name", "--groups", name).split()


def mount_line(name, homes=HOMES, disks=DISKS):
    return f"{disks / name}.img {homes / name} ext4 loop,nosuid,nodev,nofail 0 2\n"


def create(name, group=GROUP, homes=HOMES, disks=DISKS, fstab=FSTAB, size=SIZE):
    """Make the account and its home, and return its password."""
    disk, home, password = disks / f"{name}.img", homes / name, secrets.token_urlsafe(9)
    run("groupadd", "--force", group)
    run("useradd", "--no-create-home", "--home-dir", home, "--groups", group,
        "--shell", "/bin/bash", name)
    ids = account(name)
    disks.mkdir(mode=0o700, parents=True, exist_ok=True)
    run("truncate", f"--size={size}", disk)
    run("mkfs.ext4", "-q", "-m", "0", "-E", f"root_owner={ids.pw_uid}:{ids.pw_gid}", disk)
    home.mkdir(parents=True, exist_ok=True)
    run("mount", "-o", "loop,nosuid,nodev", disk, home)
    if fstab:
        with fstab.open("a") as file:
            file.write(mount_line(name, homes, disks))
    (home / "lost+found").rmdir()
    shutil.copytree("/etc/skel", home, dirs_exist_ok=True)
    (home / "chapters").mkdir(exist_ok=True)
    for chapter in sorted((ROOT / "book").glob("[0-9]*.ipynb")):
        shutil.copy(chapter, home / "chapters")
    run("chown", "--recursive", f"{ids.pw_uid}:{ids.pw_gid}", home)
    home.chmod(0o700)
    run("chpasswd", input=f"{name}:{password}\n")
    return password


def processes(uid):
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):      # it has just ended
            if folder.stat().st_uid == uid:
                yield int(folder.name)


def remove(name, homes=HOMES, disks=DISKS, fstab=FSTAB):
    """Remove the account with its home and everything in it."""
    until = time.monotonic() + 30
    while (left := list(processes(account(name).pw_uid))) and time.monotonic() < until:
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)
    if (homes / name).is_mount():
        run("umount", "--lazy", homes / name)
    run("userdel", name)
    (disks / f"{name}.img").unlink(missing_ok=True)
    if (homes / name).is_dir():
        (homes / name).rmdir()
    if fstab:
        lines = fstab.read_text().splitlines(keepends=True)
        fstab.write_text("".join(
            line for line in lines if line != mount_line(name, homes, disks)))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("table", help="students.csv, with a column id")
    parser.add_argument("--remove", action="store_true",
                        help="remove these students' accounts and all their files")
    chosen = parser.parse_args(arguments)
    students = names(chosen.table)
    if os.geteuid():
        sys.exit("Making accounts needs root: put sudo before the command.")
    for name in students:
        if account(name) and not is_student(name):
            sys.exit(f"{name} is an account of this machine that is not a student's; give "
                     "the student another id.")
    for name in students:
        if chosen.remove and account(name):
            remove(name)
        elif not chosen.remove and not account(name):
            print(f"{name},{create(name)}", flush=True)


if __name__ == "__main__":
    main()

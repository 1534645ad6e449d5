"""Collecting from nbgrader's exchange, a folder into which every student can write."""

import os
import pwd
import re
import secrets
import shutil
import stat

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import ignore_patterns, parse_utc

LONG_AGO = parse_utc("1970-01-01 00:00:00 UTC")
SECRET = "submission_secret.txt"


class Collect(ExchangeCollect):
    """Takes what each student put there, and only that, whatever its name says.

    nbgrader believes the names of the folders, follows links, and stops at the first
    folder that it cannot read. But a student can write a neighbour's name, link to a file
    that only the teacher may read, or close a folder.
    """

    def read_name(self, path):
        try:
            return super()._path_to_record(path)
        except Exception:       # a name that nbgrader did not write
            return {"username": "", "filename": os.path.basename(path),
                    "timestamp": LONG_AGO}

    def _path_to_record(self, path):
        record = self.read_name(path)
        try:
            owner = pwd.getpwuid(os.lstat(path).st_uid).pw_name
        except KeyError:        # an account that has been removed
            return record
        if record["username"] != owner:
            self.log.warning("%s put a submission into the exchange under the name %r; it "
                             "counts as %s's own.", owner, record["username"], owner)
        return record | {"username": owner}

    def do_copy(self, src, dest, log=None):
        owner = os.lstat(src).st_uid

        def copy(source, target):
            # a pipe would be waited for without NONBLOCK
            with open(source, "rb", opener=lambda path, flags: os.open(
                    path, flags | os.O_NONBLOCK)) as file:
                status = os.fstat(file.fileno())
                if status.st_uid != owner or not stat.S_ISREG(status.st_mode):
                    self.log.warning("%s is left out: it is not a file of the student who "
                                     "handed it in.", source)
                    return
                with open(target, "wb") as copied:
                    shutil.copyfileobj(file, copied)

        def ignore(folder, names):
            links = [name for name in names if os.path.islink(os.path.join(folder, name))]
            for name in links:
                self.log.warning("%s/%s is left out: it is a link.", folder, name)
            return links + ignored(folder, names)

        ignored = ignore_patterns(
            exclude=self.coursedir.ignore, include=self.coursedir.include,
            max_file_size=self.coursedir.max_file_size, log=self.log)
        try:
            if os.path.islink(src):
                self.log.warning("%s is left out: it is a link.", src)
            else:
                shutil.copytree(src, dest, copy_function=copy, ignore=ignore)
        except OSError as error:        # it tells of every file; the others are copied
            self.log.warning("%s cannot be read wholly: %s", src, error)
        self.complete(src, dest)

    def complete(self, src, dest):
        """See to the two files that nbgrader reads later, for the whole class at once."""
        os.makedirs(dest, exist_ok=True)
        os.chmod(dest, 0o755)
        time = self.read_name(src)["timestamp"]
        with open(os.path.join(dest, "timestamp.txt"), "w") as file:
            file.write(f"{time} UTC")
        path = os.path.join(dest, SECRET)
        try:
            with open(path, encoding="ascii") as file:
                good = re.fullmatch("[0-9a-f]{128}", file.read())
        except (OSError, UnicodeDecodeError):
            good = None
        if not good:
            with open(path, "w") as file:
                file.write(secrets.token_hex(64))

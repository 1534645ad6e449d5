"""How many students one JupyterHub bears, tried with real servers and real kernels.

    python benchmarks/hub.py --students 30

It sets up the hub of book/jupyterhub.md in a folder of its own, with accounts that it makes
for the trial, and removes all of it again. A class logs in, starts servers, fetches
chapter 6's exercises, runs the chapter, answers, and hands in within some minutes of each
other, while the teacher collects, grades and returns feedback. One student tries to read
and write what is others', one fills his disk, one leaves an endless loop. In the middle
the hub is killed and started again. Then it prints what it cost, and what was lost.

It needs root, Debian's python3-venv, e2fsprogs and npm, and listens on 127.0.0.1 alone.
"""

import argparse
import contextlib
import csv
import hashlib
import json
import os
import random
import re
import select
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid
from pathlib import Path
from urllib.parse import quote

try:
    import requests
    import websocket
except ImportError:
    sys.exit("Use the project's own Python: .venv/bin/python benchmarks/hub.py")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "classroom"))

import accounts  # noqa: E402

NAME = "06_gradient_descent"
PROXY = "configurable-http-proxy@5.0.1"
PYTHON = "/usr/bin/python3"     # one that every account can read
GROUP, TEACHER = "trial", "trialteacher"
PATIENCE = 300                  # seconds that anything may take before it counts as lost

# The teacher's commands between two looks at the exchange.
GRADE = [("nbgrader", "collect", NAME, "--update"), ("grade", NAME),
         ("nbgrader", "release_feedback", NAME)]


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          timeout=PATIENCE, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def free_ports(number):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


# The machine: environment, accounts, hub, teacher

def install(folder):
    """Make the students' environment and the proxy, unless they are there."""
    if not (folder / "done").exists():
        run(PYTHON, "-m", "venv", folder / "env")
        run(folder / "env" / "bin" / "pip", "install", "-q", "-c", "requirements.txt",
            "-r", "classroom/hub-requirements.txt", cwd=ROOT)
        run("npm", "install", "--prefix", folder / "node", PROXY)
        (folder / "done").touch()


def configure(trial, env, ports):
    """Take the classroom's settings, and change what a trial must have for itself."""
    (trial / "exchange").mkdir()
    (trial / "exchange").chmod(0o1777)
    course = trial / "exchange" / "titanic"
    for folder, mode in ((course, 0o755), (course / "inbound", 0o1733),
                         (course / "outbound", 0o755)):
        folder.mkdir()
        folder.chmod(mode)
        shutil.chown(folder, TEACHER, TEACHER)
    students = f"""
c.CourseDirectory.course_id = "titanic"
c.Exchange.root = {str(trial / "exchange")!r}
"""
    settings = trial / "settings"
    settings.mkdir()
    (settings / "nbgrader_config.py").write_text(students)
    hub = trial / "hub"
    hub.mkdir(mode=0o700)
    (hub / "config.py").write_text(f"""
load_subconfig({str(ROOT / "classroom" / "jupyterhub_config.py")!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = [
    {str(env / "node/node_modules/.bin/configurable-http-proxy")!r}]
c.LocalAuthenticator.allowed_groups = {{{GROUP!r}}}
c.Authenticator.admin_users = {{{TEACHER!r}}}
# so that the trial sees the end of an endless loop
c.Spawner.cmd = [part.replace("--cpu=3600", "--cpu=240") for part in c.Spawner.cmd]
c.Spawner.environment["JUPYTER_CONFIG_PATH"] = {str(settings)!r}
""")
    return students


class Hub:
    def __init__(self, trial, env, port):
        self.folder, self.env, self.url = trial / "hub", env, f"http://127.0.0.1:{port}"
        self.process = None

    def start(self):
        """Start the hub and return the seconds until it answers."""
        begin = time.monotonic()
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [self.env / "env/bin/jupyterhub", "-f", "config.py"], cwd=self.folder,
                stdout=log, stderr=log, start_new_session=True,
                env={"PATH": os.environ["PATH"], "HOME": "/root", "LANG": "C.UTF-8"})
        while time.monotonic() < begin + 120:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"{self.url}/hub/api", timeout=5).ok:
                    return time.monotonic() - begin
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise RuntimeError((self.folder / "log").read_text()[-3000:])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """End the hub, its proxy and its services: the settings let the proxy go on."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(60)
            self.process.kill()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError, ProcessLookupError):
                if (folder / "cwd").readlink() == self.folder:
                    os.kill(int(folder.name), 9)


class Teacher(threading.Thread):
    """Has the project in a folder that nobody else can enter, and grades until it ends."""

    def __init__(self, trial, env, students, settings, every):
        super().__init__(daemon=True)
        self.home, self.every = trial / "home" / TEACHER, every
        self.project, self.over = self.home / "book", threading.Event()
        self.rounds, self.trouble, self.said = [], [], []
        for file in run("git", "ls-files", "--cached", "--others", "--exclude-standard",
                        cwd=ROOT).splitlines():
            (self.project / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, self.project / file)
        with (self.project / "classroom" / "nbgrader_config.py").open("a") as config:
            config.write(settings)
        with (self.project / "classroom" / "students.csv").open("w") as table:
            table.write("id\n" + "\n".join(students) + "\n")
        if (env / "teacher.venv").is_dir():
            shutil.move(env / "teacher.venv", self.project / ".venv")
        run("chown", "-R", f"{TEACHER}:", self.home)
        self.home.chmod(0o700)
        self.command("nbgrader", "db", "student", "import", "students.csv")
        self.command("nbgrader", "generate_assignment", NAME)
        self.command("nbgrader", "release_assignment", NAME)

    def command(self, *arguments):
        return run(PYTHON, "run.py", *arguments, cwd=self.project, user=TEACHER,
                   group=TEACHER, extra_groups=[],
                   env={**os.environ, "HOME": str(self.home), "USER": TEACHER,
                        "LOGNAME": TEACHER, "UV_LINK_MODE": "copy"})

    def grade(self):
        begin = time.monotonic()
        for command in GRADE:
            try:
                self.said.append(self.command(*command))
            except RuntimeError as error:       # one student's notebook, perhaps
                self.said.append(str(error))
                self.trouble.append(f"{' '.join(command)} ended with an error")
        self.rounds.append(time.monotonic() - begin)

    def run(self):
        while not self.over.wait(self.every):
            self.grade()

    def scores(self):
        self.command("nbgrader", "export")
        with (self.project / "classroom" / "grades.csv").open(
                encoding="utf-8-sig", newline="") as file:
            return {row["student_id"]: float(row["score"] or 0)
                    for row in csv.DictReader(file) if row["assignment"] == NAME}


# A student, as the browser is one: pages with cookies, a kernel behind a websocket

class Kernel:
    def __init__(self, student):
        self.student, self.session, self.socket = student, uuid.uuid4().hex, None
        self.id = student.api("post", "api/kernels", json={"name": "python3"})["id"]

    def connect(self):
        url = f"{self.student.url}/api/kernels/{self.id}/channels?session_id={self.session}"
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.student.web.cookies
                            if self.student.path.startswith(c.path.rstrip("/")))
        self.socket = websocket.create_connection(
            url.replace("http", "ws", 1), cookie=cookies, timeout=5)

    def message(self):
        """The next message, or None where the connection had to be made again."""
        try:
            if self.socket is None:
                self.connect()
            data = self.socket.recv()
            if not data:
                raise websocket.WebSocketConnectionClosedException
            return json.loads(data)
        except websocket.WebSocketTimeoutException:
            return None
        except (websocket.WebSocketException, OSError):
            self.student.reconnects += self.socket is not None
            self.socket = None
            time.sleep(0.5)
            return None

    def send(self, request):
        # a browser reads all the time, and so learns at once of a lost connection
        while self.socket and select.select([self.socket.sock], [], [], 0)[0]:
            self.socket.settimeout(0.01)
            self.message()
        if self.socket:
            self.socket.settimeout(5)
        with contextlib.suppress(websocket.WebSocketException, OSError):
            if self.socket is None:
                self.connect()
            self.socket.send(json.dumps(request))

    def execute(self, code, wait=True):
        """Run a cell; return what it printed or its error, and the seconds it took.

        A request that was lost with its connection is sent again, as a student would run
        again a cell that does nothing.
        """
        header = {"msg_id": uuid.uuid4().hex, "username": self.student.name, "date": "",
                  "session": self.session, "msg_type": "execute_request", "version": "5.3"}
        request = {"header": header, "parent_header": {}, "metadata": {},
                   "channel": "shell", "content": {
                       "code": code, "silent": False, "store_history": True,
                       "user_expressions": {}, "allow_stdin": False}}
        begin, text = time.monotonic(), []
        self.send(request)
        heard, replied, idle = begin, not wait, not wait
        taken = False       # by the kernel, which has said so
        while not (replied and idle):
            if time.monotonic() > begin + PATIENCE:
                raise TimeoutError(f"no answer from the kernel in {PATIENCE} s: {code}")
            message = self.message()
            if message is None:
                if not taken and time.monotonic() > heard + 15:
                    self.student.again += 1
                    self.send(request)
                    heard = time.monotonic()
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            taken = True
            if kind == "stream":
                text.append(content["text"])
            elif kind == "error":
                text.append(f"{content['ename']}: {content['evalue']}")
            elif kind == "execute_result":
                text.append(content["data"].get("text/plain", ""))
            replied |= kind == "execute_reply"
            idle |= kind == "status" and content["execution_state"] == "idle"
        return "".join(text), time.monotonic() - begin


class Student(threading.Thread):
    def __init__(self, name, password, hub, clock, dice, neighbour):
        super().__init__(daemon=True)
        self.name, self.password, self.hub, self.clock = name, password, hub, clock
        self.uid = accounts.account(name).pw_uid
        self.path = f"/user/{name}"
        self.url = hub.url + self.path
        self.arrives = dice.uniform(0, clock.arrive)
        self.hands_in = dice.uniform(0, clock.spread)
        self.pauses = [dice.expovariate(1 / clock.think) if clock.think else 0
                       for _ in range(200)]
        self.neighbour, self.web, self.kernel = neighbour, requests.Session(), None
        self.cells, self.notes = [], []
        self.reconnects = self.retries = self.again = 0
        self.idle = self.first = self.submitted = self.trouble = self.feedback = None
        self.working, self.ready = threading.Event(), threading.Event()

    def request(self, method, url, path="/hub/", **options):
        """One request with the token against forgery; tried again while the hub is away."""
        deadline = time.monotonic() + PATIENCE
        while True:
            token = next((c.value for c in self.web.cookies
                          if c.name == "_xsrf" and c.path == path), "")
            try:
                answer = self.web.request(method, url, timeout=PATIENCE,
                                          headers={"X-XSRFToken": token}, **options)
                away = answer.status_code in (502, 503, 504) or (
                    "connect to Hub API" in answer.text) or answer.text == "Not Found"
                if answer.status_code < 400:
                    return answer
                if not away or time.monotonic() > deadline:
                    raise RuntimeError(f"{method} {url}: {answer.status_code} "
                                       f"{answer.text[:300]}")
            except requests.ConnectionError:
                if time.monotonic() > deadline:
                    raise
            self.retries += 1
            time.sleep(1)

    def api(self, method, path, **options):
        answer = self.request(method, f"{self.url}/{path}", f"{self.path}/", **options)
        return answer.json() if answer.content else None

    def log_in(self):
        self.request("get", f"{self.hub.url}/hub/login")
        token = next(c.value for c in self.web.cookies if c.name == "_xsrf")
        answer = self.request("post", f"{self.hub.url}/hub/login?next=%2Fhub%2Fhome", data={
            "username": self.name, "password": self.password, "_xsrf": token})
        if not answer.url.endswith("/hub/home"):
            raise RuntimeError(f"{self.name} could not log in: {answer.url}")
        api = f"{self.hub.url}/hub/api/users/{self.name}"
        self.request("post", f"{api}/server")
        deadline = time.monotonic() + PATIENCE
        while not self.request("get", api).json()["servers"].get("", {}).get("ready"):
            if time.monotonic() > deadline:
                raise TimeoutError("the server did not start")
            time.sleep(0.5)
        self.request("get", f"{self.url}/lab")

    def assignment(self, action):
        answer = self.api("post", f"assignments/{action}",
                          json={"course_id": "titanic", "assignment_id": NAME})
        if not answer["success"]:
            raise RuntimeError(f"{action}: {answer['value']}")

    def notebook(self, path):
        return self.api("get", f"api/contents/{quote(path)}")["content"]

    def save(self, path, content):
        self.api("put", f"api/contents/{quote(path)}",
                 json={"type": "notebook", "format": "json", "content": content})

    def run_cells(self, content):
        for cell, pause in zip(content["cells"], self.pauses * 9, strict=False):
            if cell["cell_type"] == "code":
                before = self.again
                text, seconds = self.kernel.execute(cell["source"])
                if self.again == before:
                    self.cells.append(seconds)
                yield text
                time.sleep(pause)

    def run(self):
        try:
            time.sleep(self.arrives)
            self.work()
        except Exception:       # told in the report
            self.trouble = traceback.format_exc()
        finally:
            self.ready.set()
            self.working.set()

    def work(self):
        begin = time.monotonic()
        self.log_in()
        self.started = time.monotonic() - begin
        self.idle = memory(self.uid)
        self.kernel = Kernel(self)
        chapter = self.notebook(f"chapters/{NAME}.ipynb")
        run_cells = self.run_cells(chapter)
        next(run_cells)
        self.first = time.monotonic() - begin
        for _ in run_cells:
            pass
        self.assignment("fetch")
        self.kernel.execute(f"handed_in = {self.name!r}")
        self.working.set()
        self.clock.start.wait()
        time.sleep(self.hands_in)
        self.misbehave()
        self.answer()
        self.before = self.kernel.execute("handed_in")[0]
        self.assignment("submit")
        self.submitted = time.monotonic()
        self.ready.set()
        self.clock.end.wait()
        self.assignment("fetch_feedback")
        self.feedback = bool(self.kernel.execute(
            f"from pathlib import Path; [*Path.home().glob('{NAME}/feedback/*/*.html')]"
        )[0].strip("[]"))

    def misbehave(self):
        pass

    def answer(self):
        """Write the solutions into the student's cells, run them, and save."""
        path = f"{NAME}/{NAME}.ipynb"
        content = self.notebook(path)
        for cell in content["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if grade_id in self.clock.solutions:
                cell["source"] = self.clock.solutions[grade_id]
        self.change(content)
        self.save(path, content)
        self.said = list(self.run_cells(content))

    def change(self, content):
        pass


class Loop(Student):
    """Leaves an endless loop in a second kernel, and one in the last answer."""

    def misbehave(self):
        self.second = Kernel(self)
        self.second.execute("while True: pass", wait=False)

    def change(self, content):
        answers = [cell for cell in content["cells"] if cell["cell_type"] == "code"
                   and cell["metadata"].get("nbgrader", {}).get("solution")]
        self.left = answers[-1]["source"]
        answers[-1]["source"] = "while True:\n    pass"

    def run_cells(self, content):
        for cell in content["cells"]:
            if cell["source"].startswith("while True"):
                cell["source"] = "pass"     # the grader runs it, the student does not
        yield from super().run_cells(content)


class Full(Student):
    """Fills the disk, finds that nothing can be saved, makes room, and hands in."""

    def misbehave(self):
        text, _ = self.kernel.execute("""
import os, pathlib
written = 0
try:
    for number in range(50):
        with open(f"full-{number}", "wb") as file:
            for _ in range(100):
                written += file.write(os.urandom(2**20))
except OSError as error:
    print(f"{written / 2**20:.0f} MB, then: {error.strerror}")
""")
        self.notes.append(f"wrote {text.strip()}")
        path = f"{NAME}/{NAME}.ipynb"
        before = self.notebook(path)
        big = json.loads(json.dumps(before))
        big["cells"][0]["source"] += " " * 3_000_000
        try:
            self.save(path, big)
            self.notes.append("a notebook could still be saved")
        except RuntimeError:
            self.notes.append("a notebook could not be saved, and the browser was told so")
        same = self.notebook(path)["cells"] == before["cells"]
        self.notes.append("what was saved before is still there" if same else
                          "WHAT WAS SAVED BEFORE IS LOST")
        self.kernel.execute("for path in pathlib.Path().glob('full-*'): path.unlink()")


# Each line runs in the thief's kernel: it must end in an error, or give False.
THEFTS = """
list a neighbour's home: os.listdir(them)
read a neighbour's notebook: open(f'{them}/{name}/{name}.ipynb').read()
write into a neighbour's home: open(f'{them}/gift', 'w')
read a neighbour's disk: open(disk, 'rb').read(1)
list the teacher's folder: os.listdir(teacher)
read the gradebook: open(f'{teacher}/classroom/gradebook.db', 'rb').read(1)
change the gradebook: open(f'{teacher}/classroom/gradebook.db', 'r+b')
read the solutions: open(f'{teacher}/book/exercises/{name}/{name}.ipynb').read()
list what was handed in: os.listdir(f'{course}/inbound')
list the feedback: os.listdir(f'{course}/feedback')
write into the feedback: open(f'{course}/feedback/x.html', 'w')
change the released notebook: open(f'{course}/outbound/{name}/{name}.ipynb', 'a')
remove the released notebook: os.remove(f'{course}/outbound/{name}/{name}.ipynb')
move the course's folder away: os.rename(course, course + '-gone')
move the inbound folder away: os.rename(f'{course}/inbound', f'{course}/gone')
remove a submission whose folder is known: os.rename(known, known + '-gone')
change the students' software: open(json.__file__, 'a')
change the package: open(titanic_helpers.__file__, 'a')
read the hub's secret: open(f'{hub}/jupyterhub_cookie_secret').read()
read the hub's database: open(f'{hub}/jupyterhub.sqlite', 'rb').read(1)
ask the proxy for its routes: ask(f'http://127.0.0.1:{proxy}/api/routes')
ask the hub for all users: ask(f'{api}/users')
read a neighbour's files through the server: ask(f'{url}/user/{neighbour}/api/contents')
stop a neighbour's server: ask(f'{api}/users/{neighbour}/server', 'DELETE')
read the token of a neighbour's server: open(f'/proc/{theirs[0]}/environ').read()
end a neighbour's server: os.kill(theirs[0], 9)
read a neighbour's connection file: glob.glob(f'{them}/.local/share/jupyter/runtime/*')[0]
take 3 GB of memory: len(bytearray(3 * 2**30))
write a file of 300 MB: write(300)
start 300 processes: crowd(300)
""".strip().splitlines()


class Thief(Student):
    """Tries to read and write what belongs to others, and to hand in for a neighbour."""

    def misbehave(self):
        course = self.clock.trial / "exchange" / "titanic"
        known = next((str(p) for p in (course / "inbound").iterdir()
                      if not p.name.startswith(self.name)), f"{course}/inbound/none")
        theirs = list(accounts.processes(accounts.account(self.neighbour).pw_uid))
        self.kernel.execute(f"""
import glob, json, os, subprocess, time, titanic_helpers
import urllib.error, urllib.request
name, neighbour, course, known = {NAME!r}, {self.neighbour!r}, {str(course)!r}, {known!r}
them = {str(self.clock.trial / "home" / self.neighbour)!r}
teacher = {str(self.clock.project)!r}
api = os.environ["JUPYTERHUB_API_URL"]
hub, url, proxy = {str(self.hub.folder)!r}, {self.hub.url!r}, {self.clock.proxy}
disk, theirs = {str(self.clock.trial / "disks" / self.neighbour)!r} + ".img", {theirs}
def ask(url, method="GET"):
    token = {{"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"]}}
    for second in range(90):
        try:
            return urllib.request.urlopen(urllib.request.Request(
                url, method=method, headers=token), timeout=30).read()
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise
        except urllib.error.URLError:
            pass
        time.sleep(1)       # the hub is away
    raise TimeoutError
def write(megabytes):
    try:
        with open("big", "wb") as file:
            file.truncate(megabytes * 2**20)
    finally:
        os.remove("big")
def crowd(number):
    children = []
    try:
        for _ in range(number):
            children.append(subprocess.Popen(["sleep", "60"]))
    finally:
        for child in children:
            child.kill(); child.wait()
""")
        self.could = []
        for line in THEFTS:
            what, code = line.split(": ", 1)
            text, _ = self.kernel.execute(f"""
try:
    {code}
    print("yes")
except BaseException as error:
    print("no", type(error).__name__, error)
""")
            self.notes.append(f"{what}: {text.strip()[:110]}")
            if text.strip() == "yes":
                self.could.append(what)
        self.forge(course)

    def forge(self, course):
        """Hand in a wrong notebook in a neighbour's name, and a link to a right one."""
        self.stolen = self.clock.project / "classroom" / "written-by-the-thief"
        then = "2099-01-01 00:00:00.000000 UTC"
        fake = f"{course}/inbound/{self.neighbour}+{NAME}+{then}+x"
        link = f"{course}/inbound/{self.name}+{NAME}+{then}+x"
        theirs = (f"{self.clock.project}/classroom/submitted/{self.neighbour}/{NAME}/"
                  f"{NAME}.ipynb")
        text, _ = self.kernel.execute(f"""
for folder in ({fake!r}, {link!r}):
    os.mkdir(folder)
    open(folder + "/timestamp.txt", "w").write({then!r})
    open(folder + "/submission_secret.txt", "w").write("thief")
notebook = json.load(open(f"{{name}}/{{name}}.ipynb"))
for cell in notebook["cells"]:
    mark = cell["metadata"].get("nbgrader", {{}})
    if cell["cell_type"] == "code" and mark.get("solution"):
        cell["source"] = "open({str(self.stolen)!r}, 'w').close()"
json.dump(notebook, open({fake!r} + "/{NAME}.ipynb", "w"))
os.symlink({theirs!r}, {link!r} + "/{NAME}.ipynb")
""")
        self.notes.append("handed in for a neighbour, and a link to the neighbour's work "
                          f"in the teacher's folder; {len(self.could)} other attempts "
                          f"of {len(THEFTS)} succeeded: {self.could} {text}")


ROLES = {1: Thief, 2: Loop, 3: Full}        # the others are honest


# What it cost

def memory(uid):
    """Proportional set size, in MB, of all processes of an account."""
    total = 0
    for process in accounts.processes(uid):
        with contextlib.suppress(OSError):
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss: +(\d+)", rollup, re.M)[1])
    return total / 1024


def spread(values, unit="s", digits=1):
    if not values:
        return "none"
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return (f"p50 {statistics.median(ordered):.{digits}f} {unit}, p95 {p95:.{digits}f} "
            f"{unit}, most {ordered[-1]:.{digits}f} {unit}")


def solutions():
    """The answer of each exercise, from the source that has them."""
    source = json.loads((ROOT / f"book/exercises/{NAME}/{NAME}.ipynb").read_text("utf-8"))
    marked = [(cell["metadata"].get("nbgrader", {}), cell) for cell in source["cells"]]
    return {mark["grade_id"]: "".join(cell["source"])
            for mark, cell in marked if mark.get("solution")}


class Clock:
    """What all students share: the times of the lesson, and the solutions."""

    def __init__(self, chosen, trial):
        self.arrive, self.spread, self.think = chosen.arrive, chosen.spread, chosen.think
        self.trial, self.start, self.end = trial, threading.Event(), threading.Event()
        self.solutions = solutions()


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def lesson(chosen, trial, env, undo):
    ports = free_ports(3)
    names = [f"trial{number:02}" for number in range(1, chosen.students + 1)]
    run("groupadd", "--force", GROUP)
    undo.callback(run, "groupdel", GROUP)
    (trial / "home").mkdir()
    run("useradd", "--create-home", "--home-dir", trial / "home" / TEACHER, TEACHER)
    undo.callback(run, "userdel", TEACHER)
    settings = configure(trial, env, ports)
    places = {"homes": trial / "home", "disks": trial / "disks", "fstab": None}
    passwords = {}
    for name in names:
        undo.callback(accounts.remove, name, **places)
        passwords[name] = accounts.create(name, GROUP, size="100M", **places)
    print(f"{len(names)} accounts made; the teacher's environment comes next.", flush=True)
    teacher = Teacher(trial, env, names, settings, chosen.every)
    undo.callback(shutil.move, teacher.project / ".venv", env / "teacher.venv")
    hub = Hub(trial, env, ports[0])
    undo.callback(hub.stop)
    print(f"The hub answered after {hub.start():.1f} s.", flush=True)

    clock, dice = Clock(chosen, trial), random.Random(0)
    clock.project, clock.proxy = teacher.project, ports[2]
    students = [ROLES.get(n, Student)(name, passwords[name], hub, clock, dice, names[-1])
                for n, name in enumerate(names)]
    uids = [student.uid for student in students]

    students[-1].hands_in, students[1].hands_in = 0, 0.9 * chosen.spread
    load, begin = [os.getloadavg()[0]], time.monotonic()
    for student in students:
        student.start()
    while not all(student.working.is_set() for student in students):
        load.append(os.getloadavg()[0])
        if time.monotonic() - begin > 2 * PATIENCE:
            break
        time.sleep(2)
    working = [memory(uid) for uid in uids]
    print(f"All have run the chapter after {time.monotonic() - begin:.0f} s.", flush=True)

    first_half = time.monotonic()
    clock.start.set()
    teacher.start()
    time.sleep(chosen.spread / 2)
    hub.kill()
    print("The hub was killed.", flush=True)
    time.sleep(chosen.away)
    alive = sum(bool(list(accounts.processes(uid))) for uid in uids)
    restart = hub.start()
    print(f"The hub answered again {restart:.1f} s after its new start.", flush=True)
    for student in students:
        student.ready.wait(max(1, first_half + chosen.spread + PATIENCE - time.monotonic()))
    load.append(os.getloadavg()[0])
    teacher.over.set()
    teacher.join(PATIENCE * 2)
    teacher.grade()
    scores = teacher.scores()
    clock.end.set()
    for student in students:
        student.join(PATIENCE)
    report(students, teacher, scores, load, working, alive, restart)


def report(students, teacher, scores, load, working, alive, restart):
    handed, lost = [s for s in students if s.submitted], []
    classroom = teacher.project / "classroom"
    for student in handed:
        mine = student.clock.trial / "home" / student.name / NAME / f"{NAME}.ipynb"
        theirs = classroom / "submitted" / student.name / NAME / f"{NAME}.ipynb"
        if type(student) is not Thief and (
                not theirs.is_file() or digest(mine) != digest(theirs)):
            lost.append(student.name)
    honest = [s for s in students if type(s) is Student]
    best = max(scores.values(), default=0)
    full = sum(scores.get(s.name) == best for s in honest)
    kept = sum(s.submitted is not None and s.before == repr(s.name) for s in students)
    reached = [s for s in students if s.first]
    cells = [seconds for s in students for seconds in s.cells]
    for line in (
        f"{len(students)} students on {os.cpu_count()} cores; load {load[0]:.1f} before, "
        f"{statistics.mean(load[1:]):.1f} while they ran the chapter",
        f"memory of a student (PSS): idle {spread([s.idle for s in reached], 'MB', 0)}",
        f"    working {spread(working, 'MB', 0)}; all {sum(working) / 1024:.1f} GB",
        f"login to running server: {spread([s.started for s in reached])}",
        f"login to first cell done: {spread([s.first for s in reached])}",
        f"a cell: {spread(cells, digits=2)}, of {len(cells)} cells",
        f"teacher: {len(teacher.rounds)} rounds of collecting, grading and feedback, "
        f"{spread(teacher.rounds, digits=0)}",
        f"hub killed: {alive} of {len(students)} servers went on; it answered "
        f"{restart:.1f} s after its new start",
        f"    {sum(s.reconnects for s in students)} connections made again, "
        f"{sum(s.retries for s in students)} requests and "
        f"{sum(s.again for s in students)} cells repeated; {kept} kernels kept their "
        "variables",
        f"handed in: {len(handed)} of {len(students)}; lost or changed: {len(lost)} "
        + " ".join(lost),
        f"scores: {full} of {len(honest)} honest students have {best:g} points, all that "
        "can be had by running",
        f"feedback came back: {sum(bool(s.feedback) for s in students)} of {len(students)}",
    ):
        print(line)
    for student in students:
        kind = type(student).__name__.lower()
        if kind != "student":
            print(f"\n{student.name}, {kind}: {scores.get(student.name, 0):g} points")
            for note in student.notes:
                print(f"    {note}")
        if isinstance(student, Thief) and hasattr(student, "stolen"):
            print("    the notebook, when graded, wrote into the teacher's folder: "
                  + ("YES" if student.stolen.exists() else "no"))
        if student.trouble:
            print(f"\n{student.name} could not go on:\n{student.trouble}")
    for said in teacher.trouble:
        print(f"teacher: {said}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    number = parser.add_argument
    number("--students", type=int, default=30)
    number("--arrive", type=float, default=60, help="seconds in which all log in")
    number("--spread", type=float, default=600, help="seconds in which all hand in")
    number("--think", type=float, default=2, help="seconds between two cells, on average")
    number("--every", type=float, default=60, help="seconds between the teacher's rounds")
    number("--away", type=float, default=10, help="seconds without a hub")
    number("--environment", type=Path, help="a folder that keeps what is installed")
    chosen = parser.parse_args()
    if not 5 <= chosen.students <= 99:
        sys.exit("Try with 5 to 99 students.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped; all of it is removed."))
    if os.name == "nt" or os.geteuid():
        sys.exit("This trial needs root on Linux: it makes accounts and file systems.")
    for tool in (PYTHON, "npm", "node", "mkfs.ext4", "prlimit", "git"):
        if not shutil.which(tool):
            sys.exit(f"This trial needs {tool}; install it and start again.")
    for name in (TEACHER, *(f"trial{number:02}" for number in range(1, 100))):
        if accounts.account(name):
            sys.exit(f"An account {name} is there already, perhaps from a trial that was "
                     f"killed; remove it (userdel {name}) and start again.")
    with contextlib.ExitStack() as undo:
        trial = Path(tempfile.mkdtemp(prefix="hub-", dir="/var/tmp"))
        undo.callback(shutil.rmtree, trial)
        trial.chmod(0o755)
        env = chosen.environment or trial / "environment"
        env.mkdir(parents=True, exist_ok=True)
        print("Installing: a minute or two, unless it was kept.", flush=True)
        install(env.resolve())
        lesson(chosen, trial, env.resolve(), undo)


if __name__ == "__main__":
    main()

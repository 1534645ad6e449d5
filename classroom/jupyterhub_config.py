"""JupyterHub's settings for one class on one machine; see book/jupyterhub.md.

The hub runs as root, because it starts every student's server under that student's own
account: the accounts are what keeps students out of each other's files.
"""

import sys
from pathlib import Path

BIN = Path(sys.prefix) / "bin"      # of the environment that JupyterHub is installed in

c = get_config()  # noqa: F821 (JupyterHub defines it)

# Reached through a web server on this machine that adds HTTPS, as passwords need it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

# A name and a password are those of an account on this machine (PAM, JupyterHub's own
# way). Students are the members of the group titanic, which classroom/accounts.py fills;
# the teacher may also stop and open a student's server, at /hub/admin.
c.LocalAuthenticator.allowed_groups = {"titanic"}
c.Authenticator.admin_users = {"teacher"}

# The hub may stop, crash and start again: the students' servers and the proxy go on.
c.JupyterHub.cleanup_servers = False
c.JupyterHub.cleanup_proxy = False

# What one process of a student may use. The spawner has no limits of its own, so each
# server starts through prlimit, and its kernels and terminals inherit them.
c.Spawner.cmd = [
    "prlimit",
    f"--as={2 * 2**30}",        # bytes of memory: a kernel with a chapter takes a tenth
    f"--fsize={200 * 2**20}",   # bytes in one file
    "--nproc=256",              # processes and threads; a server and four kernels have 80
    "--cpu=3600",               # seconds of computing, so that an endless loop has an end
    "--core=0",
    str(BIN / "jupyterhub-singleuser"),
]
c.Spawner.args = [
    # a login shell would forget the PATH below, and with it the command nbgrader
    "--ServerApp.terminado_settings=shell_command=['/bin/bash']",
]
c.Spawner.environment = {
    "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
    # thirty students share the cores: one thread each
    "OPENBLAS_NUM_THREADS": "1",
}

# When a whole class logs in within a minute, the last server waits for all the others.
c.Spawner.start_timeout = c.Spawner.http_timeout = 300

# A server that nobody has used for an hour is stopped; its files stay.
c.JupyterHub.services = [{
    "name": "idle",
    "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"],
}]
c.JupyterHub.load_roles = [{
    "name": "idle",
    "services": ["idle"],
    "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
}]

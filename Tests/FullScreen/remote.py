"""This machine as one that is reached over the network: an sshd of the test's own on 127.0.0.1, with keys and settings in a
folder that goes with it. Of the machine's it uses nothing but the programs: what sshd wants in /run and writes to /var/log is
in a mount namespace of its own."""

import getpass
import os
import shutil
import socket
import subprocess
import time

SERVER = "/usr/sbin/sshd"


def why_not():
    """Why it cannot be reached; None where it can."""
    return None if os.path.exists(SERVER) and shutil.which("ssh") else "sshd is not installed (openssh-server)"


class Host:
    """The server. Used in a `with`, which ends it and every session of it."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "ssh")
        os.mkdir(self.folder)
        for key in ("host", "person"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(key)], check=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with open(self.path("host.pub"), encoding="ascii") as file:
            self.write("known", f"[127.0.0.1]:{port} {file.read()}")
        self.write("server", f"""
ListenAddress 127.0.0.1:{port}
HostKey {self.path("host")}
AuthorizedKeysFile {self.path("person.pub")}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
AcceptEnv LANG
""")
        self.write("client", f"""
Host *
HostName 127.0.0.1
Port {port}
User {getpass.getuser()}
IdentityFile {self.path("person")}
IdentitiesOnly yes
UserKnownHostsFile {self.path("known")}
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
SendEnv LANG
""")
        self.process = None

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)

    def __enter__(self):
        serve = f"exec {SERVER} -D -e -f {self.path('server')}"
        command = ["sh", "-c", serve]
        if os.getuid() == 0:
            own = "mount -t tmpfs none /run && mkdir -m 755 /run/sshd && mount -t tmpfs none /var/log && "
            command = ["unshare", "--mount", "sh", "-c", own + serve]
        with open(self.path("log"), "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 10
        while "Server listening" not in self.said():
            if time.monotonic() > end or self.process.poll() is not None:
                self.__exit__()
                raise AssertionError(f"sshd does not listen: {self.said()}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        for one in reversed(descendants(self.process.pid)):
            try:
                os.kill(one, 15)
            except ProcessLookupError:
                pass
        self.process.terminate()
        self.process.wait()

    def said(self):
        with open(self.path("log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def command(self, command):
        """What is typed to run a command there, in a terminal."""
        return f"ssh -F {self.path('client')} -t there 'exec {command}'"


def descendants(process):
    """The PIDs of all that a process has begotten, parents before their children."""
    found = [process]
    for one in found:
        try:
            with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
        except FileNotFoundError:
            continue
    return found[1:]

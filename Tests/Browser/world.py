"""A world with PIDs, mounts and names of its own, in which `pangaea web` runs: its page shows what was started there, and
nothing of the machine that the tests run on."""

import http.client
import os
import re
import select
import subprocess
import time


class World:
    """A shell that is PID 1 of its world, and takes commands."""

    def __init__(self, program, *options):
        self.program = program
        self.shell = subprocess.Popen(
            ["unshare", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": "/root", "LANG": "C.UTF-8"},
        )
        self.run("hostname gondwana")
        self.run(f"'{program}' web {' '.join(options)} </dev/null & echo web=$!")
        said = self.read(lambda text: "token=" in text and "web=" in text)
        self.link = re.search(r"http://\S+", said).group()
        self.place = re.search(r":\d+(/\w+)/", self.link).group(1)
        self.port = int(re.search(r":(\d+)/", self.link).group(1))
        self.page_pid = int(re.search(r"web=(\d+)", said).group(1))

    def run(self, command):
        """Hands a line to the shell; it is done soon."""
        self.shell.stdin.write((command + "\n").encode())
        self.shell.stdin.flush()

    def ask(self, command):
        """The output of a command that ends."""
        self.run(f"{command}; echo done=$?")
        return self.read(lambda text: "done=" in text).rsplit("done=", 1)[0]

    def read(self, is_enough):
        text = ""
        limit = time.monotonic() + 20
        while not is_enough(text):
            ready, _, _ = select.select([self.shell.stdout], [], [], max(0, limit - time.monotonic()))
            piece = os.read(self.shell.stdout.fileno(), 65536) if ready else b""
            if not piece:
                raise AssertionError(f"the world said only: {text!r}")
            text += piece.decode(errors="replace")
        return text

    def request(self, path, headers=None, method="GET", body=None):
        """Status and text of an answer of the page's server; paths are as the page knows them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, self.place + path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace"), answer.headers
        finally:
            connection.close()

    def end(self):
        self.shell.kill()
        self.shell.wait()
        self.shell.stdin.close()
        self.shell.stdout.close()

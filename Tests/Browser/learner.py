"""`pangaea lab web` as a program, and its page as a person sees it."""

import base64
import http.client
import os
import re
import select
import signal
import socket
import subprocess
import time

from selenium.webdriver.common.action_chains import ActionChains
from window import Keys, Window


class Program:
    """A run of `pangaea lab web`, with progress in a folder of its own; as another user, where one is named."""

    def __init__(self, program, state, *words, user=None):
        self.state = state
        other = {} if user is None else {"user": user, "group": user, "extra_groups": [], "cwd": "/"}
        self.process = subprocess.Popen(
            [program, "lab", "web", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": state, "XDG_STATE_HOME": state, "LANG": "C.UTF-8"}, **other)
        self.pidfd = os.pidfd_open(self.process.pid)
        self.said = ""
        self.read(lambda text: "\n" in text)
        found = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)/\?token=\w+", self.said)
        self.link = found.group() if found else ""
        self.port = int(found.group(1)) if found else 0
        self.place = found.group(2) if found else ""

    def read(self, is_enough, seconds=30):
        """Reads on until that is enough, or all is said."""
        end = time.monotonic() + seconds
        while not is_enough(self.said):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not piece:
                return
            self.said += piece.decode(errors="replace")

    def send(self, number):
        signal.pidfd_send_signal(self.pidfd, number)

    def wait(self, seconds=20):
        """Waits for the end; the exit status, and all that was said."""
        self.read(lambda _: False, seconds)
        status = self.process.wait(seconds)
        return status, self.said

    def close(self):
        """Ends it if it has not ended."""
        if self.process.poll() is None:
            self.send(signal.SIGTERM)
            self.wait()
        self.process.stdout.close()
        os.close(self.pidfd)

    def request(self, path, headers=None):
        """Status and text of an answer; paths are as the page knows them."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", self.place + path, None, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace"), answer.headers
        finally:
            connection.close()

    def knock(self, headers, path="/socket"):
        """Asks for a WebSocket; the first line of the answer."""
        lines = [
            f"GET {self.place}{path} HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
            *[f"{name}: {value}" for name, value in headers.items()]]
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as line:
            line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            return line.recv(4096).decode(errors="replace").split("\r\n")[0]

    def used(self):
        """Ticks of CPU, and kilobytes of memory."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            memory = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return int(fields[11]) + int(fields[12]), memory

    def left_behind(self):
        """Processes of the course, by the mark in their environment, and its cgroups."""
        found = []
        for number in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{number}/environ", "rb") as file:
                    if f"XDG_STATE_HOME={self.state}".encode() in file.read():
                        found.append(f"process {number}")
            except OSError:
                continue
        for top, directories, _ in os.walk("/sys/fs/cgroup"):
            found += [os.path.join(top, name) for name in directories if name == f"pangaea-lab-{self.process.pid}"]
            if top.count("/") > 6:
                directories.clear()
        return found


class Learner(Window):
    """Somebody at the page."""

    def enter(self, program):
        self.driver.get(program.link)
        self.settle()

    def phase(self):
        return self.value("document.body.dataset.phase ?? ''")

    def settle(self, seconds=60):
        """Waits until it is the learner's turn; whose turn it is."""
        self.wait("document.body.dataset.state === 'live' && document.querySelector('#page > *') !== null"
                  " && !['playing', 'checking', ''].includes(document.body.dataset.phase ?? '')", seconds)
        return self.phase()

    def lesson(self):
        """The number of the lesson."""
        return self.value("document.querySelector('#list [aria-current] .number')?.textContent ?? ''")

    def page(self):
        return self.value("document.getElementById('page').textContent")

    def press(self, *keys):
        """Presses keys while nothing that takes text has the focus."""
        self.do("document.getElementById('page').focus()")
        self.keys(*keys)

    def screen(self, name):
        """What is seen on a shell's screen, a line break before each line."""
        return "\n" + self.value(f"[...document.querySelectorAll('#shell-{name} .xterm-rows > div')].map((row) => row.textContent.trimEnd()).join('\\n').trimEnd()")

    def seen(self, name, what, seconds=15):
        """Waits until something is seen on a shell's screen."""
        end = time.monotonic() + seconds
        while what not in (text := self.screen(name)):
            if time.monotonic() > end:
                raise AssertionError(f"{what!r} is not on {name}'s screen ({self.whereabouts()}):\n{text}")
            time.sleep(0.05)
        return text

    def whereabouts(self):
        """Where the page is, for a failure to tell."""
        return self.value("""`${document.body.dataset.state} ${document.body.dataset.phase}, the focus on `
            + `${document.activeElement.id || document.activeElement.getAttribute('aria-label')}, `
            + `dialogs: ${[...document.querySelectorAll('dialog[open]')].map((one) => one.id)}`""")

    def type(self, name, *lines):
        """Types lines at a shell, and goes back to the lesson by the keyboard."""
        self.press(name.lower())
        actions = ActionChains(self.driver)
        for line in lines:
            if control := re.fullmatch("Ctrl-(.)", line):
                actions.key_down(Keys.CONTROL).send_keys(control.group(1).lower()).key_up(Keys.CONTROL)
            else:
                actions.send_keys(line, Keys.ENTER)
            actions.pause(0.1)
        actions.perform()
        self.leave_shell()

    def leave_shell(self):
        """Presses what leads out of a shell."""
        ActionChains(self.driver).key_down(Keys.CONTROL).send_keys("]").key_up(Keys.CONTROL).perform()

    def tasks(self):
        """What is to be typed in this step: [(shell, lines)]."""
        return self.do("""
          const found = [];
          for (const one of document.getElementById('page').children) {
            if (one.classList.contains('marked')) found.length = 0;
            if (!one.classList.contains('task')) continue;
            const lines = [...one.querySelectorAll('code.line')].map((line) => line.textContent.replace(/\\n$/, ''));
            found.push([one.querySelector('button').textContent.slice(-1), lines]);
          }
          return found;""")

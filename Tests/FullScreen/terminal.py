"""A terminal with a person at it, for tests of full-screen programs: tmux, with a server and a folder of its own."""

import os
import re
import shutil
import subprocess
import tempfile
import time

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Terminal:
    """A shell in a terminal. Used in a `with`, which ends the server and all that runs in it."""

    def __init__(self, columns=80, rows=24, variables=()):
        self.folder = tempfile.mkdtemp(prefix="pangaea-terminal-")
        self.environment = {
            "PATH": PATH, "HOME": self.folder, "TMUX_TMPDIR": self.folder, "LANG": "C.UTF-8",
            "TERM": "xterm-256color", **dict(variables)}
        with open(os.path.join(self.folder, ".bashrc"), "w", encoding="ascii") as file:
            file.write("PS1='% '\nunset HISTFILE\n")
        self.tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows), "exec bash",
            ";", "set", "-g", "default-terminal", "screen-256color", ";", "set", "-g", "status", "off")
        self.expect("^%")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")
        # The server and what ran in it end on their own time, and may write until then.
        deadline = time.monotonic() + 5
        while os.path.exists(self.folder) and time.monotonic() < deadline:
            shutil.rmtree(self.folder, ignore_errors=True)
            time.sleep(0.02)

    def tmux(self, *arguments):
        return subprocess.run(
            ["tmux", "-u", *arguments], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, timeout=30).stdout.decode(errors="replace")

    def press(self, *keys):
        """Keys by tmux's names: Enter, F9, C-z, PageDown."""
        self.tmux("send-keys", *keys)

    def type(self, text):
        """Text as it is, keys of which bytes are sent too."""
        self.tmux("send-keys", "-l", "--", text)

    def run(self, command):
        """Types a command line."""
        self.type(command)
        self.press("Enter")

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self):
        """What is seen, as text."""
        return self.tmux("capture-pane", "-p")

    def colored_screen(self):
        """What is seen, with the sequences that colour it."""
        return self.tmux("capture-pane", "-p", "-e", "-N")

    def expect(self, *patterns, seconds=10, absent=()):
        """Waits until all is seen, and nothing of what must not be; returns the screen."""
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            missing = [one for one in patterns if not re.search(one, screen, re.MULTILINE)]
            present = [one for one in absent if re.search(one, screen, re.MULTILINE)]
            if not missing and not present:
                return screen
            if time.monotonic() > end:
                raise AssertionError(f"missing {missing}, present {present}\n{screen}")
            time.sleep(0.1)

    def shell(self):
        """The PID of the shell."""
        return int(self.tmux("display-message", "-p", "#{pane_pid}"))


def children(process):
    """The PIDs of a process's children."""
    with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def wait_for(question, seconds=10):
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            raise AssertionError("it never came to be so")
        time.sleep(0.1)


def is_alive(process):
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def run_trials(trials, result=os.environ.get("RESULT")):
    """Runs each, counts, and writes `passed failed skipped`."""
    counts = [0, 0, 0]
    for trial in trials:
        name = trial.__name__.replace("_", " ")
        try:
            reason = trial()
        except Exception as error:  # pylint: disable=broad-except
            counts[1] += 1
            print(f"not ok {name}")
            print("".join(f"  {line}\n" for line in f"{type(error).__name__}: {error}".split("\n")), end="")
            continue
        counts[2 if reason else 0] += 1
        print(f"skipped {name}: {reason}" if reason else f"ok {name}", flush=True)
    if result:
        with open(result, "w", encoding="ascii") as file:
            file.write(" ".join(map(str, counts)) + "\n")
    return counts[1] == 0

"""What the soaks share: a load of so many forks a second, somebody who looks at a program every second, and the judgement."""

import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time

RATE = 200


def load(seconds, command=("/bin/sleep", "0.4"), rate=RATE):
    """So many processes a second, as even as the machine lets them be, until the time is over; how many there were."""
    begin, started, living = time.monotonic(), 0, []
    while (now := time.monotonic() - begin) < seconds:
        while started < now * rate:
            living.append(os.posix_spawn(command[0], list(command), {}))
            started += 1
        while len(living) > rate // 2:
            os.waitpid(living.pop(0), 0)
        time.sleep(0.005)
    for pid in living:
        os.waitpid(pid, 0)
    return started


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class Sample:
    """What a program has, and what happens on the machine, at one moment."""

    def __init__(self, moment, watch):
        self.moment = moment
        self.memory, self.descriptors, self.processor_time = watch.memory(), watch.descriptors(), watch.processor_time()
        self.processes = sum(1 for name in os.listdir("/proc") if name.isdigit())
        with open("/proc/stat", encoding="ascii") as file:
            self.forks = next(int(line.split()[1]) for line in file if line.startswith("processes "))


class Watch(threading.Thread):
    """Looks at a program each second."""

    def __init__(self, pid, seconds):
        super().__init__()
        self.pid, self.seconds, self.samples = pid, seconds, []
        self.start()

    def run(self):
        begin = time.monotonic()
        while (now := time.monotonic() - begin) < self.seconds:
            self.samples.append(Sample(now, self))
            time.sleep(1)

    def memory(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))

    def descriptors(self):
        """How many it keeps, but for the files of other processes: while it looks at /proc it has a few more."""
        counts = []
        for _ in range(20):
            links = [link(f"/proc/{self.pid}/fd/{name}") for name in os.listdir(f"/proc/{self.pid}/fd")]
            counts.append(sum(1 for one in links if one and not re.match(r"/proc/\d+(/|$)", one)))
            time.sleep(0.01)
        return min(counts)

    def processor_time(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def holds(self):
        """Whether it stayed as it was after the first minute, or a third of the time; says how it was.

        Who shows or keeps the machine's processes needs more memory for a burst of others' processes, and malloc(3) keeps it:
        after one, memory is compared with what it was from then on. What counts is the median of a quarter of a minute, since
        what is allocated for a moment is in some samples and not in others; memory that is given back is none lost.
        """
        self.join()
        steady = [one for one in self.samples if one.moment >= min(60, self.seconds / 3)]
        stretches = list(undisturbed(steady))
        longest = max((one[-1].moment - one[0].moment for one in stretches), default=0)
        if longest < self.seconds / 6:
            print("soak: too much else happens on this machine for its memory to be judged", flush=True)
            sys.exit(77)
        levels = [[statistics.median(one.memory for one in stretch[place:place + 15]) for place in range(0, len(stretch), 15)]
                  for stretch in stretches]
        growth = max(level / before[0] - 1 for before in levels for level in before)
        # A look at /proc takes longer than ours when the machine is busy: what is kept is what is always there.
        part = max(1, len(self.samples) // 3)
        more = min(one.descriptors for one in self.samples[-part:]) - min(one.descriptors for one in self.samples[:part])
        first, last = self.samples[0], self.samples[-1]
        used = (last.processor_time - first.processor_time) / (last.moment - first.moment)
        minutes = [one.memory / 1024 for one in steady[::60]]
        print("soak: memory at each minute, in MiB: " + " ".join(f"{one:.1f}" for one in minutes))
        print(f"soak: at most {growth:.1%} more between {len(stretches) - 1} bursts of others' processes, the longest time {longest:.0f} s; "
              f"{more} descriptors more; {used:.1%} CPU", flush=True)
        return growth <= 0.05 and more == 0


def undisturbed(samples):
    """The stretches in which no more happens on the machine than most of the time."""
    forks = [after.forks - before.forks for before, after in zip(samples, samples[1:])]
    usual_forks, usual = statistics.median(forks), statistics.median(one.processes for one in samples)
    stretch = []
    for sample, count in zip(samples[1:], forks):
        if count > 1.5 * usual_forks + 50 or sample.processes > 1.25 * usual + 50:
            if stretch:
                yield stretch
            stretch = []
        else:
            stretch.append(sample)
    if stretch:
        yield stretch


def link(path):
    try:
        return os.readlink(path)
    except OSError:
        return None


def drops(pid):
    """How many messages of the kernel the program's sockets had no room for: netlink(7)'s own count. None where none listens
    to process events."""
    inodes = {one[8:-1] for name in os.listdir(f"/proc/{pid}/fd") if (one := link(f"/proc/{pid}/fd/{name}") or "").startswith("socket:[")}
    with open("/proc/net/netlink", encoding="ascii") as file:
        rows = [line.split() for line in file][1:]
    counts = [int(row[8]) for row in rows if row[1] == "11" and row[9] in inodes]
    return sum(counts) if counts else None


def losses_are_reported(pid, is_reported, held=None):
    """No event may be lost in silence: the program is held until the kernel has to drop some, and has to say so once it goes
    on. It is stopped for that, or what is given instead."""
    before = drops(pid)
    if before is None:
        print("soak: the kernel announces nothing here, so nothing can be lost")
        return True
    if before and not is_reported():
        print(f"soak: {before} events were lost in silence")
        return False
    os.kill(held or pid, signal.SIGSTOP)
    try:
        end = time.monotonic() + 300
        while drops(pid) == before and time.monotonic() < end:
            load(1, ("/bin/true",), 2000)
    finally:
        lost = drops(pid)
        os.kill(held or pid, signal.SIGCONT)
    for _ in range(20):
        load(0.5)
        if is_reported():
            print(f"soak: {before} events lost under the load; held until {lost} were, it said so", flush=True)
            return lost > before
    print(f"soak: {lost} events were lost in silence")
    return False


class Feed(threading.Thread):
    """The feed of a page, in the name of a browser that opened its link; once started, keeps what that tells."""

    def __init__(self, port, place, cookie):
        super().__init__(daemon=True)
        self.port, self.place, self.cookie = port, place, cookie
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", f"{place}feed", headers={"Cookie": cookie})
        self.answer = connection.getresponse()
        self.events, self.lost, self.told = 0, 0, 0
        # Who lives, by the page's name for it, with the PID of the parent and the name of the program.
        self.known = {}

    @classmethod
    def opened(cls, link_of_page):
        """Opens the link."""
        port = int(re.search(r":(\d+)/", link_of_page).group(1))
        path = link_of_page[link_of_page.index("/", len("http://")):]
        first = http.client.HTTPConnection("127.0.0.1", port)
        first.request("GET", path)
        cookie = first.getresponse().getheader("Set-Cookie").split(";")[0]
        first.close()
        return cls(port, path[:path.index("?")], cookie)

    def of_the_load(self):
        """How many of the load are shown."""
        return sum(1 for one in list(self.known.values()) if one == (os.getpid(), "sleep"))

    def run(self):
        for line in self.answer:
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                if "setting" in event:
                    self.known = {}
                for key in event["gone"]:
                    self.known.pop(key, None)
                for one in event["processes"]:
                    self.told += one["key"] not in self.known
                    self.known[one["key"]] = one["ppid"], one["name"]
                self.lost = event.get("lost", self.lost)
                self.events += 1


def verdict(*held):
    """The exit status."""
    print("soak: it stays as it is" if all(held) else "soak: it does NOT stay as it is", flush=True)
    return 0 if all(held) else 1


def end(process):
    """Ends a program that was started here."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()

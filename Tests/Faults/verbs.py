"""A container, the verbs that are made to fail on it, and what must be true afterwards."""

import collections
import errno
import json
import os
import re
import shutil
import subprocess
import time

VERBS = ["create", "start", "exec", "kill", "delete"]
ERRORS = [errno.EPERM, errno.ENOMEM, errno.EIO]
# Calls that a signal interrupts, which then have to be made once more.
INTERRUPTED = set(
    """read write pread64 pwrite64 readv writev openat openat2 open accept4 connect recvmsg sendmsg wait4 waitid poll ppoll
    flock fcntl rt_sigtimedwait""".split()
)

# Calls that cannot fail; and those by which the C library finds memory, locks and its own libraries, without which no
# program can even say what went wrong.
UNFAILING = set(
    """getpid getppid gettid getuid geteuid getgid getegid umask exit exit_group rt_sigreturn sched_yield getpgrp
    brk mmap munmap mprotect mremap madvise futex set_robust_list set_tid_address rseq arch_prctl rt_sigprocmask
    sigaltstack restart_syscall""".split()
)

# `cannot do something: call `object`: errno`, the words that engines look for, and those of a hook.
NAMES_A_STEP = re.compile(r"cannot [a-z ]+|exec: |error running \w+ hook|container (not running|does not exist)")

Fault = collections.namedtuple("Fault", "verb index call error")


def call_names():
    text = subprocess.run(
        ["cc", "-E", "-dM", "-include", "sys/syscall.h", "-x", "c", "/dev/null"], capture_output=True, text=True, check=True
    ).stdout
    return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text)}


def configuration(identifier):
    capabilities = ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID"]
    def mount(destination, kind, *options):
        return {"destination": destination, "type": kind, "source": kind, "options": list(options)}
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False, "user": {"uid": 0, "gid": 0}, "args": ["sleep", "600"], "cwd": "/tmp",
            "env": ["PATH=/bin"], "noNewPrivileges": True,
            "capabilities": {kind: capabilities for kind in ("bounding", "effective", "permitted")},
            "rlimits": [{"type": "RLIMIT_CORE", "hard": 0, "soft": 0}],
        },
        "root": {"path": "rootfs", "readonly": True},
        "hostname": "faulty",
        "mounts": [
            mount("/proc", "proc"), mount("/dev", "tmpfs", "mode=755"), mount("/dev/pts", "devpts", "newinstance"),
            mount("/sys", "sysfs", "ro"), {"destination": "/mnt", "type": "bind", "source": "/tmp", "options": ["rbind", "ro"]},
        ],
        "linux": {
            "cgroupsPath": f"/{identifier}",
            "namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts", "network", "cgroup")],
            "maskedPaths": ["/proc/kcore", "/sys/firmware"], "readonlyPaths": ["/proc/sys"],
        },
    }


class Container:
    """One bundle, made into a container again for each fault."""

    def __init__(self, place, runtime, world=()):
        self.place, self.runtime, self.world = place, runtime, list(world)
        self.identifier = os.path.basename(place)
        self.bundle, self.state = f"{place}/bundle", f"{place}/state"
        binaries = f"{self.bundle}/rootfs/bin"
        os.makedirs(binaries)
        for name in ("dev", "proc", "sys", "tmp", "mnt"):
            os.mkdir(f"{self.bundle}/rootfs/{name}")
        shutil.copy(shutil.which("busybox"), f"{binaries}/busybox")
        for name in ("sleep", "true"):
            os.symlink("busybox", f"{binaries}/{name}")
        with open(f"{self.bundle}/config.json", "w", encoding="utf-8") as file:
            json.dump(configuration(self.identifier), file)
        self.names = call_names()
        self.mounts = self.mounts_now()

    def words(self, verb):
        return [self.runtime, "--root", self.state] + {
            "create": ["create", "--bundle", self.bundle, self.identifier],
            "start": ["start", self.identifier],
            "exec": ["exec", self.identifier, "true"],
            "kill": ["kill", self.identifier, "KILL"],
            "delete": ["delete", self.identifier],
            "delete --force": ["delete", "--force", self.identifier],
            "state": ["state", self.identifier],
        }[verb]

    def does(self, verb, before=(), seconds=10):
        """Carries a verb out: (exit status, what it said)."""
        with open(f"{self.place}/said", "w+b") as said:
            try:
                status = subprocess.run(
                    self.world + list(before) + self.words(verb), stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=seconds
                ).returncode
            except subprocess.TimeoutExpired:
                status = "hangs"
            said.seek(0)
            return status, said.read().decode(errors="replace").strip()

    def prepare(self, verb):
        """Brings the container to the state that the verb needs."""
        for earlier in {"create": [], "start": ["create"], "delete": ["create", "start", "kill"]}.get(verb, ["create", "start"]):
            status, said = self.does(earlier)
            if status != 0:
                raise RuntimeError(f"{earlier} without a fault: {status}: {said}")
        if verb == "delete":
            self.until(lambda: '"stopped"' in self.does("state")[1].replace(" ", ""))

    def traced(self, fault):
        return [f"{self.place}/fault", f"{self.place}/calls", str(fault.index), str(fault.error)]

    def faults(self, verb, several_errors):
        """Every fault that can be made in a verb."""
        self.prepare(verb)
        status, said = self.does(verb, self.traced(Fault(verb, 0, "", 0)))
        if status != 0:
            raise RuntimeError(f"{verb} without a fault, but watched: {status}: {said}")
        self.remove()
        for line in open(f"{self.place}/calls", encoding="ascii"):
            index, _, number = line.split()
            call = self.names.get(int(number), number)
            if call in UNFAILING:
                continue
            errors = ERRORS + [errno.EINTR] * (call in INTERRUPTED)
            for error in errors if several_errors else [errors[int(index) % len(errors)]]:
                yield Fault(verb, int(index), call, error)

    def make(self, faults, limit):
        """Makes the faults for as long as `limit` allows: (how many were made, how many were not borne)."""
        made = failures = 0
        end = time.monotonic() + limit if limit else float("inf")
        for fault in faults:
            if time.monotonic() > end:
                break
            problems = self.problems_of(fault)
            if problems is None:
                continue
            made += 1
            if limit is None and made % 500 == 0:
                print(f"{made} faults were made so far, {failures} of them were not borne", flush=True)
            if problems:
                failures += 1
                call = self.call_made(fault)
                print(f"not ok {fault.verb}: call {fault.index}, {call}, fails with {errno.errorcode[fault.error]}")
                print("".join(f"  {problem}\n" for problem in problems), end="", flush=True)
        return made, failures

    def problems_of(self, fault):
        """What was wrong after a fault; nothing when it came before the program began."""
        self.prepare(fault.verb)
        processes = self.processes()
        status, said = self.does(fault.verb, self.traced(fault))
        if "error while loading shared libraries" in said or self.call_made(fault) in UNFAILING:
            self.remove()
            return None
        problems = list(self.answer_problems(fault.verb, status, said))
        if status != 0 and fault.verb == "create":
            problems += [f"after create had failed: {remains}" for remains in self.remains()]
        if fault.verb == "exec":
            self.until(lambda: not self.processes() - processes)
            problems += [f"after exec: process {self.described(pid)} is left" for pid in self.processes() - processes]
        return problems + [f"{problem} (the verb ended with {status}: {said[-300:]})" for problem in self.remove()]

    def call_made(self, fault):
        """The call that failed: where processes run side by side, not always that of the first count."""
        with open(f"{self.place}/calls", encoding="ascii") as file:
            made = [line.split() for line in file]
        return next((self.names.get(int(number), number) for index, _, number in made if int(index) == fault.index), "exit")

    def answer_problems(self, verb, status, said):
        if status == "hangs":
            yield "it hangs"
        elif 128 < status <= 192:
            yield f"it ends with {status}: {said[-300:]}"
        elif status != 0 and not NAMES_A_STEP.search(said):
            yield f"it fails with {status}, and what it says names no step: {said!r}"
        elif status == 0 and verb in ("create", "start"):
            state = self.does("state")[1]
            if not re.search(r'"status": *"(%s)"' % {"create": "created", "start": "running"}[verb], state):
                yield f"it succeeds, but the state is {state}; it said {said}"
            yield from self.descriptor_problems(state)

    def descriptor_problems(self, state):
        match = re.search(r'"pid": *([1-9]\d*)', state)
        if match and '"running"' in state:
            # What the program makes of the runtime's process comes a moment after `start`.
            self.until(lambda: open(f"/proc/{match[1]}/comm").read() == "sleep\n")
            found = set(os.listdir(f"/proc/{match[1]}/fd")) - {"0", "1", "2"}
            if found:
                yield f"the container's process has descriptors {sorted(found)}"

    def remove(self):
        """What is wrong with, and after, `delete --force`."""
        status, said = self.does("delete --force")
        wrong = [f"delete --force ends with {status}: {said[-300:]}"] if status != 0 else []
        wrong += self.remains()
        self.clean()
        return wrong

    def remains(self):
        self.until(lambda: self.processes() == {1})
        yield from (f"process {self.described(pid)} is left" for pid in self.processes() - {1})
        yield from (f"mount {mount} is left" for mount in self.mounts_now() - self.mounts)
        yield from (f"control group {path} is left" for path in self.control_groups())
        if os.path.lexists(f"{self.state}/{self.identifier}"):
            yield f"the state directory is left, with {os.listdir(f'{self.state}/{self.identifier}')}"

    def clean(self):
        """So that one fault does not tell upon the next."""
        for pid in self.processes() - {1}:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        self.until(lambda: self.processes() == {1})
        for mount in self.mounts_now() - self.mounts:
            subprocess.run(["umount", "-l", mount.split()[0]], check=False, stderr=subprocess.DEVNULL)
        for path in sorted(self.control_groups(), reverse=True):
            try:
                os.rmdir(path)
            except OSError:
                pass
        shutil.rmtree(f"{self.state}/{self.identifier}", ignore_errors=True)

    def processes(self):
        """This is the first process of its PID namespace, and reaps what comes to it."""
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
        return {int(name) for name in os.listdir("/proc") if name.isdigit()}

    def described(self, pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                return f"{pid} ({file.read().replace(bytes(1), b' ').decode(errors='replace').strip()})"
        except OSError:
            return str(pid)

    def mounts_now(self):
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            fields = [line.split() for line in file]
        return {f"{field[4]} ({field[field.index('-') + 1]})" for field in fields}

    def control_groups(self):
        return [os.path.join(path, name) for path, names, _ in os.walk("/sys/fs/cgroup") for name in names
                if self.identifier in name]

    def until(self, holds, seconds=2):
        end = time.monotonic() + seconds
        while not holds() and time.monotonic() < end:
            time.sleep(0.01)

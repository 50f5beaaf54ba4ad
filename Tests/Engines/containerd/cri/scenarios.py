"""What a kubelet does over the CRI socket, scenario by scenario. What is printed must be the same with every runtime.

usage: scenarios.py NAME
"""

import contextlib
import json
import os
import subprocess
import sys
import time

from interface import Client
from websocket import Stream

client = Client(os.environ["CONTAINERD_ADDRESS"])
IMAGE = "localhost/busybox:latest"
LOGS = f"/run/w/home/logs/{sys.argv[1]}"
RUNNING, EXITED = 1, 2
POD, CONTAINER, NODE = 0, 1, 2
NODE_NETWORK = {"security_context": {"namespace_options": {"network": NODE}}}


def sandbox_config(name, linux=None, **more):
    linux = dict(linux or NODE_NETWORK, cgroup_parent="/cri-test")
    metadata = {"name": name, "uid": name, "namespace": "default", "attempt": 0}
    return dict({"metadata": metadata, "log_directory": f"{LOGS}/{name}", "linux": linux}, **more)


@contextlib.contextmanager
def sandbox(name="pod", handler="", **config):
    config = sandbox_config(name, **config)
    identifier = client.RunPodSandbox(config=config, runtime_handler=handler).pod_sandbox_id
    try:
        yield identifier, config
    finally:
        client.StopPodSandbox(pod_sandbox_id=identifier)
        client.RemovePodSandbox(pod_sandbox_id=identifier)


def container(pod, *command, name="one", attempt=0, start=True, **config):
    config = dict({
        "metadata": {"name": name, "attempt": attempt}, "image": {"image": IMAGE}, "command": list(command),
        "log_path": f"{name}.{attempt}.log"}, **config)
    identifier = client.CreateContainer(pod_sandbox_id=pod[0], config=config, sandbox_config=pod[1]).container_id
    if start:
        client.StartContainer(container_id=identifier)
    return identifier


def run(identifier, *command, timeout=10):
    answer = client.ExecSync(container_id=identifier, cmd=list(command), timeout=timeout)
    return answer.stdout.decode() + answer.stderr.decode() + (f"[{answer.exit_code}]" if answer.exit_code else "")


def shell(identifier, line):
    return run(identifier, "sh", "-c", line)


def status(identifier):
    return client.ContainerStatus(container_id=identifier, verbose=True)


def wait_for(state, identifier):
    for _ in range(100):
        found = status(identifier).status
        if found.state == state:
            return found
        time.sleep(0.1)
    raise SystemExit(f"waited in vain for state {state}: {found}")


def log_of(pod, name="one", attempt=0, containing=""):
    path = f"{pod[1]['log_directory']}/{name}.{attempt}.log"
    for _ in range(100):
        with open(path) as file:
            lines = [line.split(" ", 3)[1:] for line in file.read().splitlines()]
        if any(containing in line[-1] for line in lines):
            return lines
        time.sleep(0.1)
    raise SystemExit(f"no {containing!r} in {lines}")


def outcome(call):
    """What a stream said on each channel, and the status that its error channel ends with."""
    said = {}
    for channel, content in call.messages():
        said[channel] = said.get(channel, b"") + content
    end = json.loads(said.pop(3, b"{}") or b"{}")
    causes = end.get("details", {}).get("causes", [])
    return {c: b.decode().replace("\r", "") for c, b in sorted(said.items())}, end.get("status"), causes


def version_and_status():
    version = client.Version()
    print(version.runtime_name, version.runtime_api_version)
    for condition in client.Status().status.conditions:
        print(condition.type, condition.status)


def sandbox_and_container():
    with sandbox() as pod:
        print(client.PodSandboxStatus(pod_sandbox_id=pod[0]).status.state)
        one = container(pod, "sh", "-c", "echo out; echo err >&2; exit 3")
        found = wait_for(EXITED, one)
        print(found.exit_code, found.reason)
        print(sorted(log_of(pod, containing="err")))
        two = container(pod, "no-such-program", name="two", start=False)
        try:
            client.StartContainer(container_id=two)
            print("it started")
        except Exception as error:
            print(error.code().name, "no-such-program" in error.details())
        for each in (one, two):
            client.RemoveContainer(container_id=each)
        print(len(client.ListContainers().containers))
    print(len(client.ListPodSandbox().items))


def exec_sync():
    with sandbox() as pod:
        one = container(pod, "sleep", "100", envs=[{"key": "A", "value": "b"}], working_dir="/tmp")
        print(shell(one, "echo $A; pwd; id; echo err >&2; exit 7"))
        try:
            print(run(one, "no-such-program"))
        except Exception as error:
            print(error.code().name)
        try:
            print(run(one, "sleep", "20", timeout=1))
        except Exception as error:
            print(error.code().name)


def exec_stream():
    with sandbox() as pod:
        one = container(pod, "sleep", "100")
        url = client.Exec(container_id=one, cmd=["sh", "-c", "echo out; echo err >&2; exit 5"], stdout=True, stderr=True).url
        print(outcome(Stream(url, "v4.channel.k8s.io")))
        url = client.Exec(container_id=one, cmd=["head", "-n", "1"], stdin=True, stdout=True).url
        stream = Stream(url, "v4.channel.k8s.io")
        stream.send(0, b"typed\n")
        print(outcome(stream))


def exec_terminal():
    with sandbox() as pod:
        one = container(pod, "sleep", "100")
        url = client.Exec(container_id=one, cmd=["sh"], stdin=True, stdout=True, tty=True).url
        stream = Stream(url, "v4.channel.k8s.io")
        stream.send(4, b'{"Width":99,"Height":33}')
        time.sleep(0.5)
        stream.send(0, b"stty -echo; stty size; tty; exit 4\n")
        said, state, causes = outcome(stream)
        print("33 99" in said[1], "/dev/pts/" in said[1], state, causes)


def attach():
    with sandbox() as pod:
        one = container(pod, "sh", "-c", "while read line; do echo heard $line; done", stdin=True)
        stream = Stream(client.Attach(container_id=one, stdin=True, stdout=True).url, "v4.channel.k8s.io")
        stream.send(0, b"words\n")
        heard = b""
        for channel, content in stream.messages():
            heard += content if channel == 1 else b""
            if b"\n" in heard:
                break
        print(heard)
        stream.close()
        print(log_of(pod, containing="heard"))


def port_forward():
    with sandbox(linux={"security_context": {}}) as pod:
        container(pod, "sh", "-c", "echo over the wire >/tmp/index.html; exec httpd -f -p 8080 -h /tmp")
        time.sleep(0.5)
        stream = Stream(client.PortForward(pod_sandbox_id=pod[0], port=[8080]).url, "v4.channel.k8s.io")
        stream.send(0, b"GET / HTTP/1.0\r\n\r\n")
        said = b"".join(content for channel, content in stream.messages() if channel == 0)
        print(said.count(b"over the wire"))


def statistics():
    with sandbox() as pod:
        one = container(pod, "sh", "-c", "while :; do :; done")
        time.sleep(0.5)
        stats = client.ContainerStats(container_id=one).stats
        print(stats.cpu.usage_core_nano_seconds.value > 50_000_000, stats.memory.working_set_bytes.value > 0)
        print(stats.attributes.metadata.name, len(client.ListContainerStats().stats))
        print(client.PodSandboxStats(pod_sandbox_id=pod[0]).stats.linux.process.process_count.value >= 0)


def group_files(identifier, *names):
    process = json.loads(status(identifier).info["info"])["pid"]
    with open(f"/proc/{process}/cgroup") as file:
        groups = dict(line.strip().split(":", 2)[1:] for line in file)
    for name in names:
        controller = name.split(".")[0]
        with open(f"/sys/fs/cgroup/{controller}{groups[controller]}/{name}") as file:
            print(name, file.read().strip())


def limits_and_update():
    files = ("memory.limit_in_bytes", "cpu.cfs_quota_us", "cpu.shares", "cpuset.cpus")
    resources = {"memory_limit_in_bytes": 64 << 20, "cpu_quota": 50000, "cpu_period": 100000, "cpu_shares": 512}
    with sandbox() as pod:
        one = container(pod, "sleep", "100", linux={"resources": resources})
        group_files(one, *files)
        client.UpdateContainerResources(container_id=one, linux={
            "memory_limit_in_bytes": 96 << 20, "cpu_quota": 20000, "cpu_period": 100000, "cpu_shares": 256,
            "cpuset_cpus": "0"})
        group_files(one, *files)
        print(shell(one, "nproc; cat /sys/fs/cgroup/memory/memory.limit_in_bytes"))


def out_of_memory():
    with sandbox() as pod:
        one = container(pod, "dd", "if=/dev/zero", "of=/dev/null", "bs=64M", "count=1",
                        linux={"resources": {"memory_limit_in_bytes": 16 << 20}})
        found = wait_for(EXITED, one)
        print(found.exit_code, found.reason)


def restart_in_place():
    with sandbox() as pod:
        one = container(pod, "sh", "-c", "trap 'exit 0' TERM; echo first; while :; do sleep 0.1; done")
        log_of(pod, containing="first")
        client.StopContainer(container_id=one, timeout=10)
        print(wait_for(EXITED, one).exit_code)
        client.RemoveContainer(container_id=one)
        two = container(pod, "sh", "-c", "trap '' TERM; echo second; while :; do sleep 0.1; done", attempt=1)
        log_of(pod, attempt=1, containing="second")
        client.StopContainer(container_id=two, timeout=1)
        print(wait_for(EXITED, two).exit_code)


def security_context():
    lines = "grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp:)' /proc/self/status; id"
    with sandbox() as pod:
        one = container(pod, "sleep", "100")
        print(shell(one, lines))
        two = container(pod, "sleep", "100", name="two", linux={"security_context": {
            "run_as_user": {"value": 1000}, "run_as_group": {"value": 10}, "supplemental_groups": [20, 30],
            "no_new_privs": True, "readonly_rootfs": True, "capabilities": {"drop_capabilities": ["ALL"]},
            "seccomp": {"profile_type": 0}, "masked_paths": ["/proc/version"], "readonly_paths": ["/tmp"]}})
        print(shell(two, lines + "; touch /x; touch /tmp/x; cat /proc/version"))
        three = container(pod, "sleep", "100", name="three", linux={"security_context": {
            "capabilities": {"add_capabilities": ["SYS_TIME"]}, "seccomp": {"profile_type": 1}}})
        print(shell(three, lines))
    with sandbox("strong", linux={"security_context": {
            "privileged": True, "namespace_options": {"network": NODE}}}) as pod:
        one = container(pod, "sleep", "100", linux={"security_context": {"privileged": True}})
        print(shell(one, lines + "; mount -t tmpfs tmpfs /tmp && echo mounted"))


def namespaces_of_a_pod():
    look = "for n in pid ipc net uts mnt; do readlink /proc/self/ns/$n; done"
    for pid in (POD, CONTAINER, NODE):
        options = {"namespace_options": {"pid": pid, "network": NODE}}
        with sandbox(f"pod{pid}", linux={"security_context": options}) as pod:
            views = []
            for name in ("one", "two"):
                each = container(pod, "sleep", "100", name=name, linux={"security_context": options})
                views.append(shell(each, look).split())
                print(name, shell(each, "ps -o pid,args | grep -c 'sleep 10[0]'").strip())
            print([kind.split(":")[0] for kind, other in zip(*views) if kind == other])


def mounts():
    os.makedirs("/run/w/home/shared", exist_ok=True)
    with open("/run/w/home/shared/file", "w") as file:
        file.write("text\n")
    binds = [{"host_path": "/run/w/home/shared", "container_path": "/ro", "readonly": True},
             {"host_path": "/run/w/home/shared", "container_path": "/slave", "propagation": 1},
             {"host_path": "/run/w/home/shared", "container_path": "/both", "propagation": 2}]
    with sandbox() as pod:
        one = container(pod, "sleep", "100", mounts=binds)
        print(shell(one, "cat /ro/file; touch /ro/x; touch /slave/y; rm /both/y && echo removed"))
        print(shell(one, "grep -E ' /(ro|slave|both) ' /proc/self/mountinfo | cut -d' ' -f5-7 | sed 's/:[0-9]*//g'"))
        for place in ("slave", "both"):
            subprocess.run(["mount", "--bind", "/usr/share/doc", "/run/w/home/shared"], check=True)
            print(place, shell(one, f"ls /{place} | wc -l | grep -qx 1 && echo old || echo new").strip())
            subprocess.run(["umount", "/run/w/home/shared"], check=True)


def sysctls_and_hostname():
    linux = {"security_context": {}, "sysctls": {"net.ipv4.ip_forward": "1", "kernel.msgmax": "16000"}}
    with sandbox(linux=linux, hostname="quay") as pod:
        one = container(pod, "sleep", "100")
        print(shell(one, "hostname; cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax; df -k /dev/shm | tail -n 1 | tr -s ' ' | cut -d' ' -f2"))
        print(client.PodSandboxStatus(pod_sandbox_id=pod[0]).status.network.ip.startswith("10.99.0."))


def runtime_class():
    with sandbox("named", handler="pangaea") as pod:
        print(client.PodSandboxStatus(pod_sandbox_id=pod[0]).status.runtime_handler)
        print(shell(container(pod, "sleep", "100"), "echo runs"))
    try:
        with sandbox("unnamed", handler="no-such-class"):
            print("it runs")
    except Exception as error:
        print("no-such-class" in error.details())


def removal_leaves_nothing():
    with sandbox() as pod:
        for name in ("one", "two", "three"):
            container(pod, "sleep", "100", name=name)
        print(len(client.ListContainers().containers))
    print(len(client.ListContainers().containers), len(client.ListPodSandbox().items))
    time.sleep(0.5)
    print(subprocess.run(["pgrep", "-fc", "sleep 10[0]$"], capture_output=True, text=True).stdout.strip())


def keep_one_running():
    config = sandbox_config("kept")
    identifier = client.RunPodSandbox(config=config).pod_sandbox_id
    print(shell(container((identifier, config), "sleep", "100"), "echo before"))


def find_it_running():
    pod = client.ListPodSandbox().items[0].id
    one = client.ListContainers().containers[0].id
    print(status(one).status.state == RUNNING, shell(one, "echo after"))
    client.StopContainer(container_id=one, timeout=0)
    print(wait_for(EXITED, one).exit_code)
    client.StopPodSandbox(pod_sandbox_id=pod)
    client.RemovePodSandbox(pod_sandbox_id=pod)


globals()[sys.argv[1]]()

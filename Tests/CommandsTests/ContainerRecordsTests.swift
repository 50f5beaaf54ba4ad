// Containers by name: on files of the shapes that the engines write, and with an engine where there is one.

import Linux
import Processes
import Testing
import struct SystemPackage.FilePath

@testable import Commands

private let first = String(repeating: "1a", count: 32)
private let second = String(repeating: "2b", count: 32)

@Suite struct ContainerRecordsTests {
  /// Files of every engine, below a directory.
  private static func fill(_ directory: borrowing TemporaryDirectory) throws -> ContainerRecords {
    let files = [
      (
        "storage/overlay-containers/containers.json",
        #"[{"id":"\#(first)","names":["blue","azure"],"layer":"x","flags":{"Volatile":true}},{"id":"\#(second)"}]"#
      ),
      ("storage/vfs-containers/volatile-containers.json", #"[{"id":"\#(second)","names":["red"]}]"#),
      ("docker/containers/\(first)/config.v2.json", #"{"State":{"Pid":7},"ID":"\#(first)","Name":"/whale"}"#),
      ("docker/containers/\(second)/config.v2.json", "{\"Name\":"),
      (
        "containerd/k8s.io/\(first)/config.json",
        #"{"ociVersion":"1.1.0","annotations":{"io.kubernetes.cri.container-name":"pod-web"}}"#
      ),
      ("containerd/default/plain/config.json", #"{"ociVersion":"1.1.0"}"#),
      ("crun/\(first)/status", "{}"), ("runc/named/state.json", "not JSON"),
    ]
    for (name, content) in files {
      _ = try directory.directory(String(name[..<(name.lastIndex(of: "/") ?? name.endIndex)]))
      _ = try directory.file(name, content)
    }
    let path = FilePath(directory.path)
    return ContainerRecords(
      storage: [path.appending("storage")], docker: [path.appending("docker"), "/nowhere"],
      containerd: [path.appending("containerd")], runtimes: [path.appending("crun"), path.appending("runc")])
  }

  @Test(arguments: [
    ("blue", [first]), ("azure", [first]), ("red", [second]), ("whale", [first]), ("/whale", []), ("pod-web", [first]),
    ("named", ["named"]), ("plain", []), ("nobody", []), ("", []),
  ]) func namesAreFound(name: String, identifiers: [String]) throws {
    let directory = try TemporaryDirectory()
    let records = try Self.fill(directory)
    #expect(records.identifiers(named: name) == Set(identifiers))
  }

  @Test func theProcessIsTheOneThatWasWrittenDown() throws {
    let directory = try TemporaryDirectory()
    let records = try Self.fill(directory)
    let stat = try String(decoding: FileDescriptor.open("/proc/self/stat").readAll(), as: UTF8.self)
    let start = try #require(stat.split(separator: ")").last?.split(separator: " ").dropFirst(19).first)
    let own = "\(CallingProcess.processID)"
    _ = try directory.file("crun/\(first)/status", #"{"pid":\#(own),"process-start-time":\#(start)}"#)
    _ = try directory.file("runc/named/state.json", #"{"init_process_pid":\#(own),"init_process_start":\#(start)}"#)
    #expect(records.process(of: first)?.processID == CallingProcess.processID)
    #expect(records.process(of: "named")?.processID == CallingProcess.processID)
    // A PID that was given away since.
    _ = try directory.file("crun/\(first)/status", #"{"pid":\#(own),"process-start-time":1}"#)
    #expect(records.process(of: first) == nil)
    for name in ["nobody", "", "..", "../crun/\(first)"] { #expect(records.process(of: name) == nil) }
  }

  /// A runtime's record alone is enough: its container need not have a control group.
  @Test(.enabled(if: Caller.root.isPossible)) func entersByTheRuntimesRecord() throws {
    let script = """
      mount -t tmpfs none /run; unshare -u sh -c 'hostname crunched; exec sleep 60' & T=$!; sleep 0.3; mkdir -p /run/crun/web
      s=$(sed 's/.*) //' /proc/$T/stat | cut -d' ' -f20)
      echo "{\\"pid\\":$T,\\"process-start-time\\":$s}" > /run/crun/web/status
      \(pangaeaPath) enter web --uts -- hostname; kill $T; sleep 0.2; \(pangaeaPath) enter web --uts -- hostname
      """
    let outcome = try run("unshare", "-m", "--propagation", "private", "sh", "-c", script)
    #expect(outcome.output == "crunched\n")
    #expect(outcome.error.contains("the container 'web' is not running"), "\(outcome.error)")
  }

  /// By the identifier alone, as root keeps its containers and as an ordinary user does.
  @Test(
    .enabled(if: Caller.root.isPossible && BusyboxRoot.isPossible),
    arguments: ["/run/pangaea-oci", "/run/u/pangaea-oci"])
  func everyVerbKnowsContainersOfPangaea(store: String) throws {
    let root = try BusyboxRoot()
    let script = """
      mount -t tmpfs none /run && mkdir /run/b /run/u && cd /run/b && export XDG_RUNTIME_DIR=/run/u
      id=pangaea-known-$$; engine="\(pangaeaPath)-oci --root \(store)"
      $engine spec && sed -i 's,"rootfs","\(root.path)",; s,"terminal": true,"terminal": false,; s,"sh","sleep"\\,"300",' config.json
      $engine run -d $id > log 2>&1 < /dev/null || cat log
      first=$($engine state $id | sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p')
      \(pangaeaPath) tree --color never $id | grep -c "sleep $first→1"
      \(pangaeaPath) ns $id | grep -c " $first "
      \(pangaeaPath) enter $id -- /bin/busybox hostname
      \(pangaeaPath) cgroup show $id | grep -c "/$id$"
      \(pangaeaPath) kill --name $id; sleep 0.2
      $engine state $id | sed -n 's/.*"status": "\\(.*\\)".*/\\1/p'; $engine delete $id
      """
    let outcome = try run("unshare", "-m", "--propagation", "private", "sh", "-c", script)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 5 && lines[0] == "1" && lines[2] == "pangaea-oci", "\(outcome)")
    #expect(lines.last == "stopped", "\(outcome)")
  }

  private static let hasPodman = ["podman", "runc"].allSatisfy { (try? run($0, "--version").status) == .exited(0) }

  @Test(.enabled(if: Caller.root.isPossible && hasPodman && BusyboxRoot.isPossible, "needs podman and runc"))
  func entersWhatPodmanNamed() throws {
    let root = try BusyboxRoot()
    let script = """
      mount -t tmpfs none /var/lib && mkdir /var/lib/containers && mount -t tmpfs none /run || exit 99
      mount -t tmpfs none /dev/shm || exit 99 # podman keeps its locks there, for good
      p="podman --runtime runc --cgroup-manager cgroupfs"
      timeout 60 $p run -d --cgroup-parent pangaea-podman-$$ --name blue --hostname laurentia --network none \
        --ulimit nofile=4096:4096 --ulimit nproc=4096:4096 --rootfs \(root.path) /bin/sleep 300 > id || cat id >&2
      \(pangaeaPath) enter blue -- /bin/busybox hostname
      \(pangaeaPath) enter $(cut -c1-12 id) -- /bin/busybox hostname
      $p rm -f -t 0 blue > id; \(pangaeaPath) enter blue -- /bin/busybox hostname
      find /sys/fs/cgroup -depth -type d -path "*/pangaea-podman-$$*" -exec rmdir {} \\;
      """
    let directory = try TemporaryDirectory("work")
    let outcome = try run("unshare", "-m", "--propagation", "private", "sh", "-c", "cd \(directory.path); " + script)
    #expect(outcome.output == "laurentia\nlaurentia\n", "\(outcome.error)")
    #expect(outcome.error.contains("there is no process, world or container 'blue'"), "\(outcome.error)")
  }
}

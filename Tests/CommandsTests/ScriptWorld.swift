// Runs shell scripts in a mount namespace of their own, with `unshare` and `nsenter` being util-linux's or ours: what
// a script mounts, and the namespaces that it keeps by mounting them, end with it.

import Linux
import Testing
import struct SystemPackage.FilePath

/// Whose tools a script calls.
enum Tools: String {
  case utilLinux = "/usr/bin"
  case own = "/mnt/tools"
}

/// Who calls them.
enum ScriptUser: CaseIterable {
  case root, nobody
}

/// What came of a script.
struct ScriptOutcome: Equatable {
  let status: Linux.ExitStatus
  let output: String
  let error: String
}

/// Only root can make the world, and only util-linux can be compared with.
let canRunScripts = UserIDs.current.effective == 0 && FileDescriptor.hasFile("/usr/bin/unshare")

/// Stays on one processor. A mount namespace can be kept by a mount in an older one alone, and Linux 6.18 numbers the
/// namespaces of each processor by itself: what is made on another one may count as older than its maker.
private let pinned = """
  exec taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')" unshare --mount --propagation private sh -c "$0"
  """

/// Makes the directory, says which namespaces are the outer ones, and runs `$SCRIPT` in it.
private let frame = """
  mount -t tmpfs none /mnt && cd /mnt && mkdir -m 755 bin tools && mkdir -m 777 work || exit 99
  mount --bind "$BUILT" bin && ln -s /mnt/bin/pangaea tools/unshare && ln -s /mnt/bin/pangaea tools/nsenter || exit 99
  for k in cgroup ipc mnt net pid time user uts; do export "outer_$k=$(readlink /proc/self/ns/$k)"; done
  cd work
  if [ "$CALLER" = root ]; then exec sh -c "$SCRIPT"; fi
  exec setpriv --reuid 65534 --regid 65534 --clear-groups sh -c "$SCRIPT"
  """

/// Prints for each kind of namespace `-` where it is the outer one.
private let kinds = """
  for k in cgroup ipc mnt net pid time user uts; do
    eval outer=\\$outer_$k
    [ "$(readlink /proc/self/ns/$k)" = "$outer" ] && printf '%s ' - || printf '%s ' $k
  done; echo
  """

/// Runs a script to its end.
///
/// - Parameter script: calls `$UNSHARE` and `$NSENTER`; `sh -c "$KINDS"` prints which namespaces are not the outer ones.
func outcome(of script: String, with tools: Tools, as user: ScriptUser = .root) throws -> ScriptOutcome {
  let own = CommandLine.arguments[0]
  let built = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
  let environment = [
    "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL=C", "SHELL=/bin/sh", "BUILT=\(built)",
    "CALLER=\(user == .root ? "root" : "nobody")", "UNSHARE=\(tools.rawValue)/unshare",
    "NSENTER=\(tools.rawValue)/nsenter", "KINDS=\(kinds)", "SCRIPT=\(script)",
  ]
  let command = ["sh", "-c", pinned, frame]
  let output = try Pipe()
  let error = try Pipe()
  var program = SystemCallProgram()
  program.append(.duplicate(.descriptor(output.writing.number), as: 1))
  program.append(.duplicate(.descriptor(error.writing.number), as: 2))
  program.append(
    .execute(
      [FilePath("/bin/sh")], command.map { Array($0.utf8) }, environment: environment.map { Array($0.utf8) }))
  let child = try program.start(signalMask: SignalSet())
  end(output.writing)
  end(error.writing)
  let outputBytes = try output.reading.readAll()
  let errorBytes = try error.reading.readAll()
  return try ScriptOutcome(
    status: child.pidfd.wait(), output: String(decoding: outputBytes, as: UTF8.self),
    error: String(decoding: errorBytes, as: UTF8.self))
}

private func end(_ descriptor: consuming FileDescriptor) {}

extension FileDescriptor {
  fileprivate static func hasFile(_ path: FilePath) -> Bool {
    do {
      _ = try FileDescriptor.workingDirectory.status(of: path)
      return true
    } catch {
      return false
    }
  }
}

// A bundle made from the machine's busybox, and the runtime driven by the shell as an engine drives it, in a mount
// namespace of its own.

import Linux
import Testing

/// A bundle with a store of its own; scripts are run in it.
final class EngineBundle {
  /// As root, with a busybox and what scripts use.
  static let isPossible =
    UserIDs.current.effective == 0
    && ["busybox", "jq", "python3", "unshare"].allSatisfy { (try? run(["which", $0]).status) == .exited(0) }

  private let directory: TemporaryDirectory
  private var path: String { directory.path }

  /// What every script begins with: the runtime as `$o`, a name as `$id`, the bundle's directory as `$b`; `edit` changes
  /// config.json by a filter of jq, `does` has the container's process run a line of the shell, and `told` says what the
  /// runtime complained of, without the time.
  private var preamble: String {
    """
    b=\(path); cd $b; id=$(basename $b); o="\(runtimePath) --root $b/state"
    edit() { jq "$@" config.json > new.json && mv new.json config.json; }
    does() { edit --arg line "$1" '.process.args = ["sh", "-c", $line]'; }
    told() { sed -n 's/.* msg=//p' "$@"; }
    trap '$o delete --force $id' EXIT

    """
  }

  init() throws {
    directory = try TemporaryDirectory()
    let made = try script(
      """
      mkdir -p rootfs/bin && cp $(which busybox) rootfs/bin/busybox && chroot rootfs /bin/busybox --install -s /bin
      $o spec && edit '.process.terminal = false | .root.readonly = false | .linux.cgroupsPath = "/'$id'"'
      """)
    try #require(made.status == .exited(0), "\(made.error)")
  }

  /// Runs a script.
  ///
  /// - Parameter world: options of unshare(1) besides `--mount`.
  func script(_ text: String, world: [String] = ["--propagation", "private"]) throws -> Outcome {
    try run(["unshare", "--mount"] + world + ["sh", "-c", preamble + text])
  }

  /// Listens at the socket `$b/s` while a command runs, and takes the first message: `data`, `fds`, the connection `c`, the
  /// command `p`.
  static let receiver = """
    import array, json, os, socket, subprocess, sys
    s = socket.socket(socket.AF_UNIX); s.bind('s'); s.listen(5); s.settimeout(20)
    p = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    c = s.accept()[0]; c.settimeout(20)
    data, more, _, _ = c.recvmsg(65536, socket.CMSG_SPACE(16))
    fds = [n for _, kind, found in more for n in array.array('i', found)]

    """
}

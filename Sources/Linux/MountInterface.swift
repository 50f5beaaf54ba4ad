// By which calls this process may mount: those that take descriptors, or mount(2) alone.

internal import CLinux

/// The calls by which mounts are made.
///
/// Every kernel since 5.2 has fsopen(2), fsconfig(2), fsmount(2), open_tree(2) and move_mount(2). A filter of system calls
/// that is older than they are, such as that of a container which this process runs in, or a kernel that only looks like
/// Linux, may refuse them.
///
/// Source: fsopen(2), open_tree(2), move_mount(2); seccomp(2).
public enum MountInterface: Hashable, Sendable {
  /// Those that make mounts without a place and attach them to descriptors.
  case descriptors
  /// mount(2), which knows a descriptor by its name in /proc/self/fd.
  case names

  /// What this process, and those that it starts, may use. Found out once.
  public static let current = probe()

  private static func probe() -> MountInterface {
    if NewMountCall.withoutRights.contains(where: { $0.refusal != nil }) { return .names }
    let refusals = NewMountCall.withRights.map(\.refusal)
    if refusals.contains(.enosys) { return .names }
    // Of one without rights the kernel itself says so; only where there is a filter it may be that.
    guard refusals.contains(.eperm), isFiltered else { return .descriptors }
    return isRefusedWithRights ? .names : .descriptors
  }

  /// Whether a filter decides which system calls this process may make.
  ///
  /// Source: PR_GET_SECCOMP(2const).
  private static var isFiltered: Bool {
    do throws(SystemCallError) {
      return try systemCall("prctl", __NR_prctl, UInt64(PR_GET_SECCOMP)) != 0
    } catch {
      return true
    }
  }

  /// Whether one who has all rights over a mount namespace is refused: root of a new user namespace.
  private static var isRefusedWithRights: Bool {
    var program = SystemCallProgram()
    for call in NewMountCall.withRights { program.append(call.unacceptable.tolerating(.einval)) }
    program.append(.exit(0))
    do throws(SystemCallError) {
      let child = try program.start(namespaces: [.newUser, .newMount])
      let failure = try child.report.awaitOutcome()
      _ = try child.pidfd.wait()
      return failure != nil
    } catch {
      // Without such a namespace nothing will be mounted, and that will be told then.
      return false
    }
  }
}

/// A call of the newer interface, made with arguments that no kernel takes: `EINVAL` is the answer of the call itself.
private struct NewMountCall {
  let name: StaticString
  let number: Int32

  /// Those that look at their arguments first.
  static let withoutRights = [
    NewMountCall(name: "open_tree", number: __NR_open_tree), NewMountCall(name: "fsconfig", number: __NR_fsconfig),
  ]
  /// Those that want rights over the mount namespace before anything else.
  static let withRights = [
    NewMountCall(name: "fsopen", number: __NR_fsopen), NewMountCall(name: "fsmount", number: __NR_fsmount),
    NewMountCall(name: "move_mount", number: __NR_move_mount),
  ]

  /// `ENOSYS` or `EPERM` when it is refused.
  var refusal: Errno? {
    do throws(SystemCallError) {
      _ = try systemCall(name, number, .max, .max, .max, .max, .max)
      return nil
    } catch {
      return [.enosys, .eperm].contains(error.errno) ? error.errno : nil
    }
  }

  /// The same as a step, which fails.
  var unacceptable: SystemCallProgram.Step {
    SystemCallProgram.Step(
      name.description, .call(number), Array(repeating: .value(.max), count: 5))
  }
}

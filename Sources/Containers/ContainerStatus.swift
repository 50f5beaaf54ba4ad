// What a container is doing, found out from the kernel each time it is asked: what is written down may be older.

/// The state of a container's life.
///
/// Source: runtime-spec, runtime.md, "State"; `paused` as runc and crun have it.
public enum ContainerStatus: String, Hashable, Sendable {
  /// It is being made: a hook may be running.
  case creating
  /// Its first process stands at the gate and waits to be let go.
  case created
  /// Its first process has executed the program.
  case running
  /// Its control group is frozen.
  case paused
  /// Its first process has ended, or never was.
  case stopped
}

// What an engine is told when something fails: one line and an exit status.

internal import CommandDescription
internal import Linux

/// A failure as an engine sees it.
struct EngineFailure: Error, Hashable, Sendable {
  /// One line, without the program's name. Engines look for words in it, such as `does not exist` or
  /// `no such file or directory`.
  var message: String
  /// The process's exit status.
  var exitStatus: Int32

  /// Describes a failure.
  init(_ message: String, exitStatus: Int32 = 1) {
    self.message = message
    self.exitStatus = exitStatus
  }

  /// Describes a wrong command line.
  init(_ error: CommandLineError) {
    self.init(error.message)
  }

  /// Describes a call that failed.
  ///
  /// - Parameter task: what it was made for, as in `cannot TASK: open `/x`: No such file or directory`.
  init(_ error: SystemCallError, doing task: String) {
    self.init("cannot \(task): \(error)")
  }
}

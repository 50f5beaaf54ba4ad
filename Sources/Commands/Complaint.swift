// What a person is told when something fails: what, why, and what to try.

internal import Linux

/// A failure as a person sees it.
///
/// A verb throws it; `PangaeaMain` prints it once, on standard error, and exits with its status.
struct Complaint: Error, Hashable, Sendable {
  /// What could not be done, without a full stop, for example `cannot enter the UTS namespace of PID 7: setns: EPERM`.
  var what: String
  /// The reason that was found out; nil when none was found. Never a guess.
  var why: String?
  /// A command or a setting that helps; nil when there is none.
  var remedy: String?
  /// What the originals under a classic name say, without the program's name; nil when it is `what`.
  var classic: String?
  /// The command line was wrong, so that `--help` helps.
  var isUsage = false
  /// The output could not be written: the exit status is that of the verb's own failure.
  var isOfOutput = false
  /// The process's exit status.
  var exitStatus: Int32

  /// Describes a failure.
  init(
    what: String, why: String? = nil, try remedy: String? = nil, classic: String? = nil, exitStatus: Int32 = 2
  ) {
    self.what = what
    self.why = why
    self.remedy = remedy
    self.classic = classic
    self.exitStatus = exitStatus
  }

  /// Describes a system call that failed: `cannot TASK: setns: EPERM`.
  init(
    _ error: SystemCallError, doing task: String, why: String? = nil, try remedy: String? = nil,
    classic: String? = nil, exitStatus: Int32 = 2
  ) {
    self.init(
      what: "cannot \(task): \(error.call): \(error.errno.name)", why: why, try: remedy, classic: classic,
      exitStatus: exitStatus)
  }

  /// Describes a wrong command line.
  static func usage(_ what: String, exitStatus: Int32 = 2) -> Complaint {
    var complaint = Complaint(what: what, exitStatus: exitStatus)
    complaint.isUsage = true
    return complaint
  }

  /// An end without a word, such as when the reader of standard output went away.
  static func silent(exitStatus: Int32) -> Complaint {
    Complaint(what: "", exitStatus: exitStatus)
  }
}

extension Complaint {
  /// The lines to be printed, each ended by a newline; empty for a silent one.
  ///
  /// - Parameter program: the program as typed, `pangaea unshare`, or a classic name.
  func text(program: String, form: Invocation.Form, paint: Paint = Paint(isEnabled: false)) -> String {
    if what.isEmpty { return "" }
    switch form {
    case .verb: return fullText(program: program, paint: paint)
    case .classic: return classicText(program: program)
    }
  }

  private func fullText(program: String, paint: Paint) -> String {
    var text = paint("pangaea:", .failure) + " " + Escaping.escaped(what) + "\n"
    if let why { text += "  " + paint("why:", .quiet) + " " + Escaping.escaped(why) + "\n" }
    let help = isUsage ? "\(program) --help" : nil
    if let remedy = remedy ?? help { text += "  " + paint("try:", .quiet) + " " + Escaping.escaped(remedy) + "\n" }
    return text
  }

  private func classicText(program: String) -> String {
    let line = "\(program): \(Escaping.escaped(classic ?? what))\n"
    return isUsage ? line + "Try '\(program) --help' for more information.\n" : line
  }

  /// Prints the complaint on standard error, coloured on a terminal.
  func present(program: String, form: Invocation.Form) {
    let standardError = FileDescriptor.standardError
    let paint = Paint(.auto, on: standardError)
    // A closed standard error leaves nobody to tell; the exit status still says it.
    do { try standardError.write(text(program: program, form: form, paint: paint)) } catch {}
  }
}

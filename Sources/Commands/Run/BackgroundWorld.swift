// `run --detach`: a supervisor of its own attends to the world, in the background, and this process ends once the
// command runs or cannot.

internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// A world that is left running.
struct BackgroundWorld {
  private let request: RunRequest

  init(_ request: RunRequest) {
    self.request = request
  }

  /// Leaves a supervisor in the background, and prints the PID of its world.
  ///
  /// - Returns: 0 when the command runs, else the supervisor's status, which has said why.
  func run() throws(Complaint) -> Int32 {
    let answer = try prepare { () throws(SystemCallError) in
      try FileDescriptor.occupyStandardStreams()
      return try startSupervisor()
    }
    switch answer {
    case .running(let processID): return try tell(processID)
    case .failed(let status): return status
    case .supervised(let status): return status
    }
  }

  /// What became of the start; `supervised` in the supervisor itself, after its world's end.
  private enum Answer {
    case running(processID: String)
    case failed(Int32)
    case supervised(Int32)
  }

  private func startSupervisor() throws(SystemCallError) -> Answer {
    let pipe = try Pipe()
    switch try forkProcess() {
    case .parent(let child):
      let text = String(decoding: try pipe.closeWriting().readAll(), as: UTF8.self)
      if !text.isEmpty { return .running(processID: text) }
      return .failed(try PIDFD(opening: child).wait().shellStatus)
    case .child: return .supervised(supervise(answer: pipe.writing))
    }
  }

  private func tell(_ processID: String) throws(Complaint) -> Int32 {
    do throws(SystemCallError) {
      try FileDescriptor.standardOutput.write(processID + "\n")
      return 0
    } catch {
      throw Complaint(error, doing: "print that the world runs as PID \(processID)", exitStatus: 125)
    }
  }

  /// The supervisor's part: the world's PID goes to the caller, and its end is waited for.
  private func supervise(answer: consuming FileDescriptor) -> Int32 {
    var answer = Optional(answer)
    var complaints: FileDescriptor?
    do throws(Complaint) {
      complaints = try prepare { () throws(SystemCallError) in try leaveTerminal() }
      // Made here, as a control group bears the supervisor's PID.
      let session = WorldSession(plan: try request.plan(), name: request.name, hasTerminal: false)
      return try session.run { world in
        complaints = nil
        // The caller may have been killed while it waited; the world runs all the same.
        do throws(SystemCallError) { try answer.take()?.write("\(world.processID)") } catch {}
      }
    } catch {
      restore(complaints.take())
      error.present(program: "pangaea run", form: .verb)
      return error.exitStatus
    }
  }

  /// Until the command runs, what goes wrong is told where the caller reads it.
  private func restore(_ standardError: consuming FileDescriptor?) {
    guard let standardError else { return }
    do throws(SystemCallError) { try standardError.replace(2) } catch {}
  }

  /// Lets go of the terminal, and of pipes whose readers wait for their end; files stay.
  ///
  /// - Returns: the former standard error.
  private func leaveTerminal() throws(SystemCallError) -> FileDescriptor {
    try startSession()
    let former = try FileDescriptor.standardError.duplicate(atLeast: 3)
    let nothing = try FileDescriptor.open("/dev/null", .readWrite)
    try nothing.replace(0)
    if try !FileDescriptor.standardOutput.status().isFile { try nothing.replace(1) }
    if try !FileDescriptor.standardError.status().isFile { try nothing.replace(2) }
    return former
  }

  private func prepare<Result: ~Copyable>(
    _ body: () throws(SystemCallError) -> Result
  ) throws(Complaint) -> Result {
    do throws(SystemCallError) {
      return try body()
    } catch {
      throw Complaint(error, doing: "leave the world in the background", exitStatus: 125)
    }
  }
}

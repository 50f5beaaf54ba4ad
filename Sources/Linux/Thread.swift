// A second thread, for a program that shows what belongs to a thread and not to its process. Nothing that isolates
// starts one.

internal import CLinux
internal import Glibc

/// Starts a thread that moves to new namespaces, alone, and then sleeps until the process ends.
///
/// - Parameter namespaces: any but user namespaces, which a process with several threads cannot make.
/// - Throws: `SystemCallError` of the thread's unshare(2), or with `EAGAIN` at a limit of threads.
///
/// Corresponds to pthread_create(3) and unshare(2).
public func startThread(in namespaces: CloneFlags) throws(SystemCallError) {
  let answers = try Pipe()
  let errand = ThreadErrand(namespaces, answer: try answers.writing.duplicate().release())
  var thread: pthread_t = 0
  let failure = unsafe pthread_create(
    &thread, nil,
    { errand in
      if let errand = unsafe errand { unsafe Unmanaged<ThreadErrand>.fromOpaque(errand).takeRetainedValue().run() }
      return nil
    }, unsafe Unmanaged.passRetained(errand).toOpaque())
  if failure != 0 { throw SystemCallError(call: "pthread_create", errno: Errno(rawValue: failure)) }
  var answer: [UInt8] = [0]
  _ = try answers.reading.read(into: &answer)
  if answer[0] != 0 { throw SystemCallError(call: "unshare", errno: Errno(rawValue: Int32(answer[0]))) }
}

/// What a thread is to do, and where it tells how that went.
private final class ThreadErrand: Sendable {
  private let namespaces: CloneFlags
  private let answer: Int32

  init(_ namespaces: CloneFlags, answer: Int32) {
    self.namespaces = namespaces
    self.answer = answer
  }

  /// Answers with unshare's errno, 0 for success, and sleeps.
  func run() {
    var errno: UInt8 = 0
    do throws(SystemCallError) { try unshare(namespaces) } catch {
      errno = UInt8(truncatingIfNeeded: error.errno.rawValue)
    }
    do throws(SystemCallError) {
      try FileDescriptor(owning: answer).write([errno])
    } catch {
      // The process is ending.
    }
    while true { pause(nanoseconds: 1_000_000_000_000) }
  }
}

// How the calling thread is scheduled.

internal import CLinux
internal import Glibc

/// Runs a body before every thread that is scheduled normally, so that thousands of busy processes cannot keep it
/// from running; at the ordinary priority without CAP_SYS_NICE. It must pause now and then.
///
/// - Throws: what the body throws.
///
/// Corresponds to sched_setscheduler(2) with SCHED_FIFO, as sched(7) describes it.
public func withRealTimePriority<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let isRaised = clinux_call(Int64(__NR_sched_getscheduler), 0, 0, 0, 0, 0, 0) == 0 && setScheduler(SCHED_FIFO, 1)
  defer { if isRaised { _ = setScheduler(SCHED_OTHER, 0) } }
  return try body()
}

/// Sets how nice a process is to others.
///
/// - Parameter nice: 19 (low) to -20 (high); beyond, the nearest of them counts.
/// - Throws: `SystemCallError` with `EACCES` to lower it without CAP_SYS_NICE, `EPERM` for another user's process,
///   `ESRCH` when there is none.
///
/// Corresponds to setpriority(2) with PRIO_PROCESS.
public func setNice(_ nice: Int32, of processID: Int32) throws(SystemCallError) {
  _ = try systemCall(
    "setpriority", __NR_setpriority, 0, UInt64(descriptor: processID), UInt64(descriptor: nice), on: "PID \(processID)")
}

private func setScheduler(_ policy: Int32, _ priority: Int32) -> Bool {
  var parameter = sched_param()
  parameter.sched_priority = priority
  // Children are scheduled normally: SCHED_RESET_ON_FORK.
  let flags = policy == SCHED_OTHER ? 0 : 0x4000_0000
  return unsafe withUnsafePointer(to: &parameter) { address in
    unsafe clinux_call(
      Int64(__NR_sched_setscheduler), 0, UInt64(policy) | UInt64(flags), UInt64(address: address), 0, 0, 0) == 0
  }
}

// Starting a plan with callbacks that may fail for reasons of their own.

internal import Isolation
internal import Linux

/// What is done for a first process while it waits.
protocol StartAttendant: AnyObject {
  /// The first process, whose PID this is, waits in its namespaces, before its root directory changes.
  func prepare(_ processID: Int32) throws(ContainerError)
  /// The kernel asks about the system calls of the process on this descriptor, which is the caller's.
  func take(listener: Int32, of processID: Int32) throws(ContainerError)
}

extension IsolationPlan {
  /// Starts the world.
  ///
  /// - Parameter pauses: whether the first process waits for `prepare`.
  /// - Throws: what the attendant threw, and `ContainerError.isolation` of the step that failed.
  func start(attendedBy attendant: some StartAttendant, pauses: Bool) throws(ContainerError) -> World {
    var failure: ContainerError?
    let stopped = IsolationError(purpose: "go on", cause: SystemCallError(call: "read", errno: .ecanceled))
    let pause: (Int32) throws(IsolationError) -> Void = { (processID: Int32) throws(IsolationError) -> Void in
      do throws(ContainerError) {
        try attendant.prepare(processID)
      } catch {
        failure = error
        throw stopped
      }
    }
    do throws(IsolationError) {
      return try start(
        signalMask: [], beforeRootChange: pauses ? pause : nil,
        seccompListener: { (listener: consuming FileDescriptor, processID: Int32) throws(IsolationError) -> Void in
          let number = listener.release()
          do throws(ContainerError) {
            try attendant.take(listener: number, of: processID)
          } catch {
            failure = error
            throw stopped
          }
        })
    } catch {
      throw failure ?? .isolation(error)
    }
  }
}

// Carries out the two plans that move this process itself. What was left outside for the sake of the move is taken
// back when the move fails.

public import Linux
internal import struct SystemPackage.FilePath

extension UnsharePlan {
  /// What `run()` will do in this process, step by step.
  public func program() -> SystemCallProgram {
    UnshareProgram(self, processID: CallingProcess.processID).program
  }

  /// Moves this process into new namespaces, and becomes the command.
  ///
  /// The process must have one thread: with others, unshare(2) of a user or mount namespace is `EINVAL`.
  ///
  /// - Throws: `SystemCallProgram.Failure` with the step that failed and what it was for. With `forks` or with a
  ///   part that is done from outside it may be in a child that this throws: whoever catches it says what failed,
  ///   and exits. An error of `ECANCELED` is one that another of these processes has thrown too.
  ///
  /// Corresponds to unshare(1) of util-linux.
  public func run() throws(SystemCallProgram.Failure) -> Never {
    let made = UnshareProgram(self, processID: CallingProcess.processID, processors: processors())
    do throws(SystemCallProgram.Failure) {
      try made.program.run()
    } catch {
      made.takeBack(after: error)
      throw error
    }
  }
}

extension UnsharePlan {
  /// Where a mount namespace that is to be kept can be, and where this process may run now.
  private func processors() -> (making: ProcessorSet, before: ProcessorSet)? {
    guard persistent.contains(where: { $0.kind == .mount }) else { return nil }
    do throws(SystemCallError) {
      let before = try ProcessorSet.ofCaller()
      return BindableMountNamespace.processor(making: namespaces).map { ($0, before) }
    } catch {
      return nil
    }
  }
}

extension UnshareProgram {
  /// Unmounts the namespaces that were mounted on their files before the failure, by the process that did it.
  fileprivate func takeBack(after failure: SystemCallProgram.Failure) {
    guard let last = pins.last?.step else { return }
    // Outside, these are the last steps but one; the process that moved comes after them, and cannot undo them.
    if pinsAreOutside, failure.step > last + 1 { return }
    for (step, file) in pins where step < failure.step {
      do {
        try unmount(file, .detach)
      } catch {
        // The failure that is reported says more than that the file could not be freed.
      }
    }
  }
}

extension JoinPlan {
  /// Moves this process into the namespaces, and becomes the command.
  ///
  /// - Throws: `JoinError` when something that is named cannot be opened, or a step fails; with a fork it may be in
  ///   the child that this throws.
  ///
  /// Corresponds to nsenter(1) of util-linux.
  public func run() throws(JoinError) -> Never {
    let files = try JoinedFiles(self)
    let program = JoinProgram(self, files).program
    do throws(SystemCallProgram.Failure) {
      try program.run()
    } catch {
      withExtendedLifetime(files) {}
      throw .failed(purpose: error.purpose, error.error)
    }
  }
}

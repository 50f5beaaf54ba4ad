// Making, starting and attending to a container in one go.

internal import Isolation
public import Linux
internal import OCI

extension ContainerStore {
  /// Makes a container and starts it.
  ///
  /// In the foreground it waits for the end of the container's first process, hands the caller's signals on to it and,
  /// with a terminal, the bytes of both; then it removes the container.
  ///
  /// - Parameters:
  ///   - isDetached: whether to return once the program runs.
  ///   - keeps: whether a container that has ended stays in the store.
  ///   - warn: gets what is no failure but should be told.
  ///   - tell: gets each step of the making that will be done; nil spares the words.
  /// - Returns: how the first process ended; nil when detached.
  /// - Throws: `ContainerError` of the step that failed; nothing is left behind then.
  public func run(
    _ request: ContainerRequest, isDetached: Bool = false, keeps: Bool = false, warn: (String) -> Void = { _ in },
    tell: ((String) -> Void)? = nil
  ) throws(ContainerError) -> ExitStatus? {
    let bundle = try Bundle(request)
    let specification = bundle.specification
    if isDetached {
      _ = try create(request, bundle, terminal: nil, warn: warn, tell: tell).start(specification, warn)
      return nil
    }
    guard request.consoleSocket == nil else {
      throw .refused("cannot use console socket if the container is not detached")
    }
    let foreground = try Foreground(hasTerminal: specification.process?.terminal == true)
    let created = try create(request, bundle, terminal: foreground.socket, warn: warn, tell: tell)
    let container = created.container
    let process = created.record.process
    var relay: TerminalRelay?
    let world = try created.start(specification, warn) { () throws(ContainerError) in relay = try foreground.relay() }
    let status = try foreground.attend(to: world, relaying: &relay)
    if !keeps { try container.deleteUnlessGone(process, specification, warn) }
    return status
  }
}

extension CreatedContainer {
  /// Lets the first process go; a container that cannot be started is removed.
  ///
  /// - Parameter prepare: called before.
  fileprivate consuming func start(
    _ specification: Specification, _ warn: (String) -> Void, prepare: () throws(ContainerError) -> Void = {}
  ) throws(ContainerError) -> World {
    do throws(ContainerError) {
      try prepare()
      try container.letGo(record, specification, warn)
    } catch {
      for file in files { do throws(SystemCallError) { try removeFile(file) } catch {} }
      do throws(ContainerError) {
        try container.end(record, specification, warn)
        try container.removeDirectoryOfState()
      } catch { warn(error.description) }
      throw error
    }
    return release()
  }
}

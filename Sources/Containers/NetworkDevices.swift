// Network interfaces of outside that a container gets: moved into its network namespace, renamed if it is asked for,
// with the addresses that they had.

internal import Linux
internal import OCI

/// The interfaces that a container gets.
struct NetworkDevices {
  /// By the names that they have outside.
  let devices: [String: Specification.NetworkDevice]

  /// Moves them, once the container's network namespace is there.
  ///
  /// - Parameter processID: the container's first process.
  func move(to processID: Int32) throws(ContainerError) {
    guard !devices.isEmpty else { return }
    do throws(SystemCallError) {
      let process = try PIDFD(opening: processID)
      let namespace = try process.namespace(.network)
      let outside = try RouteSocket()
      let inside = try socket(in: process)
      for (name, device) in devices.sorted(by: { $0.key < $1.key }) {
        let newName = device.name ?? name
        let index = try outside.index(of: name)
        let addresses = try outside.addresses(of: index)
        try outside.move(index, to: namespace.descriptor, as: newName)
        // In another namespace it may have another index.
        let newIndex = try inside.index(of: newName)
        for address in addresses { try inside.add(address, to: newIndex) }
        try inside.bringUp(newIndex)
      }
    } catch {
      throw .failed(purpose: "move a network device into the container", error)
    }
  }

  /// A socket that belongs to the network namespace of a process: a child makes it there.
  private func socket(in process: borrowing PIDFD) throws(SystemCallError) -> RouteSocket {
    let pair = try UnixSocketPair()
    var program = SystemCallProgram()
    program.begin("open a socket in the container's network namespace")
    program.append(.setns(.descriptor(process.descriptor.number), .newNetwork, on: "the container"))
    let made = program.appendKeepingResult(.openRouteSocket())
    program.append(.send(.register(made), "the socket", through: .descriptor(pair.second.descriptor.number)))
    program.append(.exit(0))
    let child = try program.start(signalMask: [])
    try child.report.awaitExecution()
    var message = try pair.first.receive(limit: 64)
    _ = try child.pidfd.wait()
    guard let received = message.attachment.take() else {
      throw SystemCallError(call: "recvmsg", errno: .einval, object: "the socket")
    }
    return RouteSocket(received)
  }
}

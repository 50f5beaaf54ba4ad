// Network interfaces of outside that a container gets: moved into its network namespace, renamed if it is asked for,
// with the addresses that they had.

internal import Linux
internal import OCI

/// The interfaces that a container gets.
struct NetworkDevices {
  /// The numbers that the kernel would put in the place of `%d`.
  private static let mostInterfaces = 8 * 4096
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
      let ordered = devices.sorted { $0.key < $1.key }
      // An interface that was moved and then could not get its name would be lost: so names are looked at first.
      for (name, device) in ordered {
        _ = try outside.index(of: name)
        _ = try freeName(device.name ?? name, inside)
      }
      for (name, device) in ordered {
        let newName = try freeName(device.name ?? name, inside)
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

  /// The name itself, or where it holds `%d` that with the lowest number that is free.
  private func freeName(_ name: String, _ inside: borrowing RouteSocket) throws(SystemCallError) -> String {
    if name.contains("%d") {
      for number in 0..<Self.mostInterfaces {
        let candidate = name.replacing("%d", with: "\(number)")
        if try !isTaken(candidate, inside) { return candidate }
      }
    } else if try !isTaken(name, inside) {
      return name
    }
    throw SystemCallError(call: "rtnetlink", errno: .eexist, object: name)
  }

  private func isTaken(_ name: String, _ inside: borrowing RouteSocket) throws(SystemCallError) -> Bool {
    do throws(SystemCallError) {
      _ = try inside.index(of: name)
      return true
    } catch {
      if error.errno == .enodev { return false }
      throw error
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

// A page that is served for the person at this terminal: its link is printed, and another one when Enter is pressed.

internal import Linux
internal import Web

/// A page together with the terminal that its link is printed on.
final class LinkedPage: PageApplication {
  private static let inputTag: UInt32 = .max

  private let page: any PageApplication

  init(_ page: any PageApplication) {
    self.page = page
  }

  /// Prints the link and serves the page until a signal ends the program, or the page itself.
  ///
  /// - Parameter begin: called with the server before the link is printed.
  func serve(
    port: UInt16, begin: (PageServer) throws(SystemCallError) -> Void = { _ in }
  ) throws(Complaint) {
    let server: PageServer
    do throws(SystemCallError) {
      server = try PageServer(port: port, self)
    } catch {
      throw Complaint(portRefused: error, port)
    }
    do throws(SystemCallError) { try begin(server) } catch { throw Complaint(error, doing: "serve the page") }
    try printLink(server)
    do throws(SystemCallError) {
      let input = FileDescriptor.standardInput
      if input.isTerminal { try server.watch(input, tag: Self.inputTag) }
      try server.run()
    } catch {
      throw Complaint(error, doing: "serve the page")
    }
  }

  private func printLink(_ server: PageServer) throws(Complaint) {
    var output = OutputBuffer()
    try output.write((server.gate.link ?? "") + "\n")
    try output.flush()
  }

  var contentSecurityPolicy: String { page.contentSecurityPolicy }

  func answer(_ request: Request, on connection: ConnectionID, _ server: PageServer) -> Answer {
    page.answer(request, on: connection, server)
  }

  func opened(_ connection: ConnectionID, _ server: PageServer) { page.opened(connection, server) }

  func received(_ message: WebSocketMessage, from connection: ConnectionID, _ server: PageServer) {
    page.received(message, from: connection, server)
  }

  func drained(_ connection: ConnectionID, _ server: PageServer) { page.drained(connection, server) }

  func closed(_ connection: ConnectionID, _ server: PageServer) { page.closed(connection, server) }

  func woken(_ server: PageServer) { page.woken(server) }

  func ready(_ readiness: Readiness, tag: UInt32, _ server: PageServer) {
    guard tag == Self.inputTag else { return page.ready(readiness, tag: tag, server) }
    let input = FileDescriptor.standardInput
    var typed = [UInt8](repeating: 0, count: 256)
    do {
      let count = try input.read(into: &typed)
      if count == 0 { return try server.unwatch(input) }
      guard typed[..<count].contains(10) else { return }
      server.gate.renewToken()
      try printLink(server)
    } catch {
      // A terminal that is gone asks for no more links.
      do throws(SystemCallError) { try server.unwatch(input) } catch {}
    }
  }
}

extension Complaint {
  fileprivate init(portRefused error: SystemCallError, _ port: UInt16) {
    let isTaken = error.errno == .eaddrinuse
    self.init(
      error, doing: "listen on 127.0.0.1:\(port)", why: isTaken ? "another program listens on that port" : nil,
      try: isTaken ? "the same without --port, which finds one that is free" : nil)
  }
}

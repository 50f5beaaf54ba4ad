// One connection of a browser: what it sent so far and what it has yet to take.

internal import Linux

/// A connection.
final class Connection {
  /// What is spoken on it.
  enum Form {
    case requests, events, webSocket
  }

  let id: ConnectionID
  let stream: LoopbackStream
  var form = Form.requests
  var requests = RequestReader()
  var messages = WebSocketReader()
  /// Nothing more is read; the connection ends when all is sent.
  var isClosing = false
  /// Whether the server is told when it can take more.
  var awaitsWritable = false
  private var output: [UInt8] = []
  private var sent = 0

  init(_ id: ConnectionID, _ stream: consuming LoopbackStream) {
    self.id = id
    self.stream = stream
  }

  /// How many bytes the browser has yet to take.
  var pendingCount: Int { output.count - sent }

  /// Adds bytes to what is to be sent.
  func enqueue(_ bytes: [UInt8]) {
    if output.isEmpty { output = bytes } else { output += bytes }
  }

  /// Sends what the connection takes.
  ///
  /// - Throws: `SystemCallError` when the browser is gone.
  func flush() throws(SystemCallError) {
    while sent < output.count {
      let count = try stream.send(output, from: sent)
      if count == 0 { return }
      sent += count
    }
    output.removeAll(keepingCapacity: output.capacity <= 1 << 16)
    sent = 0
  }
}

// The files that a page consists of: in the program itself, so that nothing has to be installed or found.

internal import PageFiles

/// A file of the page.
public struct PageFile: Sendable {
  /// For example `map.js`.
  public let name: String
  /// What is in it.
  public let content: [UInt8]

  /// A file from its parts.
  public init(name: String, content: [UInt8]) {
    self.name = name
    self.content = content
  }

  /// The files of the map, which a page of another kind may serve too.
  public static func all() -> [PageFile] {
    (0..<resources_count()).map { index in
      var name: [UInt8] = []
      while case let byte = resources_name_byte(index, name.count), byte != 0 { name.append(byte) }
      return PageFile(
        name: String(decoding: name, as: UTF8.self),
        content: (0..<resources_size(index)).map { resources_byte(index, $0) })
    }
  }

  /// The answer that sends it.
  public var response: Response { Response(200, contentType, content) }

  private var contentType: String {
    switch name.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "application/octet-stream"
    }
  }
}

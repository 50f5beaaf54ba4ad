// The files that a page consists of: in the program itself, so that nothing has to be installed or found.

internal import PageFiles

/// A file of a page.
public struct PageFile: Sendable {
  /// Which page a file belongs to; some belong to both.
  public enum Page: Hashable, Sendable {
    /// The map of `web`.
    case map
    /// The hands-on course of `lab web`, which has a map too.
    case course

    /// The file that the page begins with.
    public var start: String { self == .map ? "page.html" : "course.html" }
    fileprivate var mark: UInt32 { UInt32(self == .map ? RESOURCES_MAP : RESOURCES_COURSE) }
  }

  /// For example `map.js`.
  public let name: String
  /// What is in it.
  public let content: [UInt8]

  /// A file from its parts.
  public init(name: String, content: [UInt8]) {
    self.name = name
    self.content = content
  }

  /// The file of a page by its name; nil where there is none. It is read out of the program now, not before.
  public init?(named name: String, of page: Page) {
    let index = (0..<resources_count()).first { resources_is_of($0, page.mark) && PageFile.name(of: $0) == name }
    guard let index else { return nil }
    self.init(name: name, content: (0..<resources_size(index)).map { resources_byte(index, $0) })
  }

  /// The names of a page's files.
  public static func names(of page: Page) -> [String] {
    (0..<resources_count()).filter { resources_is_of($0, page.mark) }.map { name(of: $0) }
  }

  private static func name(of index: Int) -> String {
    var name: [UInt8] = []
    while case let byte = resources_name_byte(index, name.count), byte != 0 { name.append(byte) }
    return String(decoding: name, as: UTF8.self)
  }

  /// The answer to a request for a page or one of its files.
  public static func response(to request: Request, of page: Page) -> Response {
    guard request.method == "GET" || request.method == "HEAD" else { return .text(405, "That is not done here.") }
    let name = request.path == "/" ? page.start : String(request.path.dropFirst())
    return PageFile(named: name, of: page)?.response ?? .text(404, "There is no such page.")
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

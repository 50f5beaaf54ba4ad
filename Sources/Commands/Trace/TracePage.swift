// `trace --html`: a page that needs nothing else, with a row and a bar in time for each process. It has no script, and
// says so to the browser: whatever a command line holds stays text.

internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The page of a trace.
struct TracePage {
  /// So many rows a browser shows at once without pain.
  private static let limit = 5000
  private let history: ProcessHistory
  private let losses: TraceLosses
  private let showsEnvironment: Bool
  private let tree: TraceTree
  /// What the bars' left and right ends are.
  private let span: (start: UInt64, end: UInt64)

  /// - Parameter start: when the trace began; who began before has a bar from its left end.
  init(_ history: ProcessHistory, _ losses: TraceLosses, _ request: TraceRequest, start: UInt64) {
    self.history = history
    self.losses = losses
    showsEnvironment = request.showsEnvironment
    tree = TraceTree(history, showsEnvironment: showsEnvironment, prunes: request.followsAll)
    var end = start + 1
    for life in history.lives.values { end = max(end, life.end ?? 0, life.programs.last?.time ?? 0, life.begin) }
    span = (start, end)
  }

  /// Makes the file.
  func write(to path: FilePath) throws(Complaint) {
    var output = OutputBuffer(try TraceReport.make(path), named: "'\(Escaping.escaped(path.string))'")
    try output.write(Self.head)
    try output.write("<p>\(history.births) processes in \(TraceText.time(span.end - span.start)).")
    for note in losses.notes { try output.write(" <strong>\(note).</strong>") }
    try output.write("</p>\n\(axis)<table>\n<thead><tr>")
    for title in ["PID", "Command", "End", "Time", "CPU", "Peak", "When"] {
      try output.write("<th scope=\"col\">\(title)</th>")
    }
    try output.write("</tr></thead>\n<tbody>\n")
    let rest = try writeRows(to: &output)
    try output.write("</tbody></table>\n")
    if rest > 0 { try output.write("<p>and \(rest) more processes</p>\n") }
    try output.write("</main></body></html>\n")
    try output.flush()
  }

  /// - Returns: how many processes have no row.
  private func writeRows(to output: inout OutputBuffer) throws(Complaint) -> Int {
    var waiting = tree.roots.reversed().map { (number: $0, depth: 0) }
    var rest = history.unkept
    var count = 0
    while let (number, depth) = waiting.popLast() {
      guard let life = history.lives[number] else { continue }
      count += 1
      rest += life.unkept + (count > Self.limit ? 1 : 0)
      if count <= Self.limit { try output.write(row(life, depth)) }
      waiting += tree.children(of: life).reversed().map { (number: $0, depth: depth + 1) }
    }
    return rest
  }

  private func row(_ life: ProcessLife, _ depth: Int) -> String {
    let command = TraceText.command(life, in: history)
    var cell = "<code>\(Self.escaped(command))</code>"
    for line in showsEnvironment ? life.programs.flatMap(TraceText.environment) : [] {
      cell += "<br><small>\(Self.escaped(line))</small>"
    }
    let facts = [life.duration, life.processorTime].map { $0.map(TraceText.time) ?? "" }
    let peak = life.peakMemory.map { $0 == 0 ? "" : TraceText.memory($0) } ?? ""
    let failure = life.hasFailed ? " class=\"failed\"" : ""
    return
      "<tr\(failure)><td class=\"n\">\(life.processID)</td><td style=\"padding-left:\(min(depth, 40) + 1)em\">\(cell)</td>"
      + "<td>\(TraceText.end(life))\(life.hasFailed ? " ✗" : "")</td><td class=\"n\">\(facts[0])</td>"
      + "<td class=\"n\">\(facts[1])</td><td class=\"n\">\(peak)</td><td class=\"w\">\(bar(life))</td></tr>\n"
  }

  /// The bar, with a line where it became another program.
  private func bar(_ life: ProcessLife) -> String {
    let left = share(life.begin)
    let width = max(share(life.end ?? span.end) - left, 0)
    let execs = life.programs.filter { $0.time > life.begin }.prefix(8).map {
      "<i style=\"left:\(Self.percent(share($0.time)))\"></i>"
    }
    let what = "from \(TraceText.seconds(since: span.start, life.begin).trimmed) s"
    let kind = life.end == nil ? "b lives" : "b"
    return
      "<div class=\"\(kind)\" title=\"\(what)\" style=\"left:\(Self.percent(left));width:\(Self.percent(width))\"></div>"
      + execs.joined()
  }

  /// Where a time lies, in thousandths of a percent of the whole.
  private func share(_ time: UInt64) -> Int {
    let inside = min(max(time, span.start), span.end) - span.start
    return Int(Double(inside) / Double(span.end - span.start) * 100_000)
  }

  private static func percent(_ share: Int) -> String {
    let digits = String(share % 1000)
    return "\(share / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits + "%"
  }

  private var axis: String {
    let marks = (0...4).map { quarter in
      "<span>\(TraceText.time((span.end - span.start) / 4 * UInt64(quarter)))</span>"
    }
    return "<div class=\"axis\" aria-hidden=\"true\">\(marks.joined())</div>\n"
  }

  /// Text as the content or the attribute of an element.
  static func escaped(_ text: String) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): result += Array("&lt;".utf8)
      case UInt8(ascii: ">"): result += Array("&gt;".utf8)
      case UInt8(ascii: "&"): result += Array("&amp;".utf8)
      case UInt8(ascii: "\""): result += Array("&quot;".utf8)
      case UInt8(ascii: "'"): result += Array("&#39;".utf8)
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Colours are those of the Okabe–Ito palette; what has failed is told by ✗, too.
  private static let head = """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>pangaea trace</title>
    <style>
    :root { color-scheme: light dark; --line: #8884; --bar: #0072b2; --lives: #009e73; --failed: #d55e00; }
    @media (prefers-color-scheme: dark) { :root { --bar: #56b4e9; } }
    body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; background: Canvas; color: CanvasText; }
    h1 { font-size: 1.3rem; }
    table { border-collapse: collapse; width: 100%; table-layout: auto; }
    th { text-align: left; position: sticky; top: 0; background: Canvas; }
    td, th { padding: 1px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
    td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
    td.w { position: relative; width: 40%; min-width: 12rem; padding: 0; }
    th:last-child { width: 40%; }
    code { overflow-wrap: anywhere; }
    small { overflow-wrap: anywhere; opacity: .8; }
    .b { position: absolute; top: 4px; height: 12px; min-width: 2px; background: var(--bar); }
    .b.lives { background: repeating-linear-gradient(90deg, var(--lives) 0 6px, transparent 6px 9px); }
    .failed .b { background: var(--failed); }
    td.w i { position: absolute; top: 2px; width: 1px; height: 16px; background: CanvasText; }
    .axis { display: flex; justify-content: space-between; width: 40%; margin-left: auto; font-size: .8rem; opacity: .8; }
    </style></head>
    <body><main><h1>pangaea trace</h1>

    """
}

extension String {
  fileprivate var trimmed: Substring { drop { $0 == " " } }
}

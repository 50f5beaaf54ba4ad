// The options that every verb has that shows something: JSON, colour, and looking again and again.

internal import JSON
internal import ArgumentParser
internal import CommandDescription
internal import Linux

/// `--json`, `--color` and `--watch`.
struct InspectorOptions: ParsableArguments {
  @Flag(name: .long, help: "Print JSON; its schema is in share/doc/pangaea/schemas.")
  var json = false

  @Option(name: .long, help: "Colour the output: auto, always or never.")
  var color = ColorChoice.auto

  @Option(name: .long, help: ArgumentHelp("Look again every so many seconds.", valueName: "seconds"))
  var watch: Double?

  mutating func validate() throws {
    if let watch, !InspectorOptions.isInterval(watch) { throw ValidationError(InspectorOptions.noInterval) }
  }

  /// `--watch` and `--color` of verbs that are parsed by hand.
  static let handParsed = [
    OptionDescription(nil, "watch", "look again every so many seconds", value: .required("SECONDS")),
    OptionDescription(
      nil, "color", "colour the output: auto, always or never", value: .optionalAfterWord("WHEN"),
      completion: .words(ColorChoice.allCases.map(\.rawValue))),
  ]

  static let noInterval = "--watch takes a number of seconds, more than 0 and at most 86400"

  static func isInterval(_ seconds: Double) -> Bool { seconds > 0 && seconds <= 86400 }

  /// Reads the value of a hand-parsed `--watch`.
  ///
  /// - Throws: a usage `Complaint` for what is no number of seconds.
  static func interval(_ text: String) throws(Complaint) -> Double {
    guard let seconds = Double(text), isInterval(seconds) else { throw .usage(noInterval) }
    return seconds
  }

  /// How JSON is laid out: one text in one line for each look, when there are several.
  var layout: JSONWriter.Layout { watch == nil ? .indented : .line }

  var paint: Paint { Paint(color) }

  /// Prints what `look` writes: once, or again and again until the program is ended.
  ///
  /// - Parameter look: writes to the buffer and returns the exit status.
  /// - Throws: what `look` throws; a silent `Complaint` when the reader of standard output went away.
  func show(_ look: (inout OutputBuffer) throws(Complaint) -> Int32) throws(Complaint) -> Int32 {
    try InspectorOptions.show(every: watch, clearsScreen: !json, look)
  }

  /// Prints what `look` writes, once or every so many seconds.
  ///
  /// - Parameter clearsScreen: whether a terminal shows the latest look alone.
  /// - Throws: what `look` throws; a silent `Complaint` when the reader of standard output went away.
  static func show(
    every seconds: Double?, clearsScreen: Bool, _ look: (inout OutputBuffer) throws(Complaint) -> Int32
  ) throws(Complaint) -> Int32 {
    let clearsScreen = clearsScreen && seconds != nil && FileDescriptor.standardOutput.isTerminal
    while true {
      var output = OutputBuffer()
      if clearsScreen { try output.write("\u{1b}[H\u{1b}[2J") }
      let status = try look(&output)
      try output.flush()
      guard let seconds else { return status }
      pause(nanoseconds: UInt64(seconds * 1_000_000_000))
    }
  }
}

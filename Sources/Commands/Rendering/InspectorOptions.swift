// The options that every verb has that shows something: JSON, colour, and looking again and again.

internal import ArgumentParser
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
    if let watch, !(watch > 0 && watch <= 86400) {
      throw ValidationError("--watch takes a number of seconds, more than 0 and at most 86400")
    }
  }

  /// How JSON is laid out: one text in one line for each look, when there are several.
  var layout: JSONWriter.Layout { watch == nil ? .indented : .line }

  var paint: Paint { Paint(color) }

  /// Prints what `look` writes: once, or again and again until the program is ended.
  ///
  /// - Parameter look: writes to the buffer and returns the exit status.
  /// - Throws: what `look` throws; a silent `Complaint` when the reader of standard output went away.
  func show(_ look: (inout OutputBuffer) throws(Complaint) -> Int32) throws(Complaint) -> Int32 {
    let clearsScreen = watch != nil && !json && FileDescriptor.standardOutput.isTerminal
    while true {
      var output = OutputBuffer()
      if clearsScreen { try output.write("\u{1b}[H\u{1b}[2J") }
      let status = try look(&output)
      try output.flush()
      guard let watch else { return status }
      pause(nanoseconds: UInt64(watch * 1_000_000_000))
    }
  }
}

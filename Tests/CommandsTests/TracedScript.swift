// What the tests of trace have in common: a script that is traced, and the lines that come of it.

import JSON
import Linux

@testable import Commands

/// Whether the kernel announces events to a caller; where it does not, /proc is looked at.
let kernelAnnounces = (try? ProcessEventSocket.listen()) != nil

/// Runs a shell script under `trace`.
func trace(_ options: [String], _ script: String, as caller: Caller? = nil) throws -> Outcome {
  try StartedProgram([pangaeaPath, "trace"] + options + ["--", "sh", "-c", script], as: caller).finish(within: 60)
}

/// The lines that are JSON, by their events.
func traceEvents(_ text: String) -> [JSONValue] {
  text.split(separator: "\n").compactMap { JSONValue(Array($0.utf8)) }
}

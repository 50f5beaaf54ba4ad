// The report of a course for programs: the Test Anything Protocol, JUnit's XML, JSON.

internal import JSON
internal import Lab

extension CourseReport {
  /// Version 13 of the Test Anything Protocol; what cannot be told is a skipped test.
  var tap: String {
    var lines = ["TAP version 13", "1..\(outcomes.count + 1)"]
    for (index, outcome) in outcomes.enumerated() {
      let name = "\(index + 1) - \(outcome.claim.number) \(outcome.claim.title)".tapEscaped
      switch outcome.result {
      case .asExpected, .told: lines.append("ok \(name)")
      case .notAsExpected: lines.append("not ok \(name)")
      case .cannotTell(let reason): lines.append("ok \(name) # SKIP \(reason.oneLine)")
      }
      lines += diagnostics(of: outcome)
    }
    lines.append("\(remains.isEmpty ? "ok" : "not ok") \(outcomes.count + 1) - the machine is as it was")
    lines += remains.map { "# \($0.oneLine)" } + ["# compared: \(compared)"]
    if !others.isEmpty { lines.append("# others meanwhile: \(others.joined(separator: ", ").oneLine)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func diagnostics(of outcome: Outcome) -> [String] {
    var lines = ["  ---", "  expected: \(outcome.claim.verdict.word)", "  result: \(outcome.result.word)"]
    if case .notAsExpected(let reason) = outcome.result { lines.append("  message: \(reason.yamlQuoted)") }
    lines.append("  duration_ms: \(outcome.duration / 1_000_000)")
    if !outcome.evidence.isEmpty { lines.append("  evidence:") }
    lines += outcome.evidence.map { "    - \("\($0.fact): \($0.found)".yamlQuoted)" }
    if !outcome.lastLines.isEmpty { lines.append("  terminals:") }
    lines += outcome.printed.map { "    - \($0.yamlQuoted)" }
    return lines + ["  ..."]
  }

  /// JUnit's XML: a test case for each claim, and one for the state of the machine.
  var junit: String {
    let failures = notAsExpected + (remains.isEmpty ? 0 : 1)
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<testsuite name=\"\(course.name.xmlEscaped)\" tests=\"\(outcomes.count + 1)\" failures=\"\(failures)\" "
        + "skipped=\"\(cannotTell)\" time=\"\(duration.seconds)\">",
    ]
    for outcome in outcomes {
      let name = "\(outcome.claim.number) \(outcome.claim.title)".xmlEscaped
      lines.append(
        "  <testcase classname=\"\(course.name.xmlEscaped)\" name=\"\(name)\" time=\"\(outcome.duration.seconds)\">")
      lines.append("    <properties>")
      lines.append("      <property name=\"expected\" value=\"\(outcome.claim.verdict.word)\"/>")
      lines.append("      <property name=\"result\" value=\"\(outcome.result.word)\"/>")
      lines.append("    </properties>")
      switch outcome.result {
      case .notAsExpected(let reason): lines.append("    <failure message=\"\(reason.xmlEscaped)\"/>")
      case .cannotTell(let reason): lines.append("    <skipped message=\"\(reason.xmlEscaped)\"/>")
      case .asExpected, .told: break
      }
      let evidence = outcome.evidence.map { "\($0.fact): \($0.found)".xmlEscaped }
      if !evidence.isEmpty { lines.append("    <system-out>\(evidence.joined(separator: "\n"))</system-out>") }
      if !outcome.lastLines.isEmpty {
        lines.append("    <system-err>\(outcome.printed.map(\.xmlEscaped).joined(separator: "\n"))</system-err>")
      }
      lines.append("  </testcase>")
    }
    let machine = "  <testcase classname=\"\(course.name.xmlEscaped)\" name=\"the machine is as it was\""
    let left = remains.map(\.xmlEscaped).joined(separator: "; ")
    lines.append(machine + (remains.isEmpty ? "/>" : "><failure message=\"\(left)\"/></testcase>"))
    return (lines + ["</testsuite>"]).joined(separator: "\n") + "\n"
  }

  /// One JSON text; its schema is Documentation/schemas/lab.json.
  var json: [UInt8] {
    var json = JSONWriter()
    json.document { json in
      json.member("course", course.name)
      json.member("kernel", kernel)
      json.member("tools", tools)
      json.member("durationNanoseconds", identifier: duration)
      json.member("exitStatus", exitStatus)
      json.member("compared", compared)
      json.member("remains") { json in json.array { json in remains.forEach { json.value($0) } } }
      json.member("others") { json in json.array { json in others.forEach { json.value($0) } } }
      json.member("claims") { json in json.array { json in outcomes.forEach { write($0, to: &json) } } }
    }
    return json.bytes
  }

  private func write(_ outcome: Outcome, to json: inout JSONWriter) {
    json.object { json in
      json.member("number", outcome.claim.number)
      json.member("title", outcome.claim.title)
      json.member("sentence", outcome.claim.sentence)
      json.member("expected", outcome.claim.verdict.word)
      json.member("result", outcome.result.word)
      json.member("reason", outcome.result.reason)
      json.member("durationNanoseconds", identifier: outcome.duration)
      json.member("evidence") { json in
        json.array { json in
          for found in outcome.evidence {
            json.object { json in
              json.member("fact", found.fact)
              json.member("found", found.found)
              json.member("isMet", found.isMet)
            }
          }
        }
      }
      json.member("terminals") { json in
        json.array { json in
          for shown in outcome.lastLines {
            json.object { json in
              json.member("name", shown.terminal.rawValue)
              json.member("lastLines") { json in json.array { json in shown.lines.forEach { json.value($0) } } }
            }
          }
        }
      }
    }
  }
}

extension Outcome {
  /// The last lines of the terminals, each behind its terminal's name.
  fileprivate var printed: [String] {
    lastLines.flatMap { shown in shown.lines.map { "\(shown.terminal.rawValue): \($0)" } }
  }
}

extension UInt64 {
  /// Nanoseconds as seconds with three decimals.
  fileprivate var seconds: String {
    let thousandths = String(self / 1_000_000 % 1000)
    return "\(self / 1_000_000_000)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
  }
}

extension String {
  fileprivate var oneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }

  fileprivate var tapEscaped: String { oneLine.split(separator: "#").joined(separator: "\\#") }

  fileprivate var yamlQuoted: String {
    "\"" + oneLine.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
  }

  /// The text without what XML gives a meaning to, and without what it cannot hold.
  fileprivate var xmlEscaped: String {
    let names: [Character: String] = ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;"]
    let isAllowed = { (scalar: Unicode.Scalar) in scalar.value >= 0x20 || scalar == "\n" || scalar == "\t" }
    return String(String.UnicodeScalarView(unicodeScalars.filter(isAllowed))).map { names[$0] ?? String($0) }.joined()
  }
}

// Every field of the specification with a value of another type, and every one left out: the error names the place.

import Fuzzing
import JSON
import OCI
import Testing

@Suite struct WrongTypeTests {
  /// A field, and the whole configuration with another value there.
  private struct Variant {
    let path: String
    let text: JSONValue
  }

  /// Fields of other systems and those that are not known are passed over, and so is the name beside the user's number.
  private static let ignored = ["windows", "x-unknown", "process.user.username"]

  private func full() throws -> JSONValue {
    try #require(JSONValue(try Corpus.text("config", "full.json")))
  }

  private func wrong(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object: .array([])
    case .array: .object([:])
    case .text: .number("1")
    case .number, .truth: .text("x")
    case .null: .truth(true)
    }
  }

  /// The value with each of its parts, and itself, of another type.
  private func variants(of value: JSONValue, at path: String) -> [Variant] {
    var all = [Variant(path: path, text: wrong(value))]
    switch value {
    case .object(let members):
      for (name, member) in members {
        all += variants(of: member, at: path + JSONPath.step(name, after: path)).map { part in
          Variant(path: part.path, text: .object(members.merging([name: part.text]) { $1 }))
        }
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        all += variants(of: element, at: "\(path)[\(index)]").map { part in
          var changed = elements
          changed[index] = part.text
          return Variant(path: part.path, text: .array(changed))
        }
      }
    default: break
    }
    return all
  }

  /// The value without one of its members, for each.
  private func omissions(of value: JSONValue, at path: String) -> [Variant] {
    guard case .object(let members) = value else { return [] }
    return members.flatMap { name, member in
      let place = path + JSONPath.step(name, after: path)
      return [Variant(path: place, text: .object(members.filter { $0.key != name }))]
        + omissions(of: member, at: place).map { part in
          Variant(path: part.path, text: .object(members.merging([name: part.text]) { $1 }))
        }
    }
  }

  private func problem(of text: JSONValue) -> SpecificationError? {
    do throws(SpecificationError) {
      _ = try Specification(json: Array(text.written.utf8))
      return nil
    } catch {
      return error
    }
  }

  @Test func aWrongTypeIsNamedByItsPath() throws {
    // spec: config.values.invalid
    var count = 0
    for variant in variants(of: try full(), at: "")
    where !Self.ignored.contains(where: { variant.path.hasPrefix($0) }) {
      let error = problem(of: variant.text)
      #expect(error?.path == variant.path, "\(variant.path): \(error.map(\.description) ?? "is taken")")
      count += 1
    }
    #expect(count > 300)
  }

  @Test func whatIsMissingIsNamed() throws {
    let required = [
      "ociVersion", "root", "root.path", "process.cwd", "process.args", "linux.seccomp.defaultAction",
      "linux.memoryPolicy.mode",
    ]
    var named: Set<String> = []
    for variant in omissions(of: try full(), at: "") {
      guard let error = problem(of: variant.text) else { continue }
      #expect(!error.path.isEmpty, "\(variant.path): \(error)")
      if error.path == variant.path { named.insert(variant.path) }
    }
    for path in required { #expect(named.contains(path), "\(path) may be left out") }
  }
}

extension JSONValue {
  /// As text.
  fileprivate var written: String {
    switch self {
    case .null: "null"
    case .truth(let truth): "\(truth)"
    case .number(let digits): digits
    case .text(let text): JSONValue.quoted(text)
    case .array(let elements): "[" + elements.map(\.written).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { JSONValue.quoted($0.key) + ":" + $0.value.written }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
  }
}

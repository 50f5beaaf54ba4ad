// Environments as JSON; the schema is Documentation/schemas/env.json.

internal import JSON
internal import Linux
internal import Processes

extension JSONWriter {
  /// Writes all entries.
  mutating func writeEnvironment(_ record: EnvironmentOfProcess) {
    document { json in
      json.writeHead(record)
      json.member("isUnterminated", record.environment.isUnterminated)
      json.member("entries") { $0.writeEntries(record.environment.entries) }
    }
  }

  /// Writes one variable; null where it is unset.
  mutating func writeValue(of name: String, _ value: [UInt8]?, _ record: EnvironmentOfProcess) {
    document { json in
      json.writeHead(record)
      json.member("name", name)
      json.member("value", bytes: value?[...])
    }
  }

  /// Writes what differs from the parent.
  mutating func writeDifference(_ difference: Environment.Difference, _ record: EnvironmentOfProcess) {
    document { json in
      json.writeHead(record)
      json.member("parentPid", record.parentID)
      json.member("added") { $0.writeEntries(difference.added) }
      json.member("removed") { $0.writeEntries(difference.removed) }
      json.member("changed") { json in
        json.array { json in
          for change in difference.changed {
            json.object {
              $0.member("name", bytes: change.after.name ?? change.after.bytes[...])
              $0.member("before", bytes: change.before.value)
              $0.member("after", bytes: change.after.value)
            }
          }
        }
      }
    }
  }

  /// Writes the descent of one variable.
  mutating func writeAncestry(of name: String, _ line: EnvironmentLine, _ steps: [Environment.Inheritance?]) {
    for record in line.records {
      if let error = record.environment.error {
        note(unreadable: "environment of PID \(record.processID)", error.name)
      }
    }
    document { json in
      json.member("source", "execve")
      json.member("name", name)
      json.member("generations") { json in
        json.array { json in
          for (record, step) in zip(line.records, steps) {
            json.object {
              $0.member("pid", record.processID)
              $0.member("startTime", identifier: record.startTime)
              $0.member("command", bytes: record.commandName[...])
              $0.member("value", bytes: step?.value?[...])
              $0.member("origin", step.map { "\($0.origin)" })
            }
          }
        }
      }
    }
  }

  private mutating func writeHead(_ record: EnvironmentOfProcess) {
    member("pid", record.identity.processID)
    member("startTime", identifier: record.identity.startTime)
    member("source", "execve")
  }

  /// A malformed entry has a null name, and its whole text as value.
  private mutating func writeEntries(_ entries: [Environment.Entry]) {
    array { json in
      for entry in entries {
        json.object {
          $0.member("name", bytes: entry.name)
          $0.member("value", bytes: entry.value ?? entry.bytes[...])
        }
      }
    }
  }
}

// The pages of one process: its environment beside its parent's, and what it inherited.

internal import Linux
internal import Processes
internal import Screen

extension TopText {
  /// The environment, first how it differs from the parent's.
  static func environment(of process: ProcessIdentity) -> TopText {
    let title = "Environment of PID \(process.processID) (q closes)"
    do throws(Complaint) {
      let record = try ProcessRecord.readEnvironment(of: process.processID)
      guard record.identity == process else { throw .unseen(process.processID, absent: 1, unseen: 1) }
      var lines = differences(of: record)
      lines.append(Line(text: "All entries:", role: .heading))
      lines += record.environment.entries.map { Line(text: Escaping.escaped($0.bytes[...])) }
      lines += [Line(text: ""), Line(text: EnvCommand.caveat, role: .quiet)]
      return TopText(title: title, lines)
    } catch {
      return TopText(title: title, error)
    }
  }

  private static func differences(of record: EnvironmentOfProcess) -> [Line] {
    if record.parentID == 0 { return [] }
    do throws(Complaint) {
      let parent = try ProcessRecord.readEnvironment(of: record.parentID)
      let difference = record.environment.difference(from: parent.environment)
      let heading = "Beside its parent's, PID \(record.parentID) \(Escaping.escaped(parent.name[...])):"
      if difference.isEmpty { return [Line(text: heading + " the same", role: .heading), Line(text: "")] }
      let text = EnvironmentText(paint: Paint(isEnabled: false)).lines(of: difference)
      let roles: [Character: Paint.Role] = ["+": .success, "-": .failure, "~": .warning]
      return [Line(text: heading, role: .heading)]
        + TopText.lines(text) { $0.first.flatMap { roles[$0] } } + [Line(text: "")]
    } catch {
      return [Line(text: error.inOneLine, role: .quiet), Line(text: "")]
    }
  }

  /// What it inherited, and where it departs from its parent.
  static func inspection(of process: ProcessIdentity) -> TopText {
    let title = "PID \(process.processID) beside its parent (q closes)"
    do throws(SystemCallError) {
      let inspection = try Inspection(of: process.processID)
      guard inspection.lineage.process.identity == process else {
        throw SystemCallError(call: "open", errno: .esrch)
      }
      let page = InspectionPage(paint: Paint(isEnabled: false), width: nil, showsDeparturesOnly: false)
      let roles: [Character: Paint.Role] = ["*": .warning, "?": .quiet, "P": .heading]
      return TopText(title: title, lines(page.text(inspection)) { $0.first.flatMap { roles[$0] } })
    } catch {
      return TopText(title: title, .unreadable(process.processID, error))
    }
  }

  private init(title: String, _ complaint: Complaint) {
    self.init(
      title: title,
      [Line(text: Escaping.escaped(complaint.what), role: .failure)]
        + (complaint.why.map { [Line(text: "why: " + Escaping.escaped($0))] } ?? [])
        + (complaint.remedy.map { [Line(text: "try: " + Escaping.escaped($0))] } ?? []))
  }

  private static func lines(_ text: String, _ role: (Substring) -> Paint.Role?) -> [Line] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { Line(text: String($0), role: role($0)) }
  }
}

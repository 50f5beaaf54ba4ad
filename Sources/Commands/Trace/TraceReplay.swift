// `trace replay`: tells a recorded trace again, in any of the forms that a trace has.

internal import Linux
internal import Processes
internal import SQLite
internal import struct SystemPackage.FilePath

/// The telling of a record.
struct TraceReplay {
  private var request: TraceRequest
  private let path: FilePath

  /// - Parameter request: names the file as its record.
  init(_ request: TraceRequest) {
    self.request = request
    path = request.record ?? FilePath("")
  }

  /// - Returns: the exit status.
  mutating func run() throws(Complaint) -> Int32 {
    let archive = try open()
    request.followsAll = archive.followsAll
    var report = try TraceReport(request, start: TraceArchive.start)
    for (event, life) in archive.events { report.tell(event, life) }
    let history = ProcessHistory(
      archive.lives, lost: archive.lost, isIncomplete: archive.isIncomplete, isPolled: archive.isPolled)
    report.end(history)
    if let page = request.page { try TracePage(history, request, start: TraceArchive.start).write(to: page) }
    if !archive.isFinished {
      Complaint(what: "\(name) ends before the trace did", why: "whoever recorded it was ended").present(
        program: "pangaea trace replay", form: .verb)
    }
    return 0
  }

  private var name: String { "'\(Escaping.escaped(path.string))'" }

  private func open() throws(Complaint) -> TraceArchive {
    do throws(SystemCallError) {
      _ = try FileDescriptor.open(path)
    } catch {
      throw Complaint(error, doing: "open \(name)")
    }
    do {
      return try TraceArchive(path)
    } catch let foreign as TraceArchive.Foreign {
      let later = foreign.version.map { "it is of version \($0), and this program reads \(TraceSchema.version)" }
      throw Complaint(what: "cannot replay \(name)", why: later ?? "it is a database, but no record of a trace")
    } catch let error as DatabaseError {
      throw Complaint(what: "cannot replay \(name)", why: Self.reason(error))
    } catch {
      throw Complaint(what: "cannot replay \(name): \(error)")
    }
  }

  private static func reason(_ error: DatabaseError) -> String {
    if error.isNoDatabase { return "it is no database, so no record of a trace" }
    if error.isDamage { return "it is damaged, or a part of it is missing" }
    return error.message
  }
}

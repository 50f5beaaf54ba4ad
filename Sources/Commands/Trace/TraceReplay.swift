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
    let losses = archive.losses
    let history = ProcessHistory(
      archive.lives, lost: losses.events, isIncomplete: losses.isIncomplete, isPolled: losses.isPolled,
      lostStatistics: losses.statistics)
    report.end(history, losses)
    if let page = request.page { try TracePage(history, losses, request, start: TraceArchive.start).write(to: page) }
    if let failure = report.failure { throw failure }
    if !archive.isFinished {
      Complaint(what: "\(name) ends before the trace did", why: "whoever recorded it was ended").present(
        program: "pangaea trace replay", form: .verb)
    }
    return 0
  }

  private var name: String { "'\(Escaping.escaped(path.string))'" }

  private static let remedy = "pangaea trace --record FILE -- COMMAND makes a record"

  private func open() throws(Complaint) -> TraceArchive {
    try verify()
    do {
      do {
        return try TraceArchive(path)
      } catch let error as DatabaseError where error.isUnfinished {
        try finish()
        return try TraceArchive(path)
      }
    } catch let complaint as Complaint {
      throw complaint
    } catch let foreign as TraceArchive.Foreign {
      throw refusal(
        foreign.version.map { "it is of version \($0), and this program reads \(TraceSchema.version)" }
          ?? "it is a database, but no record of a trace")
    } catch let error as DatabaseError {
      throw refusal(Self.reason(error))
    } catch {
      throw refusal("\(error)")
    }
  }

  private func refusal(_ why: String) -> Complaint {
    Complaint(what: "cannot replay \(name)", why: why, try: Self.remedy)
  }

  /// Whoever made the record was ended in the middle of writing, and left a journal beside it, by which the library takes back
  /// what was not written to its end. Not by a journal of somebody else's: that may name other files to be removed.
  private func finish() throws {
    let journal = FilePath(path.string + "-journal")
    for file in [path, journal] {
      let status = try FileDescriptor.workingDirectory.status(of: file, followsLink: false)
      guard status.isFile, status.userID == UserIDs.current.effective, status.permissions & 0o022 == 0 else {
        throw Complaint(
          what: "cannot replay \(name)",
          why: "whoever recorded it was ended while writing, and only the owner of it and its journal puts that right",
          try: "sudo -u '#\(status.userID)' pangaea trace replay \(path.string)")
      }
    }
    try Database(path, isWritable: true).execute("SELECT 1 FROM sqlite_schema")
  }

  /// What is no file is not even opened: a named pipe would wait for somebody who writes.
  private func verify() throws(Complaint) {
    let status: FileStatus
    do throws(SystemCallError) {
      status = try FileDescriptor.workingDirectory.status(of: path)
    } catch {
      let why = error.errno == .enoent ? "there is no such file" : nil
      throw Complaint(error, doing: "open \(name)", why: why, try: Self.remedy)
    }
    if !status.isFile { throw refusal("it is \(status.kind), and a record is a plain file") }
    if status.size == 0 { throw refusal("it is empty") }
    do throws(SystemCallError) {
      _ = try FileDescriptor.open(path)
    } catch {
      let mode = String(status.permissions, radix: 8)
      let why = error.errno == .eacces ? "it belongs to user \(status.userID), with permissions \(mode)" : nil
      throw Complaint(error, doing: "open \(name)", why: why, try: "sudo pangaea trace replay \(path.string)")
    }
  }

  private static func reason(_ error: DatabaseError) -> String {
    if error.isNoDatabase { return "it is no database, so no record of a trace" }
    if error.isDamage { return "it is damaged, or a part of it is missing" }
    return error.message
  }
}

extension FileStatus {
  /// What it is, where it is no plain file.
  fileprivate var kind: String {
    if isDirectory { return "a directory" }
    if isFIFO { return "a named pipe" }
    return isSocket ? "a socket" : "a device"
  }
}

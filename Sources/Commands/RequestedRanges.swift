// The values of --map-users and --map-groups: a range, or a word for ranges that a file or the kernel knows.

internal import Isolation
internal import Linux
internal import struct SystemPackage.FilePath

/// Whose IDs are mapped.
enum MappedAccounts {
  case users, groups

  /// The file that says which ones may be used besides the own.
  var subordinateFile: FilePath { self == .users ? "/etc/subuid" : "/etc/subgid" }
  /// The map of the user namespace that the caller is in.
  var callersMap: FilePath { self == .users ? "/proc/self/uid_map" : "/proc/self/gid_map" }
}

extension RequestedIDs {
  /// Reads `INNER:OUTER:COUNT`, `OUTER,INNER,COUNT`, `auto`, `subids` or `all`.
  static func typed(_ text: String, _ accounts: MappedAccounts) throws(Complaint) -> [RequestedIDs] {
    switch text {
    case "auto":
      return [.fromZero(try subordinate(accounts))]
    case "subids":
      let ids = try subordinate(accounts)
      return [.range(IDMapRange(inner: ids.first, outer: ids.first, count: ids.count))]
    case "all":
      let ranges = [IDMapRange](kernelText: try content(accounts.callersMap))
      return ranges.map { .range(IDMapRange(inner: $0.inner, outer: $0.inner, count: $0.count)) }
    default:
      guard let range = IDMapRange(typed: text) else {
        throw Complaint(
          what: "'\(text)' is no map", why: "a map is INNER:OUTER:COUNT, auto, subids or all",
          classic: "invalid mapping '\(text)'", exitStatus: 1)
      }
      return [.range(range)]
    }
  }

  private static func content(_ path: FilePath) throws(Complaint) -> [UInt8] {
    do throws(SystemCallError) {
      return try FileDescriptor.open(path).readAll()
    } catch {
      throw Complaint(
        error, doing: "read \(path.string)", classic: "could not open '\(path.string)': \(error.errno.message)",
        exitStatus: 1)
    }
  }

  private static func subordinate(_ accounts: MappedAccounts) throws(Complaint) -> SubordinateIDs {
    let user = UserIDs.current.effective
    guard let name = Accounts().userName(user) else {
      throw Complaint(
        what: "user \(user) has no name", why: "it is not in /etc/passwd", classic: "you (user \(user)) don't exist.",
        exitStatus: 1)
    }
    let file = accounts.subordinateFile
    let text = try content(file)
    do throws(SubordinateIDs.Unusable) {
      return try SubordinateIDs(ofUser: user, named: Array(name.utf8), in: text)
    } catch {
      throw refusal(error, of: name, in: file)
    }
  }

  private static func refusal(_ reason: SubordinateIDs.Unusable, of name: String, in file: FilePath) -> Complaint {
    switch reason {
    case .none:
      Complaint(
        what: "user \(name) has no IDs to map", why: "\(file.string) has no line for the user",
        try: "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \(name)",
        classic: "no line matching user \"\(name)\" in \(file.string)", exitStatus: 1)
    case .malformed(let text):
      Complaint(
        what: "\(file.string) has '\(text)' where a number should be",
        classic: "failed to parse subid map: '\(text)'", exitStatus: 1)
    }
  }
}

// The unit of a container: its name, and the slice that it lies in, from `linux.cgroupsPath`.

public import struct SystemPackage.FilePath

/// A scope, or a slice, of systemd.
///
/// Source: systemd.scope(5), systemd.slice(5).
public struct SystemdUnit: Hashable, Sendable {
  /// The slice, such as `machine.slice`.
  public let slice: String
  /// The unit's name, such as `libpod-5a1c.scope`.
  public let name: String

  /// The unit that a container has.
  ///
  /// - Parameters:
  ///   - path: `SLICE:PREFIX:NAME`, of which the first two may be empty; empty altogether for the default.
  ///   - isUsers: whether it is a user's own systemd that will have the unit.
  /// - Throws: `SystemdError.name` when the path is not of that form, or its slice is no name of one.
  ///
  /// Source: systemd.scope(5), systemd.slice(5).
  public init(cgroupsPath path: String, container: String, isUsers: Bool) throws(SystemdError) {
    let parts =
      path.isEmpty
      ? ["", "pangaea", container] : path.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3, !parts[2].isEmpty, !path.contains("/") else {
      throw .name(path, "is not of the form SLICE:PREFIX:NAME, which linux.cgroupsPath has with systemd")
    }
    slice = parts[0].isEmpty ? (isUsers ? "user.slice" : "system.slice") : parts[0]
    let prefix = parts[1].isEmpty ? "" : parts[1] + "-"
    name = parts[2].hasSuffix(".slice") ? parts[2] : prefix + parts[2] + ".scope"
    _ = try SystemdUnit.path(ofSlice: slice)
  }

  /// A unit that there is.
  public init(slice: String, name: String) {
    self.slice = slice
    self.name = name
  }

  /// Whether it is a slice itself.
  var isSlice: Bool { name.hasSuffix(".slice") }

  /// The path of the cgroup, below that of the systemd that has the unit.
  ///
  /// - Throws: `SystemdError.name` where the slice's name is none.
  ///
  /// Source: systemd.slice(5).
  public func path() throws(SystemdError) -> FilePath {
    try SystemdUnit.path(ofSlice: slice).appending(name)
  }

  /// `a-b.slice` lies in `a.slice`, and `-.slice` is the root.
  ///
  /// Source: systemd.slice(5).
  static func path(ofSlice slice: String) throws(SystemdError) -> FilePath {
    if slice == "-.slice" { return "/" }
    guard slice.hasSuffix(".slice"), !slice.contains("/") else { throw .name(slice, "is no slice") }
    let words = slice.dropLast(".slice".count).split(separator: "-", omittingEmptySubsequences: false)
    guard words.allSatisfy({ !$0.isEmpty }) else { throw .name(slice, "is no slice") }
    return words.indices.reduce(FilePath("/")) { path, index in
      path.appending(words[...index].joined(separator: "-") + ".slice")
    }
  }
}

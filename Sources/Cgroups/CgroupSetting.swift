// A value for a file of a control group: what limits become before anything is written.

public import Linux
public import struct SystemPackage.FilePath

/// One value for one of a cgroup's files.
///
/// Source: cgroups(7); Documentation/admin-guide/cgroup-v2.rst.
public struct CgroupSetting: Hashable, Sendable {
  /// Whose file it is.
  public let controller: CgroupController
  /// The file's name, for example `memory.max`.
  public let file: String
  /// What is written.
  public let value: String
  /// Whether a kernel without the file is no failure.
  public private(set) var isOptional: Bool
  /// What is written where the kernel does not have the file.
  public private(set) var alternative: Alternative?

  /// A value for another file that does as well.
  public struct Alternative: Hashable, Sendable {
    /// The file's name.
    public let file: String
    /// What is written.
    public let value: String
  }

  init(_ controller: CgroupController, _ file: String, _ value: String, isOptional: Bool = false) {
    self.controller = controller
    self.file = file
    self.value = value
    self.isOptional = isOptional
  }

  /// The same, with another file where the kernel does not have this one.
  func or(_ file: String, _ value: String) -> CgroupSetting {
    var copy = self
    copy.alternative = Alternative(file: file, value: value)
    return copy
  }

  /// The same, and no failure where the kernel does not have the file.
  var asOptional: CgroupSetting {
    var copy = self
    copy.isOptional = true
    return copy
  }
}

extension CgroupSetting {
  /// Writes the value.
  ///
  /// - Throws: `SystemCallError` with `ENOENT` without the controller, `EINVAL` or `ERANGE` for a value out of range.
  ///
  /// Source: Documentation/admin-guide/cgroup-v2.rst; cgroups(7).
  public func write(in directory: FilePath) throws(SystemCallError) {
    do {
      try CgroupFile.write(value, to: directory.appending(file))
    } catch  where error.errno == .enoent {
      if let alternative { return try CgroupFile.write(alternative.value, to: directory.appending(alternative.file)) }
      if !isOptional { throw error }
    }
  }

  /// The setting as it would have to be written to bring back what is there now; nil where the kernel does not have
  /// the file, or it cannot be read back.
  func asItIs(in directory: FilePath) throws(SystemCallError) -> CgroupSetting? {
    for (file, value) in [(file, value)] + (alternative.map { [($0.file, $0.value)] } ?? []) {
      do {
        guard let content = try CgroupFile.text(directory.appending(file)) else { continue }
        return CgroupSetting(controller, file, CgroupSetting.former(of: value, file, content))
      } catch  where error.errno == .einval {
        return nil  // It can be written only.
      }
    }
    return nil
  }

  /// What brings a file's content back.
  static func former(of value: String, _ file: String, _ content: String) -> String {
    let lines = content.split(separator: "\n").map(String.init)
    if file == "memory.oom_control" {
      let line = lines.first { $0.hasPrefix("oom_kill_disable ") }
      return line.map { String($0.dropFirst("oom_kill_disable ".count)) } ?? "0"
    }
    guard isKeyed(file) else { return lines.joined(separator: "\n") }
    let words = value.split(separator: " ")
    let key = words.count > 1 ? String(words[0]) : "default"
    if let line = lines.first(where: { $0.hasPrefix(key + " ") }) { return line }
    switch file {
    case "io.max": return key + " rbps=max wbps=max riops=max wiops=max"
    case "rdma.max": return key + " hca_handle=max hca_object=max"
    case "io.weight", "io.bfq.weight": return key + " default"
    default: return key + " 0"
    }
  }

  /// Whether a file has a line for each device or interface.
  private static func isKeyed(_ file: String) -> Bool {
    file.hasSuffix("_device")
      || ["io.max", "io.latency", "io.weight", "io.bfq.weight", "rdma.max", "net_prio.ifpriomap"].contains(file)
  }
}

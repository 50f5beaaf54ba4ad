// The options that checkpoint and restore share.

internal import CommandDescription
internal import Containers
internal import Linux
internal import struct SystemPackage.FilePath

extension CheckpointOptions {
  /// As they are typed.
  static var descriptions: [OptionDescription] {
    [
      OptionDescription(
        nil, "image-path", "the directory of the images (default: checkpoint)", value: .required("DIR"),
        completion: .directory),
      OptionDescription(
        nil, "work-path", "the directory of criu's log and sockets (default: that of the images)",
        value: .required("DIR"), completion: .directory),
      OptionDescription(nil, "tcp-established", "keep open TCP connections"),
      OptionDescription(nil, "ext-unix-sk", "let UNIX sockets be connected to others outside"),
      OptionDescription(nil, "shell-job", "the container has a terminal of outside"),
      OptionDescription(nil, "file-locks", "keep locks of files"),
      OptionDescription(nil, "lazy-pages", "fetch pages when they are needed, by userfaultfd(2)"),
      OptionDescription(
        nil, "manage-cgroups-mode", "which control groups are set up (default: soft)",
        value: .required("soft|full|strict|ignore"), completion: .words(["soft", "full", "strict", "ignore"])),
      OptionDescription(
        nil, "empty-ns", "leave a namespace empty; that of the network is in any case", value: .required("network"),
        completion: .words(["network"])),
      OptionDescription(nil, "auto-dedup", "drop pages from the parent's images that are in these"),
    ]
  }

  /// Takes note of an option.
  ///
  /// - Throws: `EngineFailure` for a value that it cannot have.
  mutating func take(_ option: ScannedOption) throws(EngineFailure) {
    let value = option.value ?? ""
    switch option.name {
    case "image-path": images = FilePath(value)
    case "work-path": work = FilePath(value)
    case "tcp-established": keepsTCP = true
    case "ext-unix-sk": allowsUnixSockets = true
    case "shell-job": isShellJob = true
    case "file-locks": keepsFileLocks = true
    case "lazy-pages": isLazy = true
    case "manage-cgroups-mode":
      guard let mode = CgroupMode(typed: value) else { throw .value(value, of: option) }
      cgroupMode = mode
    case "empty-ns":
      guard value == "network" else { throw EngineFailure("namespace \"\(value)\" is not supported") }
    case "auto-dedup": removesDuplicates = true
    default: break
    }
  }
}

extension CheckpointOptions.CgroupMode {
  fileprivate init?(typed text: String) {
    switch text {
    case "ignore": self = .ignore
    case "soft": self = .soft
    case "full": self = .full
    case "strict": self = .strict
    default: return nil
    }
  }
}

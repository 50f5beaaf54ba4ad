// Which container or systemd unit a process belongs to: engines name the cgroups they make after their containers.

public import Linux

/// A container, or where there is none a systemd unit, known from the path of a cgroup.
///
/// Source: cgroups(7), "/proc/pid/cgroup"; systemd.unit(5), for the names of units.
public struct ContainerName: Hashable, Sendable {
  /// Who made the cgroup.
  public enum Engine: String, CaseIterable, Hashable, Sendable {
    /// Docker Engine.
    case docker
    /// Podman, by its libpod cgroups.
    case podman
    /// containerd without Kubernetes.
    case containerd
    /// containerd on behalf of a kubelet.
    case criContainerd = "cri-containerd"
    /// CRI-O on behalf of a kubelet.
    case crio = "cri-o"
    /// A kubelet's cgroup whose runtime is not told in its name.
    case kubernetes
    /// LXC and LXD.
    case lxc
    /// systemd-nspawn, by its machine scopes.
    case systemdNspawn = "systemd-nspawn"
    /// No container: a service, scope or other unit of systemd.
    case systemdUnit = "systemd"
  }

  /// Who made the cgroup.
  public let engine: Engine
  /// The container's id or name, the unit's name with its suffix.
  public let identifier: String
  /// The UID of the Kubernetes pod, with dashes.
  public let pod: String?

  /// A name from its parts.
  public init(engine: Engine, identifier: String, pod: String? = nil) {
    self.engine = engine
    self.identifier = identifier
    self.pod = pod
  }

  /// Whether this is a container and no mere unit.
  public var isContainer: Bool { engine != .systemdUnit }

  /// The first 12 digits of an id of 64, else the identifier.
  public var shortIdentifier: String {
    Self.isIdentifier(identifier) ? String(identifier.prefix(12)) : identifier
  }
}

extension ContainerName: CustomStringConvertible {
  /// For example `docker:0123456789ab`, `systemd:ssh.service`.
  public var description: String { "\(engine.rawValue):\(shortIdentifier)" }
}

extension ContainerName {
  /// Finds the container that a process is in, in whichever hierarchy tells it; else its systemd unit.
  public init?(of memberships: [CgroupMembership]) {
    let names = memberships.compactMap { ContainerName(cgroupPath: $0.path) }
    guard let name = names.first(where: \.isContainer) ?? names.first else { return nil }
    self = name
  }

  /// Finds a container in a cgroup's path: the innermost one counts; else the innermost systemd unit.
  public init?(cgroupPath: [UInt8]) {
    let path = String(decoding: cgroupPath, as: UTF8.self)
    let parts = path.split(separator: "/").map(String.init)
    let pod = parts.lazy.compactMap(Self.pod).first
    for index in parts.indices.reversed() {
      let parent = index > 0 ? parts[index - 1] : ""
      if let found = Self.scope(parts[index]) ?? Self.plain(parts[index], below: parent, isInPod: pod != nil) {
        self.init(engine: found.engine, identifier: found.identifier, pod: pod)
        return
      }
    }
    guard let unit = parts.last(where: Self.isUnit) else { return nil }
    self.init(engine: .systemdUnit, identifier: unit)
  }

  private typealias Found = (engine: Engine, identifier: String)

  private static let prefixes: [(String, Engine)] = [
    ("docker-", .docker), ("libpod-", .podman), ("nerdctl-", .containerd), ("containerd-", .containerd),
    ("cri-containerd-", .criContainerd), ("crio-", .crio),
  ]

  /// Names that say it all: systemd scopes, `slice:prefix:name` where systemd was asked and is not there, LXC.
  private static func scope(_ part: String) -> Found? {
    let words = part.split(separator: ":").map(String.init)
    if words.count == 3, isIdentifier(words[2]) {
      return prefixes.first { $0.0 == words[1] + "-" }.map { ($0.1, words[2]) }
    }
    let name = part.hasSuffix(".scope") ? String(part.dropLast(6)) : part
    for (prefix, engine) in prefixes where name.hasPrefix(prefix) {
      let rest = String(name.dropFirst(prefix.count))
      if isIdentifier(rest) { return (engine, rest) }
    }
    if part.hasPrefix("lxc.payload.") { return (.lxc, String(part.dropFirst(12))) }
    if part.hasPrefix("systemd-nspawn@"), part.hasSuffix(".service") {
      return (.systemdNspawn, String(part.dropFirst(15).dropLast(8)))
    }
    if part.hasPrefix("machine-"), part.hasSuffix(".scope") { return (.systemdNspawn, unescape(name.dropFirst(8))) }
    return nil
  }

  /// Names that mean a container only below a directory that an engine makes.
  private static func plain(_ part: String, below parent: String, isInPod: Bool) -> Found? {
    switch parent {
    case "docker" where isIdentifier(part): return (.docker, part)
    case "lxc", "lxc.payload": return (.lxc, part)
    case "default", "moby", "k8s.io", "buildkit":
      return isUnit(part) || part.hasSuffix(".slice") ? nil : (.containerd, part)
    default: break
    }
    return isInPod && isIdentifier(part) && pod(parent) != nil ? (.kubernetes, part) : nil
  }

  /// The UID of `pod<uid>`, or of `kubepods-burstable-pod<uid with _>.slice` and what may follow it.
  private static func pod(_ part: String) -> String? {
    var name = Substring(part)
    if let slice = part.range(of: ".slice") {
      name = part[..<slice.lowerBound]
      guard name.hasPrefix("kubepods"), let start = name.range(of: "-pod") else { return nil }
      name = name[start.lowerBound...].dropFirst()
    }
    guard name.hasPrefix("pod") else { return nil }
    let identifier = name.dropFirst(3).map { $0 == "_" ? "-" : $0 }
    let isPod = identifier.count >= 32 && identifier.allSatisfy { $0.isHexDigit || $0 == "-" }
    return isPod ? String(identifier) : nil
  }

  private static func isIdentifier(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  private static func isUnit(_ part: String) -> Bool {
    [".service", ".scope", ".socket", ".mount", ".swap"].contains { part.hasSuffix($0) && part.count > $0.count }
  }

  /// Undoes systemd's escapes: `\x2d` is `-`.
  private static func unescape(_ name: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(name.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"),
        let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  /// Where a text is found first.
  fileprivate func range(of text: String) -> Range<Index>? { self[...].range(of: text) }
}

extension Substring {
  /// Where a text is found first.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}

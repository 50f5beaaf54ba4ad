// Which devices the members of a control group may use: a list of rules becomes one default and its exceptions, as
// version 1 keeps them, and both versions then do the same.

public import Linux
internal import struct SystemPackage.FilePath

/// A rule for devices; of a list, each changes what those before it said.
///
/// Source: runtime-spec, config-linux.md "Allowed Device list".
public struct DeviceRule: Hashable, Sendable {
  /// Whether the access is allowed or forbidden.
  public var isAllowed: Bool
  /// Which kind; nil for every device (`a`), whatever the numbers say.
  public var kind: DeviceKind?
  /// The driver; nil for each.
  public var major: UInt32?
  /// Which of the driver's devices; nil for each.
  public var minor: UInt32?
  /// What may be done.
  public var access: DeviceAccess

  /// A rule for devices of a kind and number.
  public init(
    isAllowed: Bool, _ kind: DeviceKind? = nil, major: UInt32? = nil, minor: UInt32? = nil, access: DeviceAccess = .all
  ) {
    self.isAllowed = isAllowed
    self.kind = kind
    self.major = major
    self.minor = minor
    self.access = access
  }

  /// What every container may use: making any device file, and the devices that its /dev has.
  ///
  /// Source: runtime-spec, config-linux.md "Default Devices".
  public static let containerDefaults: [DeviceRule] =
    [
      DeviceRule(isAllowed: true, .character, access: .makeNode),
      DeviceRule(isAllowed: true, .block, access: .makeNode),
    ] + usual.map { DeviceRule(isAllowed: true, .character, major: $0.0, minor: $0.1) }

  /// null, zero, full, random, urandom, tty, console, ptmx, and every terminal of devpts.
  private static let usual: [(UInt32, UInt32?)] = [
    (1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 1), (5, 2), (136, nil),
  ]
}

/// What rules come to: a default, and the exceptions from it.
///
/// Source: Documentation/admin-guide/cgroup-v1/devices.rst.
public struct DevicePolicy: Hashable, Sendable {
  /// Whether a device that is no exception may be used.
  public private(set) var allowsByDefault: Bool
  /// In the order in which the rules first name them: that in which version 1 shows them.
  public private(set) var exceptions: [DeviceException] = []

  /// What the rules come to, one after the other, from where nothing is allowed.
  ///
  /// - Throws: `CgroupError.deviceRule` for a rule that takes away a part of what a wider one gave: version 1 would
  ///   pass over it without a word.
  ///
  /// Source: Documentation/admin-guide/cgroup-v1/devices.rst.
  public init(_ rules: [DeviceRule]) throws(CgroupError) {
    allowsByDefault = false
    for rule in rules { try add(rule) }
  }

  private mutating func add(_ rule: DeviceRule) throws(CgroupError) {
    guard let kind = rule.kind else {
      allowsByDefault = rule.isAllowed
      exceptions = []
      return
    }
    let exception = DeviceException(kind, major: rule.major, minor: rule.minor, access: rule.access)
    if rule.isAllowed != allowsByDefault { return include(exception) }
    for wider in exceptions where wider.isWider(than: exception) && !wider.access.isDisjoint(with: rule.access) {
      throw .deviceRule("`\(rule)` would take away a part of a rule for more devices")
    }
    guard let index = exceptions.firstIndex(where: { $0.namesSame(as: exception) }) else { return }
    exceptions[index].access.subtract(rule.access)
    if exceptions[index].access.isEmpty { exceptions.remove(at: index) }
  }

  private mutating func include(_ exception: DeviceException) {
    guard let index = exceptions.firstIndex(where: { $0.namesSame(as: exception) }) else {
      return exceptions.append(exception)
    }
    exceptions[index].access.formUnion(exception.access)
  }

  /// What the exception for the very same devices has.
  private func access(of exception: DeviceException) -> DeviceAccess {
    exceptions.first { $0.namesSame(as: exception) }?.access ?? []
  }
}

// MARK: Version 1

extension DevicePolicy {
  /// What a new cgroup of version 1 gets.
  var settings: [CgroupSetting] {
    [CgroupSetting(.devices, allowsByDefault ? "devices.allow" : "devices.deny", "a")]
      + exceptions.map { CgroupSetting(.devices, allowsByDefault ? "devices.deny" : "devices.allow", $0.description) }
  }

  /// What leads from another policy to this one, with no moment in which less is allowed than both allow.
  func settings(from former: DevicePolicy) -> [CgroupSetting] {
    guard former.allowsByDefault == allowsByDefault else { return settings }
    let (granting, taking) = allowsByDefault ? ("devices.deny", "devices.allow") : ("devices.allow", "devices.deny")
    let added = exceptions.filter { !former.access(of: $0).isSuperset(of: $0.access) }
    let removed = former.exceptions.compactMap { exception -> DeviceException? in
      var gone = exception
      gone.access.subtract(access(of: exception))
      return gone.access.isEmpty ? nil : gone
    }
    return added.map { CgroupSetting(.devices, granting, $0.description) }
      + removed.map { CgroupSetting(.devices, taking, $0.description) }
  }

  /// What devices.list says, of which every line is allowed.
  ///
  /// - Returns: nil where it cannot be told: everything is allowed, save what the file does not say.
  init?(list: String) {
    let lines = list.split(separator: "\n")
    guard !lines.contains(where: { $0.hasPrefix("a ") }) else { return nil }
    allowsByDefault = false
    for line in lines {
      let words = line.split(whereSeparator: { $0 == " " || $0 == ":" })
      guard words.count == 4, let kind = DeviceKind(letter: words[0]) else { return nil }
      include(
        DeviceException(
          kind, major: UInt32(words[1]), minor: UInt32(words[2]), access: DeviceAccess(letters: words[3])))
    }
  }
}

extension DeviceException {
  fileprivate func namesSame(as other: DeviceException) -> Bool {
    kind == other.kind && major == other.major && minor == other.minor
  }

  /// Whether it names all the devices of another, and more.
  fileprivate func isWider(than other: DeviceException) -> Bool {
    kind == other.kind && (major == nil || major == other.major) && (minor == nil || minor == other.minor)
      && !namesSame(as: other)
  }
}

// MARK: Version 2

extension DevicePolicy {
  /// The program that version 2 runs.
  public var program: BPFDeviceProgram {
    BPFDeviceProgram(allowsByDefault: allowsByDefault, exceptions: exceptions)
  }

  /// Attaches the program to a directory of version 2. Whoever may not load programs, and forbids nothing, is
  /// spared.
  func attach(to directory: FilePath) throws(SystemCallError) {
    do {
      try program.attach(to: try FileDescriptor.open(directory, .directory))
    } catch  where error.errno == .eperm && allowsByDefault && exceptions.isEmpty {}
  }
}

// MARK: As text

extension DeviceRule: CustomStringConvertible {
  /// As a person would write it, for example `allow c 1:3 rwm`.
  public var description: String {
    let verb = isAllowed ? "allow" : "deny"
    guard let kind else { return "\(verb) a" }
    return "\(verb) \(DeviceException(kind, major: major, minor: minor, access: access))"
  }
}

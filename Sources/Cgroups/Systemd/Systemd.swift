// systemd as the keeper of control groups: it makes a container's when told so, and is told of every change.

internal import Linux
public import struct SystemPackage.FilePath

/// The manager of units that a connection leads to.
///
/// Source: org.freedesktop.systemd1(5).
public struct Systemd: ~Copyable {
  private var connection: DBusConnection
  /// Whether it is the caller's own, not the machine's.
  public let isUsers: Bool

  /// Connects to systemd itself, past the bus: that of the machine for its root, else the user's own.
  ///
  /// - Parameter runtimeDirectory: XDG_RUNTIME_DIR, for the user's own; nil for the machine's.
  /// - Throws: `SystemdError.unreachable` where none runs.
  ///
  /// Source: org.freedesktop.systemd1(5); sd_bus_default(3), for the places of the buses.
  public init(runtimeDirectory: FilePath? = nil) throws(SystemdError) {
    isUsers = runtimeDirectory != nil
    let directory = runtimeDirectory ?? "/run"
    let bus = runtimeDirectory?.appending("bus") ?? "/run/dbus/system_bus_socket"
    connection = try Systemd.connect(directory.appending("systemd/private"), orThroughBus: bus)
  }

  private static func connect(
    _ path: FilePath, orThroughBus bus: FilePath
  ) throws(SystemdError) -> DBusConnection {
    let failure: SystemdError
    do throws(SystemdError) { return try DBusConnection.open(path, isBus: false) } catch { failure = error }
    do throws(SystemdError) { return try DBusConnection.open(bus, isBus: true) } catch { throw failure }
  }

  /// A connection that was made.
  init(_ connection: consuming DBusConnection, isUsers: Bool) {
    self.connection = connection
    self.isUsers = isUsers
  }

  /// Makes a unit with processes in it, and returns when it is there.
  ///
  /// A failed unit of the same name that was left over is forgotten first.
  ///
  /// - Parameters:
  ///   - processes: at least one; none for a slice.
  ///   - resources: what systemd is to know of them.
  ///   - devices: what may be done with devices; nil for anything.
  /// - Throws: `SystemdError.jobFailed` when the unit does not start, `.refused` with what systemd answered,
  ///   `.unreachable` when the connection ends.
  ///
  /// Corresponds to StartTransientUnit of org.freedesktop.systemd1(5).
  public mutating func start(
    _ unit: SystemdUnit, processes: [Int32], resources: CgroupResources = CgroupResources(),
    devices: DevicePolicy? = nil,
    version: CgroupVersion, description: String
  ) throws(SystemdError) {
    var properties = [SystemdProperty("Description", .string(description))]
    if unit.isSlice {
      properties.append(SystemdProperty("Wants", .array(of: "s", [.string(unit.slice)])))
    } else {
      properties.append(SystemdProperty("Slice", .string(unit.slice)))
      properties.append(SystemdProperty("Delegate", .boolean(true)))
    }
    if !processes.isEmpty {
      let numbers = processes.map { DBusValue.uint32(UInt32(bitPattern: $0)) }
      properties.append(SystemdProperty("PIDs", .array(of: "u", numbers)))
    }
    let blockIO = version == .v1 ? "BlockIOAccounting" : "IOAccounting"
    for name in ["MemoryAccounting", "CPUAccounting", blockIO, "TasksAccounting"] {
      properties.append(SystemdProperty(name, .boolean(true)))
    }
    properties.append(SystemdProperty("DefaultDependencies", .boolean(false)))
    properties += resources.systemdProperties(version) + (devices?.systemdProperties() ?? [])
    let body: [DBusValue] = [
      .string(unit.name), .string("replace"), .array(of: "(sv)", properties.map(\.argument)),
      .array(of: "(sa(sv))", []),
    ]
    _ = try ask("Subscribe", [])
    do {
      try job(unit, "StartTransientUnit", body)
    } catch  where error.isUnitExists {
      _ = try ask("ResetFailedUnit", [.string(unit.name)])
      try job(unit, "StartTransientUnit", body)
    }
  }

  /// Ends a unit with what is left in it; one that is not there is no failure.
  ///
  /// - Throws: `SystemdError` as `start` does.
  ///
  /// Corresponds to StopUnit and ResetFailedUnit of org.freedesktop.systemd1(5).
  public mutating func stop(_ unit: SystemdUnit) throws(SystemdError) {
    _ = try ask("Subscribe", [])
    do {
      try job(unit, "StopUnit", [.string(unit.name), .string("replace")])
      _ = try ask("ResetFailedUnit", [.string(unit.name)])
    } catch  where error.isNoSuchUnit {}
  }

  /// Tells of changed resources.
  ///
  /// - Throws: `SystemdError.refused` with what systemd answered, `.unreachable` when the connection ends.
  ///
  /// Corresponds to SetUnitProperties of org.freedesktop.systemd1(5).
  public mutating func update(
    _ unit: SystemdUnit, _ resources: CgroupResources, version: CgroupVersion
  ) throws(SystemdError) {
    let properties = resources.systemdProperties(version)
    guard !properties.isEmpty else { return }
    _ = try ask(
      "SetUnitProperties",
      [.string(unit.name), .boolean(true), .array(of: "(sv)", properties.map(\.argument))])
  }

  /// The cgroup in which systemd keeps its units: `/` for the machine's.
  ///
  /// - Throws: `SystemdError.refused` with what systemd answered, `.unreachable` when the connection ends.
  ///
  /// Corresponds to the property ControlGroup of org.freedesktop.systemd1(5).
  public mutating func controlGroup() throws(SystemdError) -> FilePath {
    let answer = try connection.call(
      Systemd.path, "org.freedesktop.DBus.Properties", "Get",
      [.string("org.freedesktop.systemd1.Manager"), .string("ControlGroup")], to: Systemd.name)
    return FilePath("/" + (answer.first?.text ?? "")).lexicallyNormalized()
  }

  private static let path = "/org/freedesktop/systemd1"
  private static let name = "org.freedesktop.systemd1"

  private mutating func ask(_ member: String, _ body: [DBusValue]) throws(SystemdError) -> [DBusValue] {
    try connection.call(Systemd.path, Systemd.name + ".Manager", member, body, to: Systemd.name)
  }

  /// Begins a job and waits for its end.
  private mutating func job(_ unit: SystemdUnit, _ member: String, _ body: [DBusValue]) throws(SystemdError) {
    let job = try ask(member, body).first?.text
    let result = try connection.signal { message -> String? in
      guard message.member == "JobRemoved", message.body.count == 4, message.body[1].text == job else { return nil }
      return message.body[3].text
    }
    if result != "done" { throw .jobFailed(unit.name, result) }
  }
}

extension SystemdError {
  fileprivate var isUnitExists: Bool {
    if case .refused(let name, _) = self { return name == "org.freedesktop.systemd1.UnitExists" }
    return false
  }

  fileprivate var isNoSuchUnit: Bool {
    if case .refused(let name, _) = self { return name == "org.freedesktop.systemd1.NoSuchUnit" }
    return false
  }
}

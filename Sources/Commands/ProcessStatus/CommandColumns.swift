// Columns of what a process executes, and of the groups and containers that it is in.

internal import Linux
internal import Processes

extension Column {
  /// The command by name and by its arguments.
  static let commands: [Column] = {
    let arguments = Column(
      name: "args", heading: "COMMAND", width: 27, alignment: .unlimited, scope: .process, fields: .commandLine,
      write: { record, snapshot, cell in
        writeCommand(record, snapshot, &cell, isLong: !snapshot.options.showsNameForArguments)
      }, order: { record, _ in .text(record.commandLine.value?.bytes ?? []) },
      raw: { record, _ in
        let arguments = record.commandLine.value?.arguments ?? []
        return arguments.isEmpty ? nil : Array(arguments.joined(separator: [32]))
      })
    let name = Column(
      name: "comm", heading: "COMMAND", width: 15, alignment: .unlimited, scope: .process, fields: .stat,
      write: { record, snapshot, cell in
        writeCommand(record, snapshot, &cell, isLong: snapshot.options.showsArgumentsForName)
      }, order: { record, _ in .text(record.commandName) }, raw: { record, _ in record.commandName })
    return [
      arguments, arguments.named("cmd", "CMD"), arguments.named("command"),
      name, name.named("ucmd", "CMD"), name.named("ucomm"),
      .text("fname", "COMMAND", 8, .left, .process, order: name.order) { record, snapshot, cell in
        cell.put(prefix: snapshot.forestPrefix)
        cell.put(escaped: record.commandName.prefix(8))
      },
      .foreign("exe", "EXE", 27, .unlimited, .executable) { record, _ in
        record.executable.value ?? [UInt8(ascii: "-")]
      },
      .foreign("environ", "ENVIRONMENT", 31, .unlimited, .environment) { record, _ in
        let block = joined(record.environment.value)
        return block.isEmpty ? [UInt8(ascii: "-")] : block
      },
    ]
  }()

  private static func writeCommand(
    _ record: ProcessRecord, _ snapshot: Snapshot, _ cell: inout Cell, isLong: Bool
  ) {
    cell.put(prefix: snapshot.forestPrefix)
    let line = isLong ? record.commandLine.value?.bytes ?? [] : []
    if line.isEmpty {
      writeName(of: record, &cell, inBrackets: isLong)
    } else {
      let end = line.lastIndex { $0 != 0 } ?? 0
      cell.put(escaped: line[...end], blanks: true)
    }
    if snapshot.options.showsEnvironment, cell.room - cell.columns > 1 {
      let block = joined(record.environment.value)
      if block.isEmpty { return }
      cell.put(32)
      cell.put(escaped: block)
    }
  }

  /// The name; in brackets where the arguments are not to be had.
  private static func writeName(of record: ProcessRecord, _ cell: inout Cell, inBrackets: Bool) {
    var name = record.commandName
    if inBrackets { name = [UInt8(ascii: "[")] + name + [UInt8(ascii: "]")] }
    if inBrackets, record.stat.isZombie { name += Array(" <defunct>".utf8) }
    cell.put(escaped: name)
  }

  /// The variables with a blank between.
  private static func joined(_ environment: Environment?) -> [UInt8] {
    guard let environment else { return [] }
    return Array(environment.entries.map(\.bytes).joined(separator: [32]))
  }

  /// Control groups, containers and units of systemd.
  static let groups: [Column] = [
    .foreign("cgroup", "CGROUP", 27, .unlimited, .cgroup) { record, _ in cgroupText(record) },
    .foreign("cgname", "CGNAME", 27, .unlimited, .cgroup) { record, _ in
      let named = (record.cgroup.value ?? []).first { membership in
        !isRoot(membership) && membership.controllers.contains { $0.starts(with: "name=".utf8) }
      }
      guard let named else { return cgroupText(record) }
      let controllers = Array(named.controllers.joined(separator: [UInt8(ascii: ",")]).dropFirst(5))
      return controllers + [UInt8(ascii: ":")] + named.path
    },
    .text("container", "CONTAINER", 24, .left, .process, .cgroup) { record, _, cell in
      let name = record.cgroup.value.flatMap { ContainerName(of: $0) }
      let isContainer = name?.isContainer == true
      cell.put(whole: Array((isContainer ? name?.description ?? "-" : "-").utf8))
    },
    .text("lxc", "LXC", 8, .left, .both, .cgroup) { record, _, cell in
      let name = record.cgroup.value.flatMap { ContainerName(of: $0) }
      let isLXC = name?.engine == .lxc
      cell.put(whole: Array((isLXC ? name?.identifier ?? "-" : "-").utf8))
    },
    systemd("unit", "UNIT", 31) { $0.unit }, systemd("slice", "SLICE", 31) { $0.slice },
    systemd("uunit", "UUNIT", 31) { $0.userUnit }, systemd("lsession", "SESSION", 11) { $0.session },
    systemd("ouid", "OWNER", 5) { $0.owner }, systemd("machine", "MACHINE", 31) { $0.machine },
    .absent("seat", "SEAT", 11, .left),
  ]

  /// The lines of /proc/PID/cgroup but those of a hierarchy's root, `;` between.
  private static func cgroupText(_ record: ProcessRecord) -> [UInt8] {
    let lines = (record.cgroup.value ?? []).filter { !isRoot($0) }.map { membership in
      Array("\(membership.hierarchyID):".utf8)
        + Array(membership.controllers.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: ":")]
        + membership.path
    }
    return lines.isEmpty ? [UInt8(ascii: "-")] : Array(lines.joined(separator: [UInt8(ascii: ";")]))
  }

  private static func isRoot(_ membership: CgroupMembership) -> Bool {
    membership.path == [UInt8(ascii: "/")]
  }

  private static func systemd(
    _ name: String, _ heading: String, _ width: Int, _ value: @escaping @Sendable (SystemdPlace) -> String?
  ) -> Column {
    .text(name, heading, width, .left, .both, .cgroup) { record, _, cell in
      let place = record.cgroup.value.flatMap { SystemdPlace(of: $0) }
      cell.put(whole: Array((place.flatMap(value) ?? "-").utf8))
    }
  }
}

/// Where in systemd's tree a process is, as the path of its cgroup tells.
///
/// Source: sd_pid_get_unit(3).
struct SystemdPlace {
  let unit: String?
  let userUnit: String?
  let slice: String?
  let session: String?
  let owner: String?
  let machine: String?

  init?(of memberships: [CgroupMembership]) {
    let named = memberships.first { $0.controllers.contains { $0.elementsEqual("name=systemd".utf8) } }
    guard let path = (named ?? memberships.first(where: \.isUnified))?.path else { return nil }
    let parts = String(decoding: path, as: UTF8.self).split(separator: "/").map(String.init)
    let slices = parts.prefix { $0.hasSuffix(".slice") }
    let inner = parts.dropFirst(slices.count)
    unit = inner.first { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }
    slice = slices.last ?? "-.slice"
    let manager = inner.first { $0.hasPrefix("user@") }
    userUnit = manager.flatMap { _ in inner.dropFirst().last { $0.hasSuffix(".service") || $0.hasSuffix(".scope") } }
    session = inner.first { $0.hasPrefix("session-") && $0.hasSuffix(".scope") }.map {
      String($0.dropFirst(8).dropLast(6))
    }
    owner = slices.first { $0.hasPrefix("user-") }.map { String($0.dropFirst(5).dropLast(6)) }
    machine = inner.first { $0.hasPrefix("machine-") }.map { String($0.dropFirst(8).dropLast(6)) }
  }
}

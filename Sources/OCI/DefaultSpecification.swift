// The configuration that the verb `spec` writes: a shell in a container of its own, to begin with and to change.

extension Specification {
  /// A configuration of a shell in a container, the same as that of runc and crun.
  ///
  /// - Parameter hasCgroupNamespace: as is usual where control groups are of version 2.
  public static func ofShell(hasCgroupNamespace: Bool = false) -> Specification {
    var specification = Specification()
    specification.root = Root(path: "rootfs")
    specification.root?.readonly = true
    specification.hostname = "pangaea-oci"
    specification.process = .shell
    specification.mounts = Mount.usual
    var linux = LinuxSection()
    let kinds: [Namespace.Kind] = [.pid, .network, .ipc, .uts, .mount]
    linux.namespaces = (kinds + (hasCgroupNamespace ? [.cgroup] : [])).map { Namespace(type: $0) }
    var none = DeviceRule(allow: false)
    none.access = "rwm"
    var resources = Resources()
    resources.devices = [none]
    linux.resources = resources
    linux.maskedPaths = LinuxSection.usualMaskedPaths
    linux.readonlyPaths = LinuxSection.usualReadonlyPaths
    specification.linux = linux
    return specification
  }

  /// The same for somebody without rights: a user namespace with one user, the host's network, and no limits.
  ///
  /// - Parameters:
  ///   - uid: the user's ID, which is root in the container.
  ///   - gid: the user's group.
  public static func rootlessShell(uid: UInt32, gid: UInt32, hasCgroupNamespace: Bool = false) -> Specification {
    var specification = ofShell(hasCgroupNamespace: hasCgroupNamespace)
    specification.linux?.namespaces.removeAll { $0.type == .network }
    specification.linux?.namespaces.append(Namespace(type: .user))
    specification.linux?.uidMappings = [IDMapping(containerID: 0, hostID: uid, size: 1)]
    specification.linux?.gidMappings = [IDMapping(containerID: 0, hostID: gid, size: 1)]
    specification.linux?.resources = nil
    specification.mounts = specification.mounts.map(\.withoutRights)
    return specification
  }
}

extension Specification.Process {
  fileprivate static var shell: Specification.Process {
    var process = Specification.Process(cwd: "/")
    process.terminal = true
    process.args = ["sh"]
    process.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"]
    let names = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
    var capabilities = Specification.Capabilities()
    capabilities.bounding = names
    capabilities.effective = names
    capabilities.permitted = names
    process.capabilities = capabilities
    process.rlimits = [Specification.ResourceLimit(type: .openFiles, soft: 1024, hard: 1024)]
    process.noNewPrivileges = true
    return process
  }
}

extension Specification.Mount {
  fileprivate init(_ destination: String, _ type: String, _ source: String, _ options: [String] = []) {
    self.init(destination: destination)
    self.type = type
    self.source = source
    self.options = options
  }

  fileprivate static var usual: [Specification.Mount] {
    let closed = ["nosuid", "noexec", "nodev"]
    return [
      Specification.Mount("/proc", "proc", "proc"),
      Specification.Mount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      Specification.Mount(
        "/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
      Specification.Mount("/dev/shm", "tmpfs", "shm", closed + ["mode=1777", "size=65536k"]),
      Specification.Mount("/dev/mqueue", "mqueue", "mqueue", closed),
      Specification.Mount("/sys", "sysfs", "sysfs", closed + ["ro"]),
      Specification.Mount("/sys/fs/cgroup", "cgroup", "cgroup", closed + ["relatime", "ro"]),
    ]
  }

  /// The group of terminals is not mapped, and sysfs belongs to the owner of the network namespace.
  fileprivate var withoutRights: Specification.Mount {
    var mount = self
    mount.options.removeAll { $0 == "gid=5" }
    if mount.destination == "/sys" {
      mount.type = "none"
      mount.source = "/sys"
      mount.options = ["rbind", "nosuid", "noexec", "nodev", "ro"]
    }
    return mount
  }
}

extension Specification.LinuxSection {
  /// What tells of the host and is of no use in a container.
  public static let usualMaskedPaths = [
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
  ]

  /// What changes the host.
  public static let usualReadonlyPaths = [
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
  ]
}

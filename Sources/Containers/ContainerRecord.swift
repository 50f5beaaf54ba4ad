// What is written down about a container, in the words that runc and crun use, since monitoring tools and engines read
// them: `pid` and `process-start-time` as in crun's status, `init_process_pid`, `cgroup_paths` and `namespace_paths` as
// in runc's state.json.

public import Cgroups
internal import JSON
internal import Linux
public import Processes
public import struct SystemPackage.FilePath

/// What is known of a container between two calls of the runtime.
public struct ContainerRecord: Hashable, Sendable {
  /// The container's name.
  public var identifier: String
  /// The version of the specification that its configuration is written in.
  public var specificationVersion: String
  /// The directory that it was made from, absolute.
  public var bundle: FilePath
  /// The root file system, absolute.
  public var rootDirectory: FilePath
  /// When it was made, in nanoseconds since 1970.
  public var created: Int64
  /// The user that made it.
  public var owner: UInt32
  /// Its annotations.
  public var annotations: [String: String] = [:]
  /// The first process; nil before there is one.
  public var process: ProcessIdentity?
  /// Whether its making came to the end.
  public var isComplete = false
  /// Its control group; nil where it has none.
  public var cgroup: Cgroup?
  /// The unit that systemd keeps for it; nil where it does not.
  public var systemdUnit: SystemdUnit?
  /// Directories of resctrl that were made for it, in the order in which they are removed.
  public var resourceGroups: [FilePath] = []
  /// The kinds of namespace that it does not share with its maker: `mnt`, `pid`, ….
  public var namespaces: [String] = []
  /// Whether its root was entered by chroot(2), so that its mount namespace has another one.
  public var entersByChangeOfRoot = false
  /// The name of its session keyring; nil where it shares its maker's.
  public var sessionKeyring: String?
}

// MARK: Writing

extension ContainerRecord {
  /// The text of state.json.
  var json: [UInt8] {
    var json = JSONWriter(.line)
    json.object { json in
      writeIdentity(&json)
      writeProcess(&json)
      writeCgroup(&json)
      json.member("config") { json in
        json.object { json in
          json.member("rootfs", rootDirectory.string)
          json.member("labels") { json in
            json.array { json in json.value("bundle=\(bundle.string)") }
          }
        }
      }
    }
    return json.bytes
  }

  private func writeIdentity(_ json: inout JSONWriter) {
    json.member("id", identifier)
    json.member("ociVersion", specificationVersion)
    json.member("bundle", bundle.string)
    json.member("rootfs", rootDirectory.string)
    json.member("created", Timestamp(nanoseconds: created).description)
    json.member("created_nanoseconds", created)
    json.member("owner", owner)
    json.member("is_complete", isComplete)
    json.member("no_pivot", entersByChangeOfRoot)
    json.member("session_keyring", sessionKeyring)
    json.member("annotations") { json in
      json.object { json in
        for (name, value) in annotations.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
      }
    }
  }

  private func writeProcess(_ json: inout JSONWriter) {
    let processID = process?.processID ?? 0
    json.member("pid", processID)
    json.member("process-start-time", process?.startTime ?? 0)
    json.member("init_process_pid", processID)
    json.member("init_process_start", process?.startTime ?? 0)
    json.member("namespace_paths") { json in
      json.object { json in
        for name in namespaces { json.member(Self.longName(of: name), "/proc/\(processID)/ns/\(name)") }
      }
    }
  }

  /// What runc calls a kind of namespace.
  private static func longName(of name: String) -> String {
    switch name {
    case "mnt": "NEWNS"
    case "user": "NEWUSER"
    default: "NEW" + name.uppercased()
    }
  }

  private func writeCgroup(_ json: inout JSONWriter) {
    json.member("cgroup-path", cgroup?.places.first?.path.string ?? "")
    json.member("scope", systemdUnit?.name)
    json.member("slice", systemdUnit?.slice)
    json.member("systemd-cgroup", systemdUnit != nil)
    json.member("resource_groups") { json in
      json.array { json in for group in resourceGroups { json.value(group.string) } }
    }
    json.member("cgroup_paths") { json in
      json.object { json in
        for place in cgroup?.places ?? [] {
          for name in place.runcNames { json.member(name, place.directory.string) }
        }
      }
    }
    json.member("cgroup_places") { json in
      json.array { json in for place in cgroup?.places ?? [] { place.write(&json) } }
    }
  }
}

extension Cgroup.Place {
  /// The keys of this directory in runc's `cgroup_paths`: controllers in version 1, the empty text in version 2.
  var runcNames: [String] {
    if hierarchy.version == .v2 { return [""] }
    return hierarchy.name.map { ["name=" + $0] } ?? hierarchy.controllers.map(\.rawValue)
  }

  fileprivate func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("version", hierarchy.version == .v2 ? 2 : 1)
      json.member("controllers") { json in
        json.array { json in for controller in hierarchy.controllers { json.value(controller.rawValue) } }
      }
      json.member("name", hierarchy.name)
      json.member("mount", hierarchy.mountPoint.string)
      json.member("root", hierarchy.root.string)
      json.member("path", path.string)
      json.member("directory", directory.string)
    }
  }

  fileprivate init?(_ value: JSONValue) {
    guard let version = value["version"]?.integer, let mount = value["mount"]?.text, let root = value["root"]?.text,
      let path = value["path"]?.text, let directory = value["directory"]?.text
    else { return nil }
    let controllers = (value["controllers"]?.elements ?? []).compactMap(\.text).map(CgroupController.init(rawValue:))
    self.init(
      hierarchy: CgroupHierarchy(
        version: version == 2 ? .v2 : .v1, controllers: controllers, name: value["name"]?.text,
        mountPoint: FilePath(mount), root: FilePath(root)),
      path: FilePath(path), directory: FilePath(directory))
  }
}

// MARK: Reading

extension ContainerRecord {
  /// Reads state.json.
  ///
  /// - Returns: nil when the text is none, or lacks what every record has.
  init?(json bytes: [UInt8]) {
    guard let value = JSONValue(bytes), let identifier = value["id"]?.text, let bundle = value["bundle"]?.text,
      let root = value["rootfs"]?.text
    else { return nil }
    self.init(
      identifier: identifier, specificationVersion: value["ociVersion"]?.text ?? "", bundle: FilePath(bundle),
      rootDirectory: FilePath(root), created: Int64(clamping: value["created_nanoseconds"]?.integer ?? 0),
      owner: UInt32(clamping: value["owner"]?.integer ?? 0))
    if case .object(let members) = value["annotations"] { annotations = members.compactMapValues(\.text) }
    isComplete = value["is_complete"]?.truth ?? false
    entersByChangeOfRoot = value["no_pivot"]?.truth ?? false
    if let scope = value["scope"]?.text, let slice = value["slice"]?.text {
      systemdUnit = SystemdUnit(slice: slice, name: scope)
    }
    resourceGroups = (value["resource_groups"]?.elements ?? []).compactMap(\.text).map { FilePath($0) }
    sessionKeyring = value["session_keyring"]?.text
    readProcess(value)
    let places = (value["cgroup_places"]?.elements ?? []).compactMap(Cgroup.Place.init)
    cgroup = places.isEmpty ? nil : Cgroup(places: places)
  }

  private mutating func readProcess(_ value: JSONValue) {
    if let processID = value["pid"]?.integer.flatMap({ Int32(exactly: $0) }), processID > 0 {
      process = ProcessIdentity(processID: processID, startTime: value["process-start-time"]?.integer ?? 0)
    }
    if case .object(let paths) = value["namespace_paths"] {
      namespaces = paths.values.compactMap(\.text).compactMap { $0.split(separator: "/").last.map(String.init) }
        .sorted()
    }
  }
}

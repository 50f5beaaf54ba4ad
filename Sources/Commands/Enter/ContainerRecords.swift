// What container engines and runtimes write down about their containers: names for identifiers, and the first process
// of each. Read from their files, so that no daemon has to answer, nor to run.

internal import JSON
internal import Linux
internal import Processes
internal import struct SystemPackage.FilePath

/// The directories in which engines and runtimes keep their records.
struct ContainerRecords {
  /// Those of containers/storage, which Podman, Buildah and CRI-O share.
  var storage: [FilePath] = ["/var/lib/containers/storage", "/run/containers/storage"]
  /// Docker's.
  var docker: [FilePath] = ["/var/lib/docker"]
  /// containerd's, below which there is a directory for each of its namespaces.
  var containerd: [FilePath] = ["/run/containerd/io.containerd.runtime.v2.task"]
  /// Those of pangaea-oci, crun and runc: a directory for each container.
  var runtimes: [FilePath] = ["/run/pangaea-oci", "/run/crun", "/run/runc", "/run/docker/runtime-runc/moby"]

  /// The machine's, and those that the caller has as an ordinary user.
  static var ofMachine: ContainerRecords {
    var records = ContainerRecords()
    if let home = environmentVariable("HOME"), home.hasPrefix("/") {
      records.storage.append(FilePath(home).appending(".local/share/containers/storage"))
    }
    if let runtime = environmentVariable("XDG_RUNTIME_DIR"), runtime.hasPrefix("/") {
      records.runtimes += ["pangaea-oci", "crun", "runc"].map { FilePath(runtime).appending($0) }
    }
    for namespace in entries(of: "/run/containerd/runc") {
      records.runtimes.append(FilePath("/run/containerd/runc").appending(namespace))
    }
    return records
  }

  /// The identifiers of the containers that bear a name; also those whose identifier it is in a runtime.
  func identifiers(named name: String) -> Set<String> {
    var found = Set(storage.flatMap { inStorage($0, name) })
    found.formUnion(docker.flatMap { inDocker($0, name) })
    found.formUnion(containerd.flatMap { inContainerd($0, name) })
    if runtimes.contains(where: { ContainerRecords.entries(of: $0).contains(name) }) { found.insert(name) }
    return found
  }

  /// The first process of a container, as its runtime wrote it down; nil where none did, or it has ended.
  func process(of identifier: String) -> ProcessIdentity? {
    guard !identifier.contains("/") else { return nil }
    for directory in runtimes.map({ $0.appending(identifier) }) {
      let record = ContainerRecords.read(directory.appending("status"))
      let state = record == nil ? ContainerRecords.read(directory.appending("state.json")) : nil
      let processID = record?["pid"]?.integer ?? state?["init_process_pid"]?.integer
      let start = record?["process-start-time"]?.integer ?? state?["init_process_start"]?.integer
      guard let processID = processID.flatMap({ Int32(exactly: $0) }), let start else { continue }
      if let process = alive(ProcessIdentity(processID: processID, startTime: start)) { return process }
    }
    return nil
  }

  private func alive(_ process: ProcessIdentity) -> ProcessIdentity? {
    do throws(SystemCallError) {
      return try ProcessRecord.read(process, .stat).stat.isZombie ? nil : process
    } catch {
      return nil
    }
  }
}

// MARK: Names

extension ContainerRecords {
  /// `overlay-containers/containers.json`: a list of objects with `id` and `names`.
  private func inStorage(_ directory: FilePath, _ name: String) -> [String] {
    let folders = Self.entries(of: directory).filter { $0.hasSuffix("-containers") }.map(directory.appending)
    let lists = folders.flatMap { [$0.appending("containers.json"), $0.appending("volatile-containers.json")] }
    return lists.flatMap { Self.read($0)?.elements ?? [] }.filter { container in
      container["names"]?.elements.contains(.text(name)) ?? false
    }.compactMap { $0["id"]?.text }
  }

  /// `containers/ID/config.v2.json`: an object with `Name`, which begins with a slash.
  private func inDocker(_ directory: FilePath, _ name: String) -> [String] {
    let containers = directory.appending("containers")
    return Self.entries(of: containers).filter { identifier in
      Self.read(containers.appending(identifier).appending("config.v2.json"))?["Name"]?.text == "/" + name
    }
  }

  /// `NAMESPACE/ID/config.json`: the bundle, whose annotations bear the names that Kubernetes and nerdctl gave.
  private func inContainerd(_ directory: FilePath, _ name: String) -> [String] {
    let keys = ["io.kubernetes.cri.container-name", "nerdctl/name"]
    return Self.entries(of: directory).map(directory.appending).flatMap { namespace in
      Self.entries(of: namespace).filter { identifier in
        let annotations = Self.read(namespace.appending(identifier).appending("config.json"))?["annotations"]
        return keys.contains { annotations?[$0]?.text == name }
      }
    }
  }

  // What an engine that is not there, or another user's, has written down is nothing.

  private static func entries(of directory: FilePath) -> [String] {
    do throws(SystemCallError) {
      return try FileDescriptor.open(directory, .directory).entryNames().map { String(decoding: $0, as: UTF8.self) }
    } catch {
      return []
    }
  }

  private static func read(_ file: FilePath) -> JSONValue? {
    do throws(SystemCallError) {
      return JSONValue(try FileDescriptor.open(file).readAll())
    } catch {
      return nil
    }
  }
}

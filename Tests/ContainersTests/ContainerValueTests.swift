// What containers are described by, as values.

import Cgroups
import Isolation
import Linux
import Processes
import Testing
import struct SystemPackage.FilePath

@testable import Containers

struct ContainerValueTests {
  @Test(arguments: ["a", "A-b_c.d+e", "0", "..."])
  func `takes names`(name: String) throws {
    #expect(try ContainerIdentifier(name).text == name)
  }

  @Test(arguments: ["", ".", "..", "a/b", "a b", "ä", "a\n", "a:b", String(repeating: "a", count: 1025)])
  func `refuses what is no name`(name: String) {
    // spec: runtime.create.duplicate
    #expect(throws: ContainerError.invalidIdentifier(name)) { try ContainerIdentifier(name) }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000000Z"), (1_709_251_199_000_000_001, "2024-02-29T23:59:59.000000001Z"),
    (1_735_689_600_999_999_999, "2025-01-01T00:00:00.999999999Z"),
  ])
  func `writes moments`(nanoseconds: Int64, text: String) {
    #expect(Timestamp(nanoseconds: nanoseconds).description == text)
  }

  @Test func `reads back what it wrote down`() throws {
    var record = ContainerRecord(
      identifier: "a", specificationVersion: "1.3.0", bundle: "/b \"quoted\"", rootDirectory: "/b/rootfs",
      created: 12345,
      owner: 7)
    record.annotations = ["k": "v\n", "empty": ""]
    record.process = ProcessIdentity(processID: 42, startTime: 4242)
    record.isComplete = true
    record.entersByChangeOfRoot = true
    record.namespaces = ["mnt", "net", "pid", "user"]
    record.sessionKeyring = "_ses.a"
    record.systemdUnit = SystemdUnit(slice: "a.slice", name: "b.scope")
    record.resourceGroups = ["/sys/fs/resctrl/a"]
    let hierarchy = CgroupHierarchy(
      version: .v1, controllers: [.cpu, CgroupController(rawValue: "cpuacct")], mountPoint: "/sys/fs/cgroup/cpu")
    record.cgroup = Cgroup(places: [
      Cgroup.Place(hierarchy: hierarchy, path: "/a", directory: "/sys/fs/cgroup/cpu/a")
    ])
    #expect(ContainerRecord(json: record.json) == record)
    for length in 0..<record.json.count { _ = ContainerRecord(json: Array(record.json[..<length])) }
  }

  @Test func `knows what options of mounts mean`() {
    var expected = MountOptions([])
    expected.binds = true
    expected.attributes.set = [.readOnly, .noSetUID, .noAccessTime]
    expected.recursiveAttributes.set = .noExecution
    expected.propagation = [PropagationChange(.slave, isRecursive: true)]
    expected.ofFileSystem = ["size=64m"]
    #expect(
      MountOptions(["rbind", "ro", "nosuid", "relatime", "noatime", "rnoexec", "rslave", "size=64m"]) == expected)
    #expect(MountOptions(["ro", "rw"]).attributes == AttributeChange(cleared: .readOnly))
    #expect(MountOptions(["defaults", "async"]) == MountOptions([]))
    #expect(MountOptions(["bind", "idmap", "tmpcopyup"]).mapsIDs == false)
  }

  @Test func `names as features the options that it takes`() {
    // spec: features.mountoptions features.mountoptions.data
    let ofEveryFileSystem = ["sync", "dirsync", "mand", "lazytime"]
    #expect(Set(KnownMountOptions.all).count == KnownMountOptions.all.count)
    for option in KnownMountOptions.all {
      let isPassedOn = MountOptions([option]).ofFileSystem == [option]
      #expect(isPassedOn == ofEveryFileSystem.contains(option), "\(option)")
    }
    for option in ["size=1m", "mode=755", "rsize=1m"] { #expect(MountOptions([option]).ofFileSystem == [option]) }
  }

  @Test(arguments: [("0-2,5", [0, 1, 2, 5]), ("7", [7])])
  func `reads lists of numbers`(text: String, numbers: [Int]) {
    #expect(NumberList(text)?.numbers == numbers)
  }

  @Test(arguments: ["", "-", "2-1", "1,,2", "a", "1-2-3", "99999999"])
  func `refuses what is no list of numbers`(text: String) {
    #expect(NumberList(text) == nil)
  }
}

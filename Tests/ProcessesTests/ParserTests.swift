// The parsers of /proc on captured text.

import Linux
import Processes
import Testing

private func parseStatus(_ text: String) -> ProcessStatus? { ProcessStatus(Array(text.utf8).span) }
private func cgroups(_ text: String) -> [CgroupMembership] { CgroupMembership.parse(Array(text.utf8).span) }
private func mounts(_ text: String) -> [MountInfo] { MountInfo.parse(Array(text.utf8).span) }
private func limits(_ text: String) -> [ResourceLimit] { ResourceLimit.parse(Array(text.utf8).span) }
private func link(_ text: String) -> NamespaceLink? { NamespaceLink(Array(text.utf8).span) }
private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite struct ProcessStatusTests {
  static let captured = """
    Name:\tcat\\n
    Umask:\t0027
    State:\tR (running)
    Tgid:\t8072
    Ngid:\t0
    Pid:\t8072
    PPid:\t8067
    TracerPid:\t4
    Uid:\t1000\t0\t1001\t1002
    Gid:\t5\t6\t7\t8
    FDSize:\t256
    Groups:\t4 24 27 1000\u{20}
    NStgid:\t8072\t7\t1
    NSpid:\t8072\t7\t1
    NSpgid:\t8067\t0\t0
    NSsid:\t4912\t0\t0
    Kthread:\t0
    VmPeak:\t    3060 kB
    VmSize:\t    3050 kB
    VmLck:\t      16 kB
    VmHWM:\t    1748 kB
    VmRSS:\t    1740 kB
    RssAnon:\t     112 kB
    VmData:\t     360 kB
    VmStk:\t     132 kB
    VmSwap:\t       8 kB
    Threads:\t3
    SigQ:\t1/96365
    SigPnd:\t0000000000000001
    ShdPnd:\t0000000000000200
    SigBlk:\t0000000000010000
    SigIgn:\t0000000000380004
    SigCgt:\t800000004b817efb
    CapInh:\t0000000000000000
    CapPrm:\t000001ffffffffff
    CapEff:\t000001fffeffffff
    CapBnd:\t000001ffffffffff
    CapAmb:\t0000000000000400
    NoNewPrivs:\t1
    Seccomp:\t2
    Seccomp_filters:\t1
    Cpus_allowed:\t3
    Cpus_allowed_list:\t0-1
    voluntary_ctxt_switches:\t12
    nonvoluntary_ctxt_switches:\t3

    """

  @Test func readsCredentialsAndPIDs() throws {
    let status = try #require(parseStatus(Self.captured))
    #expect(status.umask == 0o27)
    #expect((status.processID, status.threadGroupID, status.tracerID) == (8072, 8072, 4))
    let users = status.userIDs
    #expect([users.real, users.effective, users.saved, users.fileSystem] == [1000, 0, 1001, 1002])
    let groups = status.groupIDs
    #expect([groups.real, groups.effective, groups.saved, groups.fileSystem] == [5, 6, 7, 8])
    #expect(status.supplementaryGroupIDs == [4, 24, 27, 1000])
    #expect(status.processIDs == [8072, 7, 1])
    #expect(status.sessionIDs == [4912, 0, 0])
    #expect(status.isKernelThread == false)
  }

  @Test func readsMemorySignalsAndCapabilities() throws {
    let status = try #require(parseStatus(Self.captured))
    #expect(status.memory.resident == 1740)
    #expect(status.memory.locked == 16)
    #expect((status.memory.data, status.memory.stack, status.memory.swapped) == (360, 132, 8))
    #expect((status.signals.pendingForThread, status.signals.pendingForProcess) == (1, 0x200))
    #expect(status.signals.caught == 0x8000_0000_4b81_7efb)
    #expect((status.signals.queued, status.signals.queueLimit) == (1, 96365))
    #expect(status.capabilities.effective == 0x1ff_feff_ffff)
    #expect(status.capabilities.ambient == 0x400)
    #expect(status.noNewPrivileges == true)
    #expect(status.seccompMode == .filter)
    #expect(status.seccompFilterCount == 1)
    #expect(status.allowedCPUs == bytes("0-1"))
    #expect((status.voluntarySwitches, status.involuntarySwitches) == (12, 3))
    #expect(status.threadCount == 3)
  }

  @Test func aKernelThreadHasNoMemory() throws {
    let status = try #require(parseStatus("Name:\tkthreadd\nPid:\t2\nUid:\t0\t0\t0\t0\n"))
    #expect(status.memory == MemoryUse())
    #expect(status.umask == nil)
  }

  @Test(arguments: ["", "\n\n", "Name:\tx\n", ":::\n", "Pid:\n"])
  func textWithoutAPIDIsNoStatus(text: String) {
    #expect(parseStatus(text) == nil)
  }
}

@Suite struct SmallParserTests {
  @Test func cgroupsOfAllVersions() {
    let parsed = cgroups("12:cpu,cpuacct:/a\n1:name=systemd:/user.slice/x:y\n0::/init.scope (deleted)\nnonsense\n:::\n")
    #expect(parsed.count == 3)
    #expect(parsed[0].controllers == [bytes("cpu"), bytes("cpuacct")])
    #expect(parsed[1].path == bytes("/user.slice/x:y"))
    #expect(!parsed[1].isUnified)
    #expect(parsed[2].isUnified)
    #expect(parsed[2].path == bytes("/init.scope (deleted)"))
  }

  @Test func mountsWithTagsAndMangledNames() throws {
    let text =
      "36 35 98:0 /mnt1 /mnt\\040with\\011blanks\\134 rw,noatime shared:7 master:1 propagate_from:3 - ext3 "
      + "/dev/root rw,errors=continue\n22 27 0:21 / /proc rw,relatime - proc proc rw\nshort line\n"
    let parsed = mounts(text)
    #expect(parsed.count == 2)
    #expect(parsed[0].mountPoint == bytes("/mnt with\tblanks\\"))
    #expect((parsed[0].peerGroup, parsed[0].master, parsed[0].propagateFrom) == (7, 1, 3))
    #expect((parsed[0].deviceMajor, parsed[0].deviceMinor) == (98, 0))
    #expect(parsed[0].superOptions == bytes("rw,errors=continue"))
    #expect(parsed[1].fileSystemType == bytes("proc"))
    #expect(parsed[1].peerGroup == nil)
  }

  @Test func aNamespaceFileIsAMountRoot() throws {
    let parsed = mounts("150 30 0:4 net:[4026532201] /run/netns/blue rw shared:9 - nsfs nsfs rw\n")
    #expect(parsed.first?.root == bytes("net:[4026532201]"))
  }

  @Test func limitsOfAllUnits() throws {
    let text = """
      Limit                     Soft Limit           Hard Limit           Units     
      Max cpu time              unlimited            unlimited            seconds   
      Max open files            1024                 524288               files     
      Max nice priority         0                    0                    

      """
    let parsed = limits(text)
    #expect(parsed.map(\.name) == ["Max cpu time", "Max open files", "Max nice priority"])
    #expect((parsed[0].soft, parsed[0].hard) == (nil, nil))
    #expect((parsed[1].soft, parsed[1].hard, parsed[1].unit) == (1024, 524288, "files"))
    #expect(parsed[2].unit == "")
  }

  @Test(
    arguments: [
      ("uts:[4026531838]", NamespaceKind.uts, 4_026_531_838), ("mnt:[1]", .mount, 1), ("net:[7]", .network, 7),
    ] as [(String, NamespaceKind, UInt64)])
  func namespaceLinks(text: String, kind: NamespaceKind, inode: UInt64) {
    #expect(link(text) == NamespaceLink(kind: kind, inode: inode))
  }

  @Test(arguments: ["", "uts", "uts:[]", "uts:[1", "uts:1]", "xyz:[1]", "uts:[1]x", ":[1]"])
  func whatIsNoNamespaceLink(text: String) {
    #expect(link(text) == nil)
  }

  @Test func argumentsKeepEmptyOnes() {
    #expect(Processes.CommandLine(bytes: bytes("a\0\0b\0")).arguments == [bytes("a"), [], bytes("b")])
    #expect(Processes.CommandLine(bytes: bytes("overwritten title")).arguments == [bytes("overwritten title")])
    #expect(Processes.CommandLine(bytes: []).arguments == [])
  }
}

// Worlds as a container runtime wants them: made in a root directory of busybox, and asked from inside.

import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Isolation

@Suite(.enabled(if: ContainerBundle.isPossible)) struct ContainerWorldTests {
  @Test func theCommandIsTheFirstProcess() throws {
    let bundle = try ContainerBundle("echo $$; echo *; cat /proc/1/comm")
    #expect(try bundle.answer() == "1\nbin dev etc out proc\nsh\n")
  }

  @Test func devicesAndLinksAreThere() throws {
    // spec: linux.devices.default
    let bundle = try ContainerBundle(
      "stat -c '%n %a %t:%T' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty; readlink /dev/fd; "
        + "readlink /dev/ptmx; echo x > /dev/null; head -c 2 /dev/zero | wc -c")
    #expect(
      try bundle.answer() == """
        /dev/null 666 1:3
        /dev/zero 666 1:5
        /dev/full 666 1:7
        /dev/random 666 1:8
        /dev/urandom 666 1:9
        /dev/tty 666 5:0
        /proc/self/fd
        pts/ptmx
        2

        """)
  }

  @Test func mountPointsAreMadeInsideTheRoot() throws {
    var bundle = try ContainerBundle("cat /deep/er/file; cat /far/away; ls -d /tmp/elsewhere/x; readlink /link")
    try bundle.write("content", "source")
    var program = SystemCallProgram()
    program.append(.makeSymbolicLink(bundle.directory.appending("root/link"), to: "/tmp/elsewhere"))
    program.append(.makeSymbolicLink(bundle.directory.appending("root/far"), to: "../../../../../../etc/not/there"))
    program.append(.exit(0))
    _ = try program.start().pidfd.wait()
    let source = PlannedMount.Source.bind(bundle.directory.appending("source"), isRecursive: false)
    bundle.plan.mounts.append(ContainerBundle.made(source, on: "/deep/er/file"))
    bundle.plan.mounts.append(ContainerBundle.made(source, on: "/far/away"))
    bundle.plan.mounts.append(ContainerBundle.made(.fileSystem("tmpfs", device: "tmpfs", options: []), on: "/link/x"))
    #expect(try bundle.answer() == "contentcontent/tmp/elsewhere/x\n/tmp/elsewhere\n")
    #expect(throws: SystemCallError.self) { try FileDescriptor.workingDirectory.status(of: "/etc/not") }
    #expect(throws: SystemCallError.self) { try FileDescriptor.workingDirectory.status(of: "/tmp/elsewhere") }
  }

  @Test func attributesOfMounts() throws {
    // spec: config.mounts.options.recursive
    var bundle = try ContainerBundle(
      "grep ' /m ' /proc/self/mountinfo | cut -d' ' -f6; touch /r/x; touch /bin/x && echo wrote")
    bundle.plan.mounts.append(
      ContainerBundle.made(
        .fileSystem("tmpfs", device: "tmpfs", options: ["size=1m"]), on: "/m",
        [.noSetUID, .noDevices, .noExecution, .noAccessTime, .noDirectoryAccessTime]))
    var readOnly = ContainerBundle.made(.bind(bundle.directory.appending("root/etc"), isRecursive: true), on: "/r")
    readOnly.recursiveAttributes.set = [.readOnly, .strictAccessTime]
    readOnly.propagation = [PropagationChange(.private, isRecursive: true)]
    bundle.plan.mounts.append(readOnly)
    #expect(
      try bundle.answer() == "rw,nosuid,nodev,noexec,noatime,nodiratime\ntouch: /r/x: Read-only file system\nwrote\n")
  }

  @Test func theRootIsReadOnlyAndPathsAreCovered() throws {
    // spec: config.root.readonly linux.maskedpaths linux.readonlypaths
    var bundle = try ContainerBundle(
      "touch /x; touch /dev/x && echo dev; wc -c < /proc/interrupts; ls /proc/fs | wc -l; echo 1 > /proc/sys/vm/drop_caches; "
        + "cat /etc/secret")
    try bundle.write("secret", "root/etc/secret")
    bundle.plan.root?.isReadOnly = true
    bundle.plan.maskedPaths = ["/proc/interrupts", "/proc/fs", "/nowhere/at/all", "/etc/secret"]
    bundle.plan.readOnlyPaths = ["/proc/sys", "/nowhere"]
    #expect(
      try bundle.answer() == """
        touch: /x: Read-only file system
        dev
        0
        0
        /bin/sh: can't create /proc/sys/vm/drop_caches: Read-only file system

        """)
  }

  @Test func aFileSystemBeginsWithWhatWasThere() throws {
    var bundle = try ContainerBundle(
      "cd /etc; cat a d/b; readlink l; stat -c '%a %u %n' . a d; touch x; cd /; umount /etc 2>/dev/null; true")
    try makeDirectory(bundle.directory.appending("root/etc/d"))
    try bundle.write("first\n", "root/etc/a")
    try bundle.write("second\n", "root/etc/d/b")
    var program = SystemCallProgram()
    program.append(.makeSymbolicLink(bundle.directory.appending("root/etc/l"), to: "d/b"))
    program.append(.exit(0))
    _ = try program.start().pidfd.wait()
    try bundle.give("root/etc/d", to: 33)
    var mount = ContainerBundle.made(.fileSystem("tmpfs", device: "tmpfs", options: []), on: "/etc", .readOnly)
    mount.copiesUp = true
    bundle.plan.mounts.append(mount)
    #expect(
      try bundle.answer() == """
        first
        second
        d/b
        755 0 .
        600 0 a
        755 33 d
        touch: x: Read-only file system

        """)
  }

  @Test func whatIsSharedGoesOutAndTheRootStaysInside() throws {
    var bundle = try ContainerBundle("mkdir -p /shared/in; mount -t tmpfs none /shared/in; echo $?")
    // In a mount namespace of its own, whose mounts are shared, so that the machine keeps its own.
    bundle.plan.propagation = .shared
    bundle.plan.root?.propagation = PropagationChange(.slave, isRecursive: false)
    var steps = bundle.plan
    steps.sharedMountPoint = "/srv"
    let lines = steps.steps.map(\.call)
    let first = lines.firstIndex(of: #"mount("none", "/", NULL, MS_REC|MS_SHARED, NULL)"#)
    let second = lines.firstIndex(of: #"mount("none", "/srv", NULL, MS_PRIVATE, NULL)"#)
    #expect(first != nil && second == first.map { $0 + 1 }, "\(lines)")
  }

  @Test func aFilterMayHaveAListener() throws {
    var bundle = try ContainerBundle("mkdir /x; echo $?")
    bundle.plan.credentials.hasNoNewPrivileges = true
    // mkdir is asked about, all else is allowed.
    bundle.plan.process.seccomp = PlannedSeccomp(
      program: [
        0x20, 0, 0, 0, 0, 0, 0, 0, 0x15, 0, 0, 1, 83, 0, 0, 0, 0x06, 0, 0, 0, 0, 0, 0xc0, 0x7f, 0x06, 0, 0, 0, 0, 0,
        0xff, 0x7f,
      ], hasListener: true)
    var asked: Int32 = 0
    let world = try bundle.plan.start(seccompListener: { (listener, processID) throws(IsolationError) in
      // Closed, nobody answers: the call is ENOSYS.
      asked = processID
      _ = consume listener
    })
    _ = try world.pidfd.wait()
    #expect(asked == world.processID)
    #expect(try bundle.read("out/answer") == "mkdir: can't create directory '/x': Function not implemented\n1\n")
  }

  @Test func schedulingIsAsPlanned() throws {
    // spec: config.process.iopriority
    var bundle = try ContainerBundle(
      "cut -d' ' -f19,41 /proc/self/stat; ionice; grep Cpus_allowed_list /proc/self/status")
    var scheduling = SchedulingAttributes(.batch)
    scheduling.nice = 7
    bundle.plan.process.scheduling = scheduling
    bundle.plan.process.inputOutputPriority = InputOutputPriority(.bestEffort, level: 6)
    bundle.plan.process.initialProcessors = [0, 1]
    bundle.plan.process.processors = [0]
    #expect(try bundle.answer() == "7 3\nbest-effort: prio 6\nCpus_allowed_list:\t0\n")
  }

  @Test func aProcOnALinkIsRefused() throws {
    let bundle = try ContainerBundle("true")
    var program = SystemCallProgram()
    program.append(.makeSymbolicLink(bundle.directory.appending("root/proc"), to: "/etc"))
    program.append(.exit(0))
    _ = try program.start().pidfd.wait()
    let error = #expect(throws: IsolationError.self) { _ = try bundle.answer() }
    #expect(error?.cause?.errno == .eloop)
  }

  @Test func kernelSettingsAndNames() throws {
    // spec: linux.sysctl config.hostname config.domainname
    var bundle = try ContainerBundle(
      "cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax /proc/sys/kernel/domainname; hostname",
      [.newMount, .newPID, .newUTS, .newIPC, .newNetwork])
    bundle.plan.kernelSettings = [
      KernelSetting(name: "net.ipv4.ip_forward", value: "1"), KernelSetting(name: "kernel/msgmax", value: "4321"),
    ]
    bundle.plan.hostname = "inside"
    bundle.plan.domainname = "nis"
    #expect(try bundle.answer() == "1\n4321\nnis\ninside\n")
  }

  // spec: config.user.ids config.user.umask config.process.rlimits.set config.process.oomscoreadj
  // spec: config.process.capabilities config.process.nonewprivileges
  @Test func theProcessIsAsPlanned() throws {
    var bundle = try ContainerBundle(
      "pwd; id -u; id -g; id -G; umask; ulimit -n; cat /proc/self/oom_score_adj; nproc; "
        + "grep -E 'Cap|NoNew|Seccomp:' /proc/self/status; cut -d' ' -f1 /proc/self/personality")
    bundle.plan.workingDirectory = "/made/here"
    bundle.plan.process.createsWorkingDirectory = true
    bundle.plan.credentials.userID = 12
    bundle.plan.credentials.groupID = 13
    bundle.plan.credentials.supplementaryGroups = [14, 15]
    bundle.plan.credentials.capabilitySets = CapabilitySets(
      bounding: 0x5, effective: 0x1, permitted: 0x5, inheritable: 0x5, ambient: 0x4)
    bundle.plan.credentials.hasNoNewPrivileges = true
    bundle.plan.process.umask = 0o27
    bundle.plan.process.resourceLimits = [PlannedResourceLimit(.openFiles, soft: 77, hard: 88)]
    bundle.plan.process.outOfMemoryScoreAdjustment = 123
    bundle.plan.process.processors = [0]
    bundle.plan.process.sessionKeyring = "_ses.test"
    bundle.plan.process.personality = 0
    try bundle.open(to: 12)
    #expect(
      try bundle.answer() == """
        /made/here
        12
        13
        13 14 15
        0027
        77
        123
        1
        CapInh:\t0000000000000005
        CapPrm:\t0000000000000004
        CapEff:\t0000000000000004
        CapBnd:\t0000000000000005
        CapAmb:\t0000000000000004
        NoNewPrivs:\t1
        Seccomp:\t0
        00000000

        """)
  }

  @Test func aFilterIsInstalledWithoutGivingUpNewPrivileges() throws {
    var bundle = try ContainerBundle("grep -E 'CapPrm|NoNew|Seccomp:' /proc/self/status; mkdir /x")
    bundle.plan.credentials.userID = 12
    bundle.plan.credentials.capabilitySets = CapabilitySets(bounding: 1)
    // Loads the number of the call; mkdir is EXDEV (18), all else is allowed.
    bundle.plan.process.seccomp = PlannedSeccomp(program: [
      0x20, 0, 0, 0, 0, 0, 0, 0, 0x15, 0, 0, 1, 83, 0, 0, 0, 0x06, 0, 0, 0, 18, 0, 5, 0, 0x06, 0, 0, 0, 0, 0, 0xff,
      0x7f,
    ])
    try bundle.open(to: 12)
    let answer = try bundle.answer()
    #expect(answer.hasPrefix("CapPrm:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t2\n"), "\(answer)")
    #expect(answer.contains("Invalid cross-device link"), "\(answer)")
  }

  @Test func aUserNamespaceOwnsWhatIsMade() throws {
    // spec: linux.mappings.set
    var bundle = try ContainerBundle(
      "id -u; stat -c '%u %n' /deep /dev /out; cat /proc/self/uid_map; echo x > /dev/null && echo null; "
        + "stat -c %t:%T /dev/zero",
      [.newMount, .newPID, .newUTS, .newIPC, .newUser])
    let ranges = [IDMapRange(inner: 0, outer: 100_000, count: 65536)]
    bundle.plan.idMaps = IDMaps(users: ranges, groups: ranges)
    bundle.plan.becomesRootOfUserNamespace = true
    bundle.plan.mounts.append(ContainerBundle.made(.fileSystem("tmpfs", device: "tmpfs", options: []), on: "/deep/er"))
    for name in ["root", "out", "root/bin", "root/etc"] { try bundle.give(name, to: 100_000) }
    #expect(
      try bundle.answer() == """
        0
        0 /deep
        0 /dev
        0 /out
                 0     100000      65536
        null
        1:5

        """)
  }

  @Test func ownersOfABindAreMapped() throws {
    // spec: config.mounts.mappings.setattr config.mounts.options.idmap
    var bundle = try ContainerBundle("stat -c %u /mapped/file; touch /mapped/new; stat -c %u /mapped/new")
    try makeDirectory(bundle.directory.appending("shared"))
    try bundle.write("x", "shared/file")
    var mount = ContainerBundle.made(.bind(bundle.directory.appending("shared"), isRecursive: true), on: "/mapped")
    let ranges = [IDMapRange(inner: 0, outer: 5000, count: 1000), IDMapRange(inner: 5000, outer: 0, count: 1000)]
    mount.idMap = MountIDMap(IDMaps(users: ranges, groups: ranges), isRecursive: true)
    bundle.plan.mounts.append(mount)
    #expect(try bundle.answer() == "5000\n0\n")
    let made = try FileDescriptor.workingDirectory.status(of: bundle.directory.appending("shared/new"))
    #expect(made.userID == 5000)
  }

  @Test func clocksWithOffsetsAndNoInit() throws {
    // spec: linux.timeoffsets
    var bundle = try ContainerBundle("echo $$; cut -d. -f1 /proc/uptime", [.newMount, .newPID, .newTime])
    bundle.plan.timeOffsets = TimeOffsets(boottime: 1_000_000_000)
    let lines = try bundle.answer().split(separator: "\n")
    #expect(lines.first == "1")
    #expect(Int(lines.last ?? "") ?? 0 > 1_000_000_000)
  }

  @Test func joinsAWorldWithoutAnInitOfItsOwn() throws {
    var bundle = try ContainerBundle("while [ ! -e /out/done ]; do sleep 0.05; done")
    let world = try bundle.plan.start()
    let pidfd = world.pidfd.descriptor.number
    bundle.plan.root = nil
    var joined = IsolationPlan(
      command: IsolatedCommand(
        [
          "/bin/sh", "-c",
          "{ hostname; cd /; echo *; cd /etc; head -c 7 /proc/1/cmdline; echo; pwd; } > /out/joined; "
            + "touch /out/done",
        ], environment: ["PATH=/bin"]), namespaces: [])
    joined.commandIsFirst = true
    joined.joins = [
      PlannedJoin(descriptor: pidfd, kinds: [.newMount, .newPID, .newUTS, .newIPC], object: "the container")
    ]
    joined.workingDirectory = "/etc"
    joined.credentials.capabilitySets = CapabilitySets(bounding: 0)
    let entered = try joined.start()
    #expect(entered.processID != world.processID)
    #expect(try entered.pidfd.wait() == .exited(0))
    _ = try world.pidfd.wait()
    let answer = try bundle.read("out/joined")
    #expect(answer.hasSuffix("bin dev etc out proc\n/bin/sh\n/etc\n"), "\(answer)")
  }

  /// The rights to join are lost in a new user namespace, so it is made after; its maps are written in between.
  @Test func joinsWhatBelongsToOthersBesideAUserNamespaceOfItsOwn() throws {
    // spec: linux.namespaces.path.join
    var bundle = try ContainerBundle("while [ ! -e /out/done ]; do sleep 0.05; done", [.newMount, .newNetwork])
    bundle.plan.mounts.removeFirst()
    let world = try bundle.plan.start()
    var second = try ContainerBundle(
      "cat /proc/self/uid_map; stat -c %u /dev; echo $$; grep -c : /proc/net/dev; touch /out/x",
      [.newMount, .newPID, .newUTS, .newIPC, .newUser])
    second.plan.joins = [
      PlannedJoin(descriptor: world.pidfd.descriptor.number, kinds: .newNetwork, object: "the first")
    ]
    let ranges = [IDMapRange(inner: 0, outer: 100_000, count: 65536)]
    second.plan.idMaps = IDMaps(users: ranges, groups: ranges)
    second.plan.becomesRootOfUserNamespace = true
    for name in ["root", "out", "root/bin", "root/etc"] { try second.give(name, to: 100_000) }
    let answer = try second.answer()
    try bundle.write("", "out/done")
    _ = try world.pidfd.wait()
    #expect(answer == "         0     100000      65536\n0\n1\n1\n")
  }

  @Test func anOrdinaryUserHasContainersToo() throws {
    let bundle = try ContainerBundle("")
    for name in ["root", "out", "root/bin", "root/etc"] { try bundle.give(name, to: 4321) }
    let own = CommandLine.arguments[0]
    let probe = own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "Probe"
    let script = """
      id -u; id -g; cat /proc/self/uid_map; echo $$; echo x > /dev/null && stat -c %u /dev /; wc -c < /proc/interrupts
      cat /proc/sys/net/ipv4/ip_forward; touch /x; grep CapEff /proc/self/status
      """
    var program = SystemCallProgram()
    let file = program.appendKeepingResult(
      .open(bundle.directory.appending("out/answer"), [.writeOnly, .create], mode: 0o666))
    for stream: Int32 in 1...2 { program.append(.duplicate(.register(file), as: stream)) }
    program.append(.setGroups([]))
    program.append(.setGroupID(4321))
    program.append(.setUserID(4321))
    let words = ["Probe", "container", bundle.directory.appending("root").string, script]
    program.append(.execute([FilePath(String(probe))], words.map { Array($0.utf8) }, environment: []))
    _ = try program.start().pidfd.wait()
    #expect(
      try bundle.read("out/answer") == """
        0
        0
                 0       4321          1
        1
        0
        0
        0
        1
        touch: /x: Read-only file system
        CapEff:\t0000000000000001

        """)
  }

  @Test func rootsInMemoryAreEnteredByAMove() throws {
    var bundle = try ContainerBundle("echo *; grep -c . /proc/self/mountinfo")
    bundle.plan.root?.isPivotedTo = false
    #expect(try bundle.answer().hasPrefix("bin dev etc out proc\n"))
  }

  @Test func aWorkingDirectoryOutsideIsRefused() throws {
    var bundle = try ContainerBundle("true")
    let outside = try FileDescriptor.open("/tmp", [.path, .directory])
    bundle.plan.workingDirectory = FilePath("/proc/self/fd/\(outside.number)")
    let error = #expect(throws: IsolationError.self) { _ = try bundle.answer() }
    #expect(
      error?.cause?.call == "getcwd" && error?.cause?.errno == Errno(rawValue: 18), "\(String(describing: error))")
  }
}

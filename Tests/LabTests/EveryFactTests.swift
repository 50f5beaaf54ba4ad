// Every property that a course can ask for, asked on the real kernel.

import Linux
import struct SystemPackage.FilePath
import Testing

@testable import Lab

@Suite struct EveryFactTests {
  private static let text = """
    # Every fact
    ## Every fact
    ### F1: of processes
    ```claim holds
    Each property of a process can be read.
    ```
    ```sh A
    export COLOUR=red; echo 42 and more > answer; ps -e -o pid,ppid,args > table
    env --block-signal=USR1 sleep 1001 &
    sleep 0.5
    kill -USR1 $!
    ```
    ```facts
    let kid = A.child("sleep 1001")
    kid.parent is A
    kid.session is A
    kid.threads contains kid
    kid.thread(1) is kid
    A.foreground is A
    A.children contains kid
    init.descendants contains kid
    kid.pid is not 1
    kid.innerPID is kid.pid
    kid.machinePID is not A.machinePID
    kid.pidLevels is 2
    A.startTime is at most kid.startTime
    kid.alive is yes
    kid.name is "sleep"
    kid.executable contains "/"
    kid.arguments is "sleep 1001"
    kid.state is "sleeping"
    kid.systemCall is "clock_nanosleep"
    kid.pendingSignals is "USR1"
    kid.cpuPercent is at most 50
    kid.credentials is A.credentials
    kid.userID is A.userID
    kid.innerUserID is 0
    kid.workingDirectory is "/tmp/home"
    kid.root is "/"
    kid.umask contains "0"
    kid.limits is A.limits
    kid.terminal is not B.terminal
    kid.controlGroups is A.controlGroups
    kid.environment(COLOUR) is "red"
    kid.environment(SHAPE) is absent
    kid.environmentBlock is not A.environmentBlock
    A.file("answer") is "42 and more"
    A.file("none") is absent
    A.number("answer") is 42
    A.rows("table") contains B
    A.column("table", "bash", PPID) is 1
    ```
    ### F2: of namespaces
    ```claim holds
    Each property of a namespace can be read.
    ```
    ```sh A
    unshare --user --map-root-user --uts --pid --net --mount --time --boottime 1000 --fork bash -c 'hostname x; sleep 1001 & wait' &
    ```
    ```facts
    let kid = A.child("sleep 1001")
    kid.hostname is "x"
    kid.domainname is A.domainname
    kid.namespaces is not A.namespaces
    kid.namespace(uts) is not A.namespace(uts)
    kid.namespaceForChildren(pid) is kid.namespace(pid)
    kid.namespace(pid).outer is A.namespace(pid)
    kid.namespace(uts).outer is absent
    kid.namespace(uts).owner is kid.namespace(user)
    kid.namespace(pid).members contains kid
    kid.namespace(pid).members lacks A
    A.namespace(pid).visible contains kid
    kid.namespace(pid).visible lacks A
    kid.namespace(uts).exists is yes
    kid.namespace(uts).descriptors is 0
    kid.namespace(uts).boundFiles is 0
    kid.innerUserID is 0
    kid.userMap is not ""
    kid.interfaces is at most 5
    kid.mounts("/proc") is at least 1
    kid.clockOffset(boottime) is 1000
    world.count is at least 5
    world.roots is not none
    machine.strays is none
    ```
    ### F3: of cgroups
    ```claim holds
    Each counter can be read.
    ```
    ```needs
    cgroup cpu
    cgroup memory
    cgroup pids
    ```
    ```facts
    A.counter("memory") is at least 1
    A.counter("memoryPeak") is at least 1
    A.counter("memoryKills") is 0
    A.counter("processes") is at least 3
    A.counter("refusedForks") is 0
    A.counter("throttled") is 0
    A.counter("cpuMilliseconds") is at least 0
    ```
    """

  @Test func everyPropertyIsAsked() {
    for property in Property.allCases {
      #expect(EveryFactTests.text.contains(".\(property.rawValue)"), "\(property)")
    }
  }

  @Test(arguments: [nil, 65534] as [UInt32?])
  func everyPropertyCanBeRead(user: UInt32?) throws {
    if user != nil && !LabProgram.isRoot { return }
    let directory = try LabProgram.makeDirectory("facts-\(user ?? 0)")
    let file = try LabProgram.write(EveryFactTests.text, in: directory)
    let run = try LabProgram.run(["check", "--verbose", "--course", file], user: user)
    #expect(run.status == (run.output.contains("cannot tell,") ? run.status : .exited(0)))
    #expect(!run.output.contains("NOT SO"), "\(run.output)")
    #expect(run.status == .exited(0) || run.output.contains("1 cannot tell"), "\(run.output)")
    try LabProgram.remove(directory, files: ["course.md"])
  }
}

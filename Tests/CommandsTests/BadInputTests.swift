// What nobody hopes for, verb by verb: processes that are not there, not one's own, dead or hidden; a machine without
// /proc. Each is answered with what, why and the documented exit status.

import Linux
import Testing

/// A command line, its exit status, and a part of what it says on standard error.
typealias Expectation = (words: String, status: Int32, says: String)

/// The verbs that are given a PID, and what each says when there is none of that PID.
private let absent: [Expectation] = [
  ("ps -p 999999", 1, ""), ("tree 999999", 1, "no process has PID 999999\n"),
  ("env 999999", 1, "no process has PID 999999\n"), ("env 999999 --diff", 1, "no process has PID 999999\n"),
  ("env 999999 --ancestry A", 1, "no process has PID 999999\n"), ("inspect 999999", 1, "no process has PID 999999\n"),
  ("ns 999999", 1, "no process has PID 999999\n"), ("ns -p 999999", 1, "no process has PID 999999\n"),
  ("ns --why 1", 1, "there is no namespace 1"), ("enter 999999 true", 125, "no process has PID 999999\n"),
  ("nsenter -t 999999 -u true", 1, "why: there is no process 999999\n"), ("kill 999999", 1, "No such process\n"),
  ("nsenter -t 999999 -a true", 1, "why: there is no process 999999\n"),
  ("kill --tree 999999", 1, "no such process\n"), ("kill --tree 1", 1, "why: every process descends from PID 1\n"),
  ("kill --tree 0", 1, "no such process\n"),
]

/// Numbers that are none.
private let malformed: [Expectation] = [
  ("ps -p x", 2, "try: pangaea ps --help"), ("tree x", 1, "no process, world or container 'x'"),
  ("tree 99999999999", 1, "no process has PID 99999999999\n"), ("env x", 1, "world or container 'x'"),
  ("env", 2, "try: pangaea env --help"), ("inspect x", 1, "world or container 'x'"),
  ("ns x", 1, "world, container or namespace 'x'\n  why: it is no PID"),
  ("ns /x", 2, "argument: '/x'\n  why: a namespace"),
  ("ns 99999999999999999999", 2, "argument: '99999999999999999999'\n  why:"),
  ("ns --why x", 2, "argument: 'x'\n  why: a namespace is given by its inode"), ("ns --why ''", 2, "argument: ''\n"),
  ("ns --why=nosuch", 2, "argument: 'nosuch'\n"), ("ns -J --why 1", 1, "there is no namespace 1"),
  ("ns -p x", 2, "invalid PID argument: 'x'"),
  ("enter x true", 125, "no process, world or container 'x'"), ("nsenter -t x true", 1, "'x' is no pid"),
  ("kill x", 1, "x is no PID"), ("kill --tree x", 1, "x is no PID"), ("hostname a b", 1, "one name can be set"),
  ("hostname ''", 1, "is no hostname"), ("run", 125, "no command"), ("lab check NOSUCHCLAIM", 2, "NOSUCHCLAIM"),
  ("lab check --format=x", 2, "  try: pangaea lab check --help\n"), ("lab --nosuch", 2, "  try: pangaea lab --help\n"),
]

@Suite struct BadProcessTests {
  @Test(arguments: absent + malformed) func isAnswered(_ expectation: Expectation) throws {
    let outcome = try run("sh", "-c", "\(pangaeaPath) \(expectation.words)")
    #expect(outcome.status == .exited(expectation.status), "\(outcome.error)")
    #expect(outcome.error.contains(expectation.says), "\(outcome.error)")
    #expect(outcome.error.isEmpty == expectation.says.isEmpty)
  }

  /// `$T` is a process of root's, with a UTS namespace of its own.
  @Test(
    .enabled(if: Caller.root.isPossible && Caller.ordinary.isPossible),
    arguments: [
      ("ps -p $T -o args=", 0, ""), ("tree $T", 0, ""), ("inspect $T", 0, ""),
      ("env $T", 2, "why: it belongs to user 0; to look takes that user"), ("env $T --diff", 2, "why: it belongs to"),
      ("env $T --ancestry A", 2, ""), ("ns $T", 2, "why: process $T is another user's"),
      ("ns -p $T", 2, "why: process $T is another user's"), ("enter $T true", 125, "why: process $T is another user's"),
      ("nsenter -t $T -u true", 1, "why: joining needs CAP_SYS_ADMIN"),
      ("nsenter -t $T -a true", 1, "why: process $T is another user's"),
      ("nsenter --uts=/proc/$T/ns/uts true", 1, "why: process $T is another user's"),
      ("kill $T", 1, "Operation not permitted"), ("kill --tree $T", 1, ""),
      ("hostname no.such", 1, "why: CAP_SYS_ADMIN is missing"), ("unshare -u true", 1, "CAP_SYS_ADMIN, which this"),
      ("run --share user -- true", 125, "CAP_SYS_ADMIN, which this process lacks"),
    ] as [Expectation])
  func ofAnotherUserIsOutOfReach(_ expectation: Expectation) throws {
    let outcome = try run(
      "sh", "-c",
      "unshare -u sleep 60 & T=$!; sleep 0.1; setpriv --reuid 65534 --regid 65534 --clear-groups \(pangaeaPath) "
        + "\(expectation.words); r=$?; kill $T || exit 99; echo $T; exit $r")
    let target = try #require(outcome.lines.last)
    #expect(outcome.status == .exited(expectation.status), "\(outcome.error)")
    let says = expectation.says.split(separator: "$T", omittingEmptySubsequences: false).joined(separator: target)
    #expect(outcome.error.contains(says), "\(outcome.error)")
  }

  /// `$Z` has ended, and its parent does not take notice.
  @Test(
    arguments: [
      ("ps -p $Z -o args=", 0, ""), ("tree $Z", 0, ""), ("inspect $Z", 0, ""),
      ("env $Z", 2, "has no environment: it has ended"), ("env $Z --ancestry A", 2, ""), ("ns $Z", 0, ""),
      ("enter $Z true", 125, "has ended, and its parent has not taken notice"),
      ("nsenter -t $Z -u true", 1, "has ended, and its parent has not taken notice"),
      ("kill --tree $Z", 1, "has ended, and its parent has not taken notice"),
    ] as [Expectation]) func thatHasEnded(_ expectation: Expectation) throws
  {
    let outcome = try run(
      "bash", "-c",
      "(sleep 0 & echo $!; exec sleep 60) > /dev/shm/pangaea-z-$$ & P=$!; sleep 0.2; read Z < /dev/shm/pangaea-z-$$; "
        + "rm /dev/shm/pangaea-z-$$; \(pangaeaPath) \(expectation.words); r=$?; kill $P; exit $r")
    #expect(outcome.status == .exited(expectation.status), "\(outcome.error)")
    #expect(outcome.error.contains(expectation.says), "\(outcome.error)")
  }

  /// PID 2 is one on the machine itself; in a container it is not seen.
  @Test(
    .enabled(if: (try? run("ps", "-o", "stat=,args=", "-p", "2").output.contains("[kthreadd]")) == true),
    arguments: [
      ("ps -p 2 -o args=", 0, ""), ("tree 2", 1, "is a thread of the kernel\n  try: add --kernel"),
      ("tree -k 2", 0, ""),
      ("inspect 2", 0, ""), ("env 2", 2, "has no environment: it is a kernel thread"),
      ("kill --tree 2", 1, "why: it is a thread of the kernel"),
    ] as [Expectation])
  func ofTheKernelIsOne(_ expectation: Expectation) throws {
    let outcome = try run("sh", "-c", "\(pangaeaPath) \(expectation.words)")
    #expect(outcome.status == .exited(expectation.status), "\(outcome.error)")
    #expect(outcome.error.contains(expectation.says), "\(outcome.error)")
  }

  /// Brackets, a newline, an escape and a byte that is no UTF-8 in a name.
  @Test(arguments: [
    "ps -f -p $N", "ps -o comm,args,exe -p $N", "tree $N", "tree -a $N", "tree --json $N", "env $N X", "inspect $N",
    "inspect --json $N", "ns -p $N -o COMMAND", "ns --json -p $N", "ns -r -p $N", "kill --tree --dry-run -v $N",
    "kill --tree --dry-run --json $N", "ps --json -o comm,args -p $N", "env $N --ancestry X",
  ])
  func ofAnyNameHarmsNoTerminal(words: String) throws {
    let directory = try TemporaryDirectory()
    let outcome = try run(
      "sh", "-c",
      "n=\"\(directory.path)/$(printf 'a)\\n\\033[31m\\377(')\"; cp /bin/sleep \"$n\"; X=\"$n\" \"$n\" 60 & N=$!; "
        + "sleep 0.2; \(pangaeaPath) \(words); r=$?; kill $N; exit $r")
    #expect(outcome.status == .exited(0), "\(outcome.error)")
    #expect(!outcome.output.utf8.contains(0x1b))
  }
}

@Suite(.enabled(if: Caller.root.isPossible)) struct NoProcTests {
  /// `run` and `enter` have theirs in RunWithoutProcTests.
  @Test(
    arguments: [
      ("ps -ef", 2, "mounted"), ("tree", 2, "mounted"), ("env 1", 2, "mounted"), ("inspect 1", 2, "mounted"),
      ("env 1 --ancestry A", 2, "mounted"), ("ns", 2, "mounted"), ("ns 1", 2, "mounted"), ("ns --why 1", 2, "mounted"),
      ("nsenter -t $S -a true", 1, "mounted"), ("nsenter -t $S -u true", 0, ""), ("unshare -r true", 1, "mounted"),
      ("unshare -u true", 0, ""), ("kill --tree $S", 1, "mounted"), ("kill $S", 0, ""), ("hostname", 0, ""),
      ("lab list", 0, ""), ("lab check S3", 77, "mounted"), ("--help", 0, ""), ("complete -- kill ''", 0, ""),
    ] as [Expectation]) func isSaid(_ expectation: Expectation) throws
  {
    let outcome = try run(
      "unshare", "-m", "--propagation", "private", "sh", "-c",
      "sleep 60 & S=$!; mount -t tmpfs none /proc; HOME=/tmp \(pangaeaPath) \(expectation.words); r=$?; kill $S; exit $r"
    )
    #expect(outcome.status == .exited(expectation.status), "\(outcome.error)")
    let says = expectation.says.isEmpty ? "" : "\n  why: no proc is mounted on /proc\n  try: mount -t proc proc /proc\n"
    #expect(outcome.error.contains(says), "\(outcome.error)")
  }

  /// Under hidepid an ordinary user sees no process of another.
  @Test(
    .enabled(if: Caller.ordinary.isPossible),
    arguments: [
      ("ps -p 1", 1, ""), ("ps -ef", 0, ""), ("tree", 0, ""), ("tree 1", 2, "hidden"), ("env 1", 2, "hidden"),
      ("inspect 1", 2, "hidden"), ("ns", 0, ""), ("ns 1", 2, "hidden"), ("enter 1 true", 125, "hidden"),
      ("nsenter -t 1 -a true", 1, "hidden"), ("kill --tree 1", 1, "hidden"), ("run -- true", 0, ""),
      ("unshare -Urpf --mount-proc true", 0, ""), ("tree 77777", 1, "no process has PID 77777"),
    ] as [Expectation])
  func hiddenIsNotAbsent(_ expectation: Expectation) throws {
    let outcome = try run(
      "unshare", "-mpf", "--propagation", "private", "sh", "-c",
      "mount -t proc -o hidepid=2 proc /proc; setpriv --reuid 65534 --regid 65534 --clear-groups \(pangaeaPath) "
        + "\(expectation.words); exit $?")
    #expect(outcome.status == .exited(expectation.status), "\(outcome.error)")
    let says = expectation.says == "hidden" ? "why: /proc is mounted with hidepid=" : expectation.says
    #expect(outcome.error.contains(says), "\(outcome.error)")
  }
}

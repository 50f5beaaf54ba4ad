// `ps` beside the one of procps: the same processes, the same options, the same bytes.

import Linux
import Testing
import struct SystemPackage.FilePath

/// The shell that runs both programs on processes that hold still.
private func shell(_ script: String) throws -> (output: String, status: Linux.ExitStatus) {
  let own = CommandLine.arguments[0]
  let folder = own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex)
  let pipe = try Pipe()
  var program = SystemCallProgram()
  program.append(.duplicate(.descriptor(pipe.writing.number), as: 1))
  program.append(
    .execute(
      ["/bin/sh"], ["sh", "-c", script].map { Array($0.utf8) },
      environment: ["PATH=/usr/bin:/bin:/usr/sbin", "PANGAEA=\(folder)pangaea"].map { Array($0.utf8) }))
  let child = try program.start()
  close(pipe.writing)
  try child.report.awaitExecution()
  let output = try pipe.reading.readAll()
  return try (String(decoding: output, as: UTF8.self), child.pidfd.wait())
}

private func close(_ descriptor: consuming FileDescriptor) {}

/// Whether the peer is the version that is compared with.
private let hasPeer: Bool = {
  do { return try shell("ps --version").output.contains("procps-ng 4.0.2") } catch { return false }
}()

private let canMakePIDNamespaces =
  (try? shell("unshare -Urmpf --mount-proc true 2>/dev/null").status) == .exited(0)

@Suite struct ProcessStatusTests {
  /// Starts sleepers, a zombie and a program of many threads, prints with both programs what `$a` asks for, and says
  /// what differs. `$p` is the list of PIDs.
  private func differences(_ options: [String]) throws -> String {
    let lines = options.map { "compare \($0)" }.joined(separator: "\n")
    return try shell(
      """
      d=$(mktemp -d); ln -s "$PANGAEA" $d/ps
      sleep 60 & a=$!; nice -n 5 sleep 61 & b=$!; sh -c 'exec sleep 62' 'blanks  inside' & c=$!
      (sleep 0 & exec sleep 63) & z=$!
      sleep 0.3; p=$a,$b,$c,$z,$(ps -o pid= --ppid $z | tr -d ' '),2
      compare() {
        for try in 1 2 3; do
          ps "$@" >$d/1 2>$d/e1; s1=$?; $d/ps "$@" >$d/2 2>$d/e2; s2=$?
          cmp -s $d/1 $d/2 && cmp -s $d/e1 $d/e2 && [ $s1 = $s2 ] && return
        done
        echo "differs ($s1, $s2): $*"; diff $d/1 $d/2 | head -4
      }
      \(lines)
      kill $a $b $c $z; wait 2>/dev/null; rm -r $d
      """
    ).output
  }

  @Test(.enabled(if: hasPeer)) func everyColumn() throws {
    // Those that count time or share memory change between the two runs.
    let changing = "%cpu|pcpu|cp|cuu|cuc|pss|numa|_.*"
    let result = try differences([
      "-p $p -o pid; for f in $(ps L | cut -d' ' -f1 | grep -vxE '\(changing)'); do "
        + "compare -p $p -o $f; compare -p $p -o $f,pid; compare -p $p -o pid,$f:4,ppid; done; :"
    ])
    #expect(result == "")
  }

  @Test(.enabled(if: hasPeer)) func unixFormats() throws {
    let formats = [
      "-f", "-F", "-l", "-lf", "-j", "-lj", "-ly", "-fc", "-lc", "-fj", "-fL", "-fT", "-lL", "-FL", "-L", "-T", "-fP",
      "-fM", "-Z", "-H", "-fH", "-FP", "-Fly", "-ljf", "-c", "-jc", "--context",
    ]
    let result = try differences(formats.map { "\($0) -p $p" })
    #expect(result == "")
  }

  @Test(.enabled(if: hasPeer)) func bsdFormats() throws {
    let formats = ["p", "jp", "lp", "sp", "vp", "Xp", "fp", "jfp", "wp", "wwp", "Hp", "mp", "hp", "np"]
    let result = try differences(formats.map { "\($0) $p" } + ["$a $b"])
    #expect(result == "")
  }

  @Test(.enabled(if: hasPeer), arguments: [20, 40, 60, 80, 132])
  func narrowScreens(columns: Int) throws {
    let lists = ["pid,args", "args,pid", "pid,comm,args,user", "pid,pending,blocked,stat", "pid,user:3,args"]
    let result = try differences(lists.map { "-p $p -o \($0) --cols \(columns)" })
    #expect(result == "")
  }

  @Test(.enabled(if: hasPeer)) func selectionsAndOrders() throws {
    let options = [
      "-p 999999", "-p 0", "-p abc", "-p", "-C nosuchthing", "--foo", "-p $p -y", "-L -T -p $p", "-f -o pid -p $p",
      "-p $p -o pid=X,comm=Y", "-p $p -o pid=,comm=", "-p $p -o pid,,comm", "-p $p -o nonsense", "-p $p --cols 0",
      "-p $p --sort -comm,+pid -o pid,comm", "-p $p --sort rss -o pid", "k-pid p $p", "-q $p -o pid", "O user p $p",
      "Op p $p", "-O user -p $p", "--ppid 2 -o pid", "-N -u root", "-p $p -u nosuchuser",
      "--forest -p $p,$$ -o pid,args",
      "-p $p --headers --lines 3", "g p $p", "gl p $p", "g -a p $p", "-p $p -o DefSysV", "-p $p -o RUSAGE",
      "-p $p --no-headers", "$a h",
    ]
    let result = try differences(options)
    #expect(result == "")
  }

  /// In a PID namespace of its own, where both programs have PID 1 to show and children of it.
  @Test(
    .enabled(if: hasPeer && canMakePIDNamespaces),
    arguments: ["-e --forest", "axf", "axjf", "f x", "-ejH", "-eH", "-ef --forest"])
  func forestsOfPID1(_ options: String) throws {
    let compared = try shell(
      """
      unshare -Urmpf --mount-proc sh -s <<'END'
      mount -t tmpfs none /mnt; ln -s "$PANGAEA" /mnt/ps
      sh -c 'sleep 60 & sleep 61 & wait' & sleep 62 & (sleep 63 &); setsid sh -c 'sleep 64 & wait' & sleep .4
      show() { "$1" \(options) >/mnt/shown; grep -vE '[ /]ps( \(options))?$' /mnt/shown; }
      show ps; echo =====; show /mnt/ps
      END
      """)
    let parts = compared.output.split(separator: "=====\n")
    #expect(parts.count == 2 && parts[0] == parts[1], "\(compared.output)")
  }

  @Test func theVerbsOwnDefaultsAndStatuses() throws {
    let none = try shell("\"$PANGAEA\" ps -p 999999 >/dev/null")
    #expect(none.status == .exited(1))
    let wrong = try shell("\"$PANGAEA\" ps --foo 2>/dev/null")
    #expect(wrong.status == .exited(2))
    let full = try shell("\"$PANGAEA\" ps | head -1; \"$PANGAEA\" ps -f | head -1")
    let lines = full.output.split(separator: "\n")
    #expect(lines.count == 2 && lines[0] == lines[1])
  }

  @Test func endsQuietlyWhenNobodyReads() throws {
    let closed = try shell("\"$PANGAEA\" ps -ef 2>&1 >&- | grep -c trap; (trap '' PIPE; \"$PANGAEA\" ps -ef; :) | true")
    #expect(closed.output == "0\n")
    let full = try shell("\"$PANGAEA\" ps -ef >/dev/full 2>/dev/null")
    #expect(full.status == .exited(2))
  }

  @Test func aMegabyteOfArgumentsAndAHundredThousandVariables() throws {
    let long = try shell(
      "x=$(head -c 120000 /dev/zero | tr '\\0' x); sh -c 'kill -STOP $$; :' $x $x $x $x $x $x $x $x $x & sleep 0.2; "
        + "\"$PANGAEA\" ps -o args= -p $! | wc -c; kill -KILL $!")
    #expect((Int(long.output.filter { $0.isNumber }) ?? 0) > 1_080_000)
    let variables = (0..<100_000).map { Array("V\($0)=1".utf8) }
    var program = SystemCallProgram()
    program.append(.execute(["/bin/sleep"], [Array("sleep".utf8), Array("60".utf8)], environment: variables))
    let child = try program.start()
    try child.report.awaitExecution()
    let many = try shell("\"$PANGAEA\" ps -o environ= -p \(child.processID) | tr ' ' '\\n' | grep -c ^V")
    try child.pidfd.send(.kill)
    _ = try child.pidfd.wait()
    #expect(many.output == "100000\n")
  }

  /// What every inspector has, and the original has not: under its name neither is known.
  @Test func watchesAndColoursAsAVerbAlone() throws {
    let lines = try shell("timeout -s INT 20 \"$PANGAEA\" ps --json --watch 0.1 -o pid -p $$ | head -3").output
    #expect(lines.split(separator: "\n").count == 3)
    #expect(lines.split(separator: "\n").allSatisfy { $0.hasPrefix("{\"processes\":[{\"pid\":") })
    let text = try shell("timeout -s INT 20 \"$PANGAEA\" ps --watch=0.1 -o pid= -p $$ | head -3").output
    #expect(Set(text.split(separator: "\n")).count == 1 && text.split(separator: "\n").count == 3)
    for wrong in ["--watch 0", "--watch x", "--watch", "--color=blue"] {
      #expect(try shell("\"$PANGAEA\" ps \(wrong) 2>/dev/null").status == .exited(2), "\(wrong)")
    }
    let coloured = try shell(
      "unshare -Ur sleep 60 & sleep 0.2; \"$PANGAEA\" ps --color=always -o pid,userns,utsns -p $!; kill $!"
    ).output.split(separator: "\n")
    #expect(coloured.first?.contains("\u{1b}[1mUSERNS\u{1b}[0m") == true)
    #expect(coloured.last?.split(separator: "\u{1b}").count == 3, "the UTS namespace is the machine's")
    #expect(try !shell("\"$PANGAEA\" ps -o pid,userns").output.contains("\u{1b}"))
  }

  @Test(.enabled(if: hasPeer)) func theClassicNameKnowsNoOtherOptions() throws {
    #expect(
      try differences(["--json", "--watch 1", "--watch=1", "--color", "--color=always", "-e --json --color"]) == "")
  }

  @Test func jsonKeepsWhatATableMustHide() throws {
    let result = try shell(
      "sh -c 'kill -STOP $$; :' 'a\u{1b}b' & sleep 0.2; \"$PANGAEA\" ps --json -o pid,args -p $!; kill -KILL $!")
    #expect(result.output.contains("a\\u001bb"))
    #expect(result.output.contains("\"errors\": []"))
  }
}

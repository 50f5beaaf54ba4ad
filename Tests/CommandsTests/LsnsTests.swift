// `lsns` beside the installed lsns(8), in a world where nothing else happens: same lines, same exit statuses.

import Linux
import Testing
import struct SystemPackage.FilePath

private let pangaea: String = {
  let own = CommandLine.arguments[0]
  return own.prefix(through: own.lastIndex(of: "/") ?? own.startIndex) + "pangaea"
}()

private let hasLsns: Bool = {
  do { return try FileDescriptor.workingDirectory.status(of: "/usr/bin/lsns").isFile } catch { return false }
}()

@Suite(.enabled(if: UserIDs.current.effective == 0 && hasLsns)) struct LsnsTests {
  private static let commandLines = [
    "", "-l", "-J", "-r", "-n", "-u", "-W", "-t uts", "-t net", "-t net -t uts", "-r -t net", "-T", "-Towner",
    "-T=parent", "-Tprocess", "--tree=parent", "-o NS,TYPE", "-o +PATH", "--output-all", "-J --output-all",
    "-r --output-all", "-p 1", "-p 999999999", "-p x", "-p 1 4", "-t foo", "-o FOO", "-J -r", "--bad", "-T=foo", "-o",
    "-J -T -t uts", "-o ns,type,pns,ons,uid,ppid", "1", "abc", "$I", "-l $I", "-r $I", "-o NS,PPID $I",
    "-l -r -o PATH,COMMAND $I", "-o PPID,USER $I",
  ]

  @Test func answersAsLsnsDoes() throws {
    let runs = Self.commandLines.map { "compare \($0)" }.joined(separator: "\n")
    let script = """
      mount --make-rprivate / && mount -t proc none /proc && mount -t tmpfs none /mnt && cd /mnt
      ln -s \(pangaea) lsns
      # All PIDs but the first have as many digits.
      echo 1000 > /proc/sys/kernel/ns_last_pid
      sleep 60 & unshare -n sh -c 'sleep 60 & exec sleep 60' & unshare -Ur unshare -pf sleep 60 &
      until [ $(ls -d /proc/[0-9]* | wc -l) -ge 7 ]; do sleep 0.05; done; sleep 0.2
      I=$(stat -L -c %i /proc/self/ns/uts)
      compare() {
        lsns "$@" > a 2>&1; echo "status $?" >> a
        ./lsns "$@" > b 2>&1; echo "status $?" >> b
        # The program that looks sees itself, under a PID of its own.
        sed -i -E 's#\\./lsns#lsns#g; /lsns( |.x20)/s/[0-9]+/N/; /lsns( |.x20)/s#/proc/[0-9]+/#/proc/N/#' a b
        cmp -s a b || { echo "lsns $*"; diff a b; }
      }
      \(runs)
      # What lsns shows since 2.39: namespaces that a mount alone keeps.
      touch place && unshare --net=/mnt/place true
      ./lsns -P -n -o TYPE,NPROCS,NSFS
      """
    #expect(try output(ofScript: script) == "net       0 /mnt/place\n")
  }

  /// What is no text is the original's to the byte, in a locale of UTF-8 and in one of ASCII.
  @Test func showsOddBytesAsLsnsDoes() throws {
    let script = #"""
      mount --make-rprivate / && mount -t proc none /proc && mount -t tmpfs none /mnt && cd /mnt
      ln -s \#(pangaea) lsns
      x=$(printf 'a\377b\033c \303\251 \\x41 \\y\"\t\177\b\f \302\205 \342\200\256 \342\200\250')
      unshare -u sh -c 'sleep 60; :' "$x" &
      until lsns -n -t uts | grep -q 'sleep 60; :'; do sleep 0.05; done
      for locale in C.UTF-8 C; do
        for form in '' -r -J; do
          LC_ALL=$locale lsns $form -t uts -o TYPE,COMMAND | grep -a 'sleep.*60;' > a
          LC_ALL=$locale ./lsns $form -t uts -o TYPE,COMMAND | grep -a 'sleep.*60;' > b
          cmp a b && wc -l < a
        done
      done
      """#
    #expect(try output(ofScript: script) == String(repeating: "1\n", count: 6))
  }

  /// Runs a script of sh, with a locale of UTF-8, in a world of its own to its end.
  private func output(ofScript script: String) throws -> String {
    let pipe = try Pipe()
    var program = SystemCallProgram()
    program.append(.duplicate(.descriptor(pipe.writing.number), as: 1))
    program.append(.duplicate(.descriptor(pipe.writing.number), as: 2))
    let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "SCRIPT=" + script].map {
      Array($0.utf8)
    }
    let command = ["sh", "-c", "\n\teval \"$SCRIPT\""].map { Array($0.utf8) }
    program.append(.execute(["/bin/sh"], command, environment: environment))
    let child = try program.start(namespaces: [.newPID, .newMount, .newUTS])
    close(pipe.writing)
    try child.report.awaitExecution()
    let text = try pipe.reading.readAll()
    _ = try child.pidfd.wait()
    return String(decoding: text, as: UTF8.self)
  }

  private func close(_ descriptor: consuming FileDescriptor) {}
}

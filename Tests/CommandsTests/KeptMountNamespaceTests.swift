// unshare --mount=FILE, whichever processor it starts on: since Linux 6.18 the kernel refuses to mount a mount namespace
// that another processor has given a smaller number than the mounting one's.

import Linux
import Testing

@Suite(.enabled(if: canRunScripts, "needs root and util-linux")) struct KeptMountNamespaceTests {
  /// Makes a world on each processor, and in each from each processor kept namespaces, a hundred in all.
  @Test func isKeptFromEveryProcessor() throws {
    let script = """
      all=$(taskset -cp $$ | sed 's/.*: //'); count=0
      processors=$(taskset -cp $$ | sed 's/.*: //; s/,/ /g' | tr ' ' '\\n' | awk -F- '{for (i=$1; i<=$NF; i++) print i}' | head -4)
      each=$((100 / $(echo $processors | wc -w) / $(echo $processors | wc -w)))
      for outer in $processors; do for inner in $processors; do
        taskset -c $outer unshare -m --propagation private sh -c '
          mount -t tmpfs none /mnt; touch /mnt/f; for i in $(seq '$each'); do
            taskset -c '$inner' sh -c "taskset -cp '$all' \\$\\$ >/dev/null; exec \(pangaeaPath) unshare --mount=/mnt/f true" || exit 1
            umount /mnt/f || exit 1
          done' || echo "from $inner in a world of $outer: not kept"
        count=$((count + each))
      done; done; echo $count
      """
    let outcome = try run("sh", "-c", script)
    #expect(Int(outcome.output.trimmed).map { $0 >= 90 } == true, "\(outcome)")
    #expect(outcome.error.isEmpty)
  }

  @Test func leavesTheProcessorsAsTheyWere() throws {
    let script = """
      mount -t tmpfs none /mnt; touch /mnt/f; taskset -cp $$ | sed 's/.*: //'
      \(pangaeaPath) unshare --mount=/mnt/f sh -c 'taskset -cp $$' | sed 's/.*: //'
      """
    let lines = try run("unshare", "-m", "--propagation", "private", "sh", "-c", script).lines
    #expect(lines.count == 2 && lines[0] == lines[1], "\(lines)")
  }
}

// The completions in the shells that they are for: a verb, an option, a value, a live PID, a file.

import Linux
import Testing

/// A shell that completes command lines of the built program.
private struct CompletingShell {
  let name: String
  /// Run by the shell itself, with the script's share directory as `$SHARE`: prints the candidates for the command
  /// line in `$LINE`.
  let program: String

  static let all = [
    CompletingShell(
      name: "bash",
      program: """
        PATH=$BIN:$PATH; source $SHARE/bash-completion/completions/pangaea
        read -ra COMP_WORDS <<< "$LINE"; [[ $LINE == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _pangaea 2>/dev/null; printf '%s\\n' "${COMPREPLY[@]}"
        """),
    CompletingShell(
      name: "fish",
      program:
        "set -gx PATH $BIN $PATH; source $SHARE/fish/vendor_completions.d/pangaea.fish; complete -C\"$LINE\" | string replace -r '\\t.*' ''"
    ),
    // What a person sees who types the line and a tab.
    CompletingShell(
      name: "zsh",
      program: """
        export PATH=$BIN:$PATH; zmodload zsh/zpty; zpty -b person 'zsh -f -i'
        hear() { local chunk heard; repeat $1; do zpty -r -t person chunk && heard+=$chunk; sleep 0.05; done; print -r -- $heard }
        zpty -w person "PS1='> '; fpath=($SHARE/zsh/site-functions \\$fpath); autoload -Uz compinit; compinit -u -D"
        zpty -w person "stty -echo; LISTMAX=10000; zstyle ':completion:*' list-prompt ''"
        hear 30 >/dev/null; zpty -w -n person "$LINE"$'\\t'; hear 30; zpty -d person
        """),
  ]

  var isInstalled: Bool { (try? run(name, "--version").status) == .exited(0) }

  func candidates(for line: String) throws -> String {
    let directory = try TemporaryDirectory()
    let binaries = try directory.directory("bin")
    _ = try run("ln", "-s", pangaeaPath, "\(binaries)/pangaea")
    try #require(pangaea("generate", "\(directory.path)/share").status == .exited(0))
    let started = try StartedProgram(
      [name, "-c", program],
      environment: [
        "BIN=\(binaries)", "SHARE=\(directory.path)/share", "LINE=\(line)", "HOME=\(directory.path)",
        "TERM=vt100", "COLUMNS=200",
      ])
    let outcome = try started.finish(within: 60)
    return outcome.output + outcome.error
  }
}

@Suite(.enabled(if: CompletingShell.all.allSatisfy(\.isInstalled), "needs bash, zsh and fish"))
struct ShellCompletionTests {
  @Test(
    arguments: CompletingShell.all.map(\.name),
    [
      ("pangaea hostn", "hostname"), ("pangaea tree --anc", "--ancestors"), ("pangaea tree --color ne", "never"),
      ("pangaea unshare --propagation sla", "slave"), ("pangaea hostname -F /etc/passw", "/etc/passwd"),
    ])
  func completes(shell: String, typed: (line: String, candidate: String)) throws {
    let shell = try #require(CompletingShell.all.first { $0.name == shell })
    let shown = try shell.candidates(for: typed.line)
    #expect(shown.contains(typed.candidate), "\(shown)")
  }

  @Test(arguments: CompletingShell.all.map(\.name)) func completesALivePID(shell: String) throws {
    let shell = try #require(CompletingShell.all.first { $0.name == shell })
    let sleeper = try StartedProgram(["sleep", "60"])
    let processID = "\(sleeper.processID)"
    // All but the last digit: others may begin so, too.
    let shown = try shell.candidates(for: "pangaea tree \(processID.dropLast())")
    try sleeper.pidfd.send(.kill)
    _ = try sleeper.finish()
    #expect(shown.contains(processID), "\(shown)")
  }
}

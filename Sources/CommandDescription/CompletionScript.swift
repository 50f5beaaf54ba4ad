// The scripts that teach bash, zsh and fish to ask the program's verb `complete` what can come next.

/// A shell that can complete.
public enum CompletionScript: String, CaseIterable {
  /// The GNU shell.
  case bash
  /// The Z shell.
  case zsh
  /// The friendly interactive shell.
  case fish

  /// Where a share directory has the script of a program.
  public func path(for program: String) -> String {
    switch self {
    case .bash: "bash-completion/completions/\(program)"
    case .zsh: "zsh/site-functions/_\(program)"
    case .fish: "fish/vendor_completions.d/\(program).fish"
    }
  }

  /// The script of a program.
  public func text(for program: String) -> String {
    switch self {
    case .bash: CompletionScript.bash(program)
    case .zsh: CompletionScript.zsh(program)
    case .fish: CompletionScript.fish(program)
    }
  }

  private static func bash(_ program: String) -> String {
    #"""
    # Completion of \#(program)(1) for bash: the program itself says what can come next.
    _\#(program)() {
      local word=${COMP_WORDS[COMP_CWORD]} line lines=() words=("${COMP_WORDS[@]:1:COMP_CWORD}")
      # bash takes --name=value for three words.
      if [[ $word == "=" && COMP_CWORD -gt 1 ]]; then
        word=
        words=("${COMP_WORDS[@]:1:COMP_CWORD-2}" "${COMP_WORDS[COMP_CWORD-1]}=")
      elif [[ COMP_CWORD -gt 2 && ${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
        words=("${COMP_WORDS[@]:1:COMP_CWORD-3}" "${COMP_WORDS[COMP_CWORD-2]}=$word")
      fi
      mapfile -t lines < <("${COMP_WORDS[0]}" complete -- "${words[@]}" 2>/dev/null)
      COMPREPLY=()
      case ${lines[0]} in
        :files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
        :directories) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
        :commands) mapfile -t COMPREPLY < <(compgen -c -- "$word"); return ;;
      esac
      for line in "${lines[@]}"; do
        line=${line%%$'\t'*}
        [[ ${words[-1]} == --*=* ]] && line=${line#*=}
        COMPREPLY+=("$line")
      done
    }
    complete -F _\#(program) \#(program)

    """#
  }

  private static func zsh(_ program: String) -> String {
    #"""
    #compdef \#(program)
    # Completion of \#(program)(1) for zsh: the program itself says what can come next.
    _\#(program)() {
      local line
      local -a lines candidates
      lines=("${(@f)$($words[1] complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
      case $lines[1] in
        :files) _files; return ;;
        :directories) _files -/; return ;;
        :commands) _command_names -e; return ;;
      esac
      for line in $lines; do
        candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
      done
      _describe -V \#(program) candidates
    }
    if [[ $funcstack[1] == _\#(program) ]]; then _\#(program) "$@"; else compdef _\#(program) \#(program); fi

    """#
  }

  private static func fish(_ program: String) -> String {
    #"""
    # Completion of \#(program)(1) for fish: the program itself says what can come next.
    function __\#(program)_complete
      set -l words (commandline -opc) (commandline -ct)
      set -l lines ($words[1] complete -- $words[2..-1] 2>/dev/null)
      switch "$lines[1]"
        case :files
          __fish_complete_path (commandline -ct)
        case :directories
          __fish_complete_directories (commandline -ct)
        case :commands
          __fish_complete_command
        case '*'
          printf '%s\n' $lines
      end
    end
    complete -c \#(program) -f -a '(__\#(program)_complete)'

    """#
  }
}

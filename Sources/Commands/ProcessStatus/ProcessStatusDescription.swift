// What a person may know of `ps` before using it: its help page, manual page and completions come from here.

internal import CommandDescription

extension ProcessStatusCommand {
  static let description = VerbDescription(
    name: "ps",
    abstract: "show processes as a table",
    usage: ["[options] [PID...]"],
    discussion: [
      "Options may be UNIX's, with a hyphen (-ef), BSD's, without (aux), and GNU's, with two (--sort). They mean what "
        + "they mean to ps(1) of procps. Without any, shows what `ps -f` shows: your processes of this terminal.",
      "With -L and -T the row of a main thread tells of that thread alone, its TIME and %CPU too "
        + "(/proc/PID/task/PID/stat); ps(1) of procps 4.0.2 prints those of the whole process there.",
      "What is piped is never cut; on a terminal rows end at its edge unless -w is given twice.",
    ],
    options: selecting + columns + form,
    operands: .processID,
    examples: [
      .init(command: "pangaea ps -ef", meaning: "Every process."),
      .init(
        command: "pangaea ps -eo pid,nspid,user,container,utsns,args --sort utsns",
        meaning: "Every process with its container and UTS namespace, and its PIDs in each PID namespace."),
    ],
    exitStatuses: [
      .init(status: "0", meaning: "processes were found"), .init(status: "1", meaning: "none was found"),
      .init(status: "2", meaning: "trouble"),
    ],
    seeAlso: ["ps(1)", "proc(5)"])

  private typealias Line = (Character?, String?, OptionDescription.Value, String)

  private static let selecting: [OptionDescription] =
    ([
      ("e", nil, .none, "all processes"), ("A", nil, .none, "as -e"),
      ("a", nil, .none, "all with a terminal, session leaders left out"),
      ("d", nil, .none, "all but session leaders"), ("N", "deselect", .none, "all but those selected"),
      ("p", "pid", .required("LIST"), "by PID"), (nil, "ppid", .required("LIST"), "by the parent's PID"),
      ("q", "quick-pid", .required("LIST"), "by PID, in the order given"),
      ("u", "user", .required("LIST"), "by effective user"), ("U", "User", .required("LIST"), "by real user"),
      ("g", nil, .required("LIST"), "by session, or by effective group"),
      (nil, "group", .required("LIST"), "by effective group"), ("G", "Group", .required("LIST"), "by real group"),
      ("s", "sid", .required("LIST"), "by session"), ("t", "tty", .required("LIST"), "by terminal"),
      ("C", nil, .required("LIST"), "by the program's name"),
    ] as [Line]).map {
      OptionDescription($0, $1, $3, value: $2, completion: completion(of: $1 ?? ""), section: "Selecting processes")
    }

  private static let columns: [OptionDescription] =
    ([
      ("f", nil, .none, "full format"), ("F", nil, .none, "extra full format"), ("l", nil, .none, "long format"),
      ("j", nil, .none, "jobs format"), ("y", nil, .none, "with -l: RSS in place of ADDR, and no flags"),
      ("c", nil, .none, "scheduling class in place of CPU use"), ("P", nil, .none, "a column of processors"),
      ("M", nil, .none, "a column of security labels"), ("Z", nil, .none, "as -M"),
      ("o", "format", .required("LIST"), "the columns given; `ps L` lists their names"),
      ("O", nil, .required("LIST"), "the columns given among the usual ones"),
      ("L", nil, .none, "each thread in a row, with LWP and NLWP"),
      ("T", nil, .none, "each thread in a row, with SPID"),
      ("m", nil, .none, "threads below their process"), (nil, "context", .none, "PID, context and command"),
    ] as [Line]).map { letter, word, value, help in
      let takesColumns = letter == "o" || letter == "O"
      return OptionDescription(
        letter, word, help, value: value, completion: takesColumns ? .columns : .none, section: "Columns and threads")
    }

  private static let form: [OptionDescription] =
    ([
      ("H", nil, .none, "the hierarchy by indentation"), (nil, "forest", .none, "the hierarchy with branches"),
      (nil, "sort", .required("LIST"), "by columns; - before a name reverses"),
      (nil, "no-headers", .none, "no headings"), (nil, "headers", .none, "headings on each page"),
      (nil, "cols", .required("N"), "the screen's width"), (nil, "columns", .required("N"), "as --cols"),
      (nil, "width", .required("N"), "as --cols"), (nil, "rows", .required("N"), "the screen's height"),
      (nil, "lines", .required("N"), "as --rows"), ("w", nil, .none, "wide; twice: without limit"),
      (nil, "cumulative", .none, "count what ended children used"), (nil, "json", .none, "print JSON"),
      (nil, "watch", .required("SECONDS"), "look again every so many seconds"),
      (nil, "color", .optionalAfterWord("WHEN"), "colour headings and namespaces: auto, always or never"),
      (nil, "help", .none, "show this help"), ("V", "version", .none, "show the version"),
    ] as [Line]).map {
      OptionDescription($0, $1, $3, value: $2, completion: completion(of: $1 ?? ""), section: "Form")
    }

  private static func completion(of name: String) -> CompletionSource {
    switch name {
    case "pid", "ppid", "quick-pid", "sid": .processID
    case "user", "User": .user
    case "group", "Group": .group
    case "sort": .columns
    case "color": .words(ColorChoice.allCases.map(\.rawValue))
    default: .none
    }
  }
}

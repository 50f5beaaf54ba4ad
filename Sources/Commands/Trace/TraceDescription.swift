// The options of `trace`, the one source of its help, its manual page and its completions.

internal import CommandDescription

enum TraceDescription {
  static var verb: VerbDescription {
    VerbDescription(
      name: "trace",
      abstract: "tell of each fork, exec and exit as it happens",
      usage: ["[options] [--] COMMAND [ARGUMENT...]", "[options] -p PID", "[options] --all", "replay [options] FILE"],
      discussion: [
        """
        Runs the command, tells of every process that it and its descendants beget, however short it lives, and ends \
        with the family tree: how long each lived, how it ended, the most memory it had, and what it changed beside its \
        parent: namespaces (+uts), working directory, user and group. The kernel announces the events; nothing is \
        stopped, as ptrace(2) would.
        """,
        """
        The kernel does so in the machine's own PID and network namespaces, for root and, since Linux 6.6, for everybody; \
        peaks of memory and processor times it tells root alone. Events that the kernel had to drop are \
        counted, and what can be seen of them in /proc is filled in; statistics that it had to drop are counted, too.
        """,
        """
        Elsewhere /proc is looked at, 50 times a second for a command or a branch and 10 times for the machine, less often \
        where a look takes more than a fifth of that; the first line says so. Who was seen is held, so that its end is told at once, and its \
        status: since Linux 6.15 always, before that of one's own processes while nobody has waited for them. Missed are: \
        who begins and ends between two looks, and of a branch whoever such a one begot; of several programs or changes between two looks all \
        but the last; threads; peaks of memory and processor times. Forks, execs and changes are told with the time of the \
        look. Whom the limit of open descriptors (ulimit -n, less 32) leaves no room for is not held: its end is told at \
        the next look, without its status, and the last line says of how many that is so.
        """,
        """
        An interruption of -p or --all lets it tell what happened until then, for at most 5 seconds; a second one ends it at \
        once, and what was left unread is counted.
        """,
        """
        Beside a command the lines go to standard error, since standard output is the command's; -o names a file.
        """,
      ],
      options: subjects + told + forms,
      operands: .command,
      examples: [
        .init(command: "pangaea trace -- make", meaning: "What a build starts, and what takes its time."),
        .init(command: "pangaea trace -q -- sh -c 'true; false'", meaning: "The family tree alone."),
        .init(command: "pangaea trace --all --json", meaning: "Every process of the machine, a line an event."),
        .init(
          command: "pangaea trace -q --record build.trace -- make; pangaea trace replay --html build.html build.trace",
          meaning: "Keeps a build, and draws it later."),
      ],
      exitStatuses: [
        .init(status: "1", meaning: "there is no such process"),
        .init(status: "125", meaning: "the events or the command could not be had"),
        .init(status: "126", meaning: "the command cannot be executed"),
        .init(status: "127", meaning: "the command was not found"),
        .init(status: "128+n", meaning: "the command was ended by signal n"),
        .init(status: "else", meaning: "the command's own exit status; 0 without a command"),
      ],
      seeAlso: ["strace(1)", "proc(5)"],
      verbs: [replay])
  }

  static var replay: VerbDescription {
    VerbDescription(
      name: "replay",
      abstract: "tell again what `trace --record` has kept",
      usage: ["[options] FILE"],
      discussion: [
        "Environments are told of when they were recorded, with --env. The file is an SQLite database, open to other tools."
      ],
      options: told + forms,
      operands: .file,
      examples: [.init(command: "pangaea trace replay -q build.trace", meaning: "The family tree of a build.")],
      exitStatuses: [
        .init(status: "0", meaning: "told"), .init(status: "2", meaning: "there is no record, or it is damaged"),
        .init(status: "125", meaning: "the output could not be written"),
      ],
      seeAlso: ["sqlite3(1)"])
  }

  private static var subjects: [OptionDescription] {
    [
      .init(
        "p", "pid", "follow a process that runs, and its descendants", value: .required("PID"),
        completion: .processID),
      .init("a", "all", "follow all processes of the machine, until interrupted"),
      .init(nil, "record", "keep everything in a new SQLite database", value: .required("FILE"), completion: .file),
    ]
  }

  private static var told: [OptionDescription] {
    [
      .init("q", "quiet", "the tree at the end alone"),
      .init("e", "env", "also how the environment of each program differs from its parent's"),
      .init("o", "output", "print to a file", value: .required("FILE"), completion: .file),
      .init(nil, "html", "make a page with a timeline, too", value: .required("FILE"), completion: .file),
      .init(nil, "json", "print JSON Lines; the schema is in share/doc/pangaea/schemas"),
    ]
  }

  private static var forms: [OptionDescription] {
    [
      .init(
        nil, "color", "colour the output: auto, always or never", value: .required("WHEN"),
        completion: .words(["auto", "always", "never"])),
      .init("h", "help", "print this page"),
      .init("V", "version", "print the version"),
    ]
  }
}

// The options of `run`, the one source of its help, its manual page and its completions.

internal import CommandDescription

enum RunDescription {
  static var verb: VerbDescription {
    VerbDescription(
      name: "run",
      abstract: "run a command in a world of its own",
      usage: ["[options] [--] COMMAND [ARGUMENT...]"],
      discussion: [
        """
        Makes new mount, PID, UTS, IPC and cgroup namespaces, and for an ordinary user a user namespace in which they \
        are root; mounts a /proc that shows the new PID namespace; leaves an init as PID 1 that reaps and hands \
        signals on; and runs the command. When the command ends, the world ends with it.
        """,
        """
        --name gives the world a name as long as it lives: it stands for the first process, which holds all of the \
        world's namespaces. No namespace is mounted on a file for it, so nothing is left behind when the world ends. \
        Where `run` itself is killed, the world ends with it, and the next `run` with a name or with limits takes away \
        the name or the control group that was left. To keep a single namespace without members there is \
        `pangaea unshare --uts=FILE`.
        """,
      ],
      options: options,
      operands: .command,
      examples: [
        .init(command: "pangaea run -- ps -e", meaning: "a process table of two"),
        .init(
          command: "pangaea run --hostname blue --net --memory 64m -- bash",
          meaning: "a shell with a host name, a network and a ceiling of its own"),
        .init(command: "pangaea run --plan -- true", meaning: "each step and its system call; nothing is done"),
      ],
      exitStatuses: [
        .init(status: "125", meaning: "the world could not be made"),
        .init(status: "126", meaning: "the command cannot be executed"),
        .init(status: "127", meaning: "the command was not found"),
        .init(status: "128+n", meaning: "the command was ended by signal n"),
        .init(status: "else", meaning: "the command's own exit status"),
      ],
      seeAlso: ["unshare(1)", "namespaces(7)", "cgroups(7)"])
  }

  /// Apart from the rest, which only a reader of the help needs.
  static var options: [OptionDescription] {
    namespaceOptions + fileOptions + commandOptions + limitOptions + worldOptions
  }

  private static var namespaceOptions: [OptionDescription] {
    [
      .init(nil, "net", "also a network namespace, with loopback up", section: "Namespaces"),
      .init(nil, "time", "also a time namespace", section: "Namespaces"),
      .init(
        nil, "monotonic", "offset of the monotonic clock; implies --time", value: .required("SECONDS"),
        section: "Namespaces"),
      .init(
        nil, "boottime", "offset of the boot-time clock; implies --time", value: .required("SECONDS"),
        section: "Namespaces"),
      .init(nil, "user-namespace", "a user namespace also for root", section: "Namespaces"),
      .init(
        nil, "subids", "the user namespace also has the users and groups of /etc/subuid and /etc/subgid",
        section: "Namespaces"),
      .init(
        nil, "share", "stay in these: mount, pid, uts, ipc, cgroup, user", value: .required("KIND[,KIND]"),
        completion: .list(["mount", "pid", "uts", "ipc", "cgroup", "user"]), section: "Namespaces"),
      .init(nil, "hostname", "the host name in the new UTS namespace", value: .required("NAME"), section: "Namespaces"),
      .init(
        nil, "propagation", "private, shared, slave or unbindable; private if not given", value: .required("MODE"),
        completion: .words(["private", "shared", "slave", "unbindable"]), section: "Namespaces"),
    ]
  }

  private static var fileOptions: [OptionDescription] {
    [
      .init(
        nil, "rootfs", "the root directory, with a /dev and a /proc of its own", value: .required("DIRECTORY"),
        completion: .directory, section: "Files"),
      .init(nil, "read-only", "nothing below --rootfs can be written", section: "Files"),
      .init(
        nil, "bind", "show a file or directory from outside", value: .required("SOURCE[:TARGET[:ro]]"),
        completion: .file,
        section: "Files"),
      .init(
        nil, "tmpfs", "an empty file system in memory", value: .required("TARGET[:OPTION=VALUE,...]"),
        completion: .directory,
        section: "Files"),
      .init(
        "w", "workdir", "where the command starts", value: .required("DIRECTORY"), completion: .directory,
        section: "Files"),
    ]
  }

  private static var commandOptions: [OptionDescription] {
    [
      .init(
        "e", "env", "set a variable, or hand the caller's on", value: .required("NAME[=VALUE]"), section: "Command"),
      .init(nil, "clear-env", "start with an empty environment", section: "Command"),
      .init(
        "u", "user", "who the command is in the world", value: .required("USER[:GROUP]"), completion: .user,
        section: "Command"),
      .init(nil, "cap-add", "capabilities to have; ALL for all", value: .required("NAME[,NAME]"), section: "Command"),
      .init(nil, "cap-drop", "capabilities to lose; ALL for all", value: .required("NAME[,NAME]"), section: "Command"),
      .init(nil, "new-privileges", "let set-user-ID programs raise privileges", section: "Command"),
      .init("t", "tty", "a pseudo-terminal of its own", section: "Command"),
    ]
  }

  private static var limitOptions: [OptionDescription] {
    [
      .init(
        nil, "cpus", "processor time, in processors: 0.5 is half of one", value: .required("NUMBER"), section: "Limits"),
      .init(nil, "memory", "a ceiling of memory; k, m and g may follow", value: .required("BYTES"), section: "Limits"),
      .init(nil, "pids", "a ceiling of processes and threads", value: .required("COUNT"), section: "Limits"),
    ]
  }

  private static var worldOptions: [OptionDescription] {
    [
      .init(nil, "name", "a name for enter, ns and kill", value: .required("NAME"), section: "World"),
      .init("d", "detach", "leave it running, and print the PID of its first process", section: "World"),
      .init(nil, "plan", "print each step and its system call, and do nothing", section: "World"),
      .init(nil, "json", "print the plan as JSON", section: "World"),
      .init("h", "help", "print this page", section: "World"),
      .init("V", "version", "print the version", section: "World"),
    ]
  }
}

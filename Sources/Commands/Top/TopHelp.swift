// The page that F1 opens.

extension TopText {
  private static let keys: [(key: String, meaning: String)] = [
    ("arrows, PgUp ...", "move; left folds, or goes to the parent; right unfolds"),
    ("/ F3", "search by name, arguments, PID, container"),
    ("n  Shift-F3", "the next match; the match before"),
    ("\\ F4", "filter: show what matches, and its ancestors"),
    ("t F5", "tree, or a flat list"),
    ("+ -  *", "fold or unfold a branch; all branches"),
    ("P M T N  I", "sort by CPU, memory, time, PID; the other way round"),
    ("F6 < >", "choose what to sort by"),
    ("u", "show the processes of one user"),
    ("g F2", "group by a kind of namespaces"),
    ("z", "show a branch and its ancestors alone; z again: all"),
    ("H  K", "show threads; show kernel threads"),
    ("Space  U", "tag a process; untag all"),
    ("k F9", "send the tagged a signal, or end the whole branch"),
    ("F7  F8", "less nice, to run before others; nicer"),
    ("e", "the environment, and how it differs from the parent's"),
    ("i", "what was inherited, and where it departs from its parent"),
    ("p", "pause, and go on"),
    ("Ctrl-L  Ctrl-Z", "draw anew; stop, and fg goes on"),
    ("q F10", "quit"),
  ]

  /// The keys, and what the columns and marks mean.
  static var help: TopText {
    let width = keys.map(\.key.count).max() ?? 0
    let lines = keys.map { key, meaning in
      Line(text: "  " + key + String(repeating: " ", count: width + 2 - key.count) + meaning)
    }
    return TopText(
      title: "Keys of pangaea top (q closes)",
      lines + [
        Line(text: ""),
        Line(text: "+uts[A] marks a process whose UTS namespace is not its parent's. Each namespace"),
        Line(text: "that is not the machine's own has a letter and a colour; they are listed above."),
        Line(text: "→1 is the PID inside the PID namespace, {podman:0123456789ab} the container."),
        Line(text: "LIMIT is the tightest limit of the process's control groups: of memory, and on"),
        Line(text: "a wide screen of CPUs (c) and processes (p); * is a limit of another sort."),
        Line(text: "POLLED: the kernel announces nothing here; who begins and ends between two looks"),
        Line(text: "is not seen."),
        Line(text: "S: R runs, S sleeps, D is blocked, T stopped, Z ended and not waited for."),
      ])
  }
}

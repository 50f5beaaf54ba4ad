// Why a full-screen verb has no screen, as a person is told.

internal import Linux
internal import Screen

extension Complaint {
  /// Describes why the terminal was not taken over.
  init(_ error: ScreenError, program: String) {
    let what = "cannot take the terminal over"
    switch error {
    case .noTerminal(let name):
      self.init(
        what: "\(what): \(name) is no terminal", why: "\(program) draws on the whole screen, and reads keys",
        try: "without a pipe, or with ssh -t; pangaea ps and pangaea tree print once")
    case .unnamedTerminal:
      self.init(
        what: "\(what): TERM is not set", why: "without it nobody knows how to draw on it",
        try: "TERM=xterm-256color \(program)")
    case .unknownTerminal(let name):
      self.init(
        what: "\(what): its kind, TERM=\(name), is unknown", why: "there is no description of it in terminfo",
        try: "TERM=xterm-256color \(program)")
    case .incapableTerminal(let name):
      self.init(
        what: "\(what): TERM=\(name) cannot place its cursor", why: "it is described so in terminfo",
        try: "TERM=xterm-256color \(program)")
    case .tooSmall(let size, let needed):
      self.init(
        what: "the terminal is too small",
        why: "it has \(size.columns)x\(size.rows), and \(needed.columns)x\(needed.rows) is needed",
        try: "make the window larger, or pangaea tree")
    case .killed(let signal):
      self.init(
        what: "SIG\(signal.name) ended \(program); the terminal was given back", exitStatus: 128 + signal.rawValue)
    case .systemCall(let error):
      self.init(error, doing: "take the terminal over")
    }
  }
}

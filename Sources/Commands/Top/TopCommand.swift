// `top`: the living tree of processes, with the borders of namespaces, in the whole terminal.

internal import CommandDescription
internal import Linux
internal import Processes
internal import Screen

/// The verb `top`.
struct TopCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "top",
    abstract: "watch the tree of processes and its borders live",
    usage: ["[options] [WHO]"],
    discussion: [
      "The whole terminal shows the tree of processes, every second anew, and who begins or ends at once where the kernel "
        + "announces it: CPU, memory, state, the limits of control groups. +uts[A] marks a process whose UTS namespace is not "
        + "its parent's; each namespace that is not the machine's own has a letter and a colour. →1 is the PID inside its PID namespace, {podman:0123456789ab} the "
        + "container. POLLED in the third line says that the kernel announces nothing here: who begins and ends between two "
        + "looks is not seen. WHO, a PID or the name of a world or container, is the branch to look at.",
      "The keys are those of htop where there are such: F1 lists them. e shows the environment and how it differs from "
        + "the parent's, i what was inherited, z one branch alone, g the processes of each namespace together; among "
        + "the signals of F9 is the end of a whole branch.",
    ],
    options: [
      OptionDescription(
        "d", "delay", "look every so many seconds, 0.1 to 86400 (default: 1)", value: .required("SECONDS")),
      OptionDescription("F", "filter", "show only what has this in its name or arguments", value: .required("TEXT")),
      OptionDescription("u", "user", "show the processes of one user", value: .required("USER"), completion: .user),
      OptionDescription(
        "s", "sort", "sort by this column", value: .required("COLUMN"),
        completion: .words(TopOrder.allCases.map(\.rawValue))),
      OptionDescription(
        "g", "group", "group by a kind of namespaces", value: .required("KIND"),
        completion: .words(NamespaceKind.allCases.map(\.procName))),
      OptionDescription("l", "list", "begin with a flat list instead of the tree"),
      OptionDescription("H", "threads", "show threads"),
      OptionDescription("K", "kernel", "show kernel threads"),
      OptionDescription(
        nil, "color", "colour the screen: auto, always or never", value: .optionalAfterWord("WHEN"),
        completion: .words(ColorChoice.allCases.map(\.rawValue))),
      OptionDescription("h", "help", "show this help"),
      OptionDescription("V", "version", "show the version"),
    ],
    operands: .processID,
    examples: [
      .init(command: "pangaea top", meaning: "Watches the machine; q quits."),
      .init(command: "pangaea top -s cpu -l", meaning: "A flat list, the busiest first."),
      .init(command: "pangaea top -g pid", meaning: "The processes of each PID namespace together."),
    ],
    exitStatuses: [
      .init(status: "0", meaning: "the person quit"), .init(status: "1", meaning: "there is no such process or user"),
      .init(status: "2", meaning: "trouble, such as no terminal"),
      .init(status: "128+n", meaning: "signal n ended it; the terminal was given back"),
    ],
    seeAlso: ["htop(1)", "pangaea-tree(1)", "pangaea-inspect(1)", "namespaces(7)"])

  private var view = TopView()
  private var interval: UInt64 = 1_000_000_000
  private var color = ColorChoice.auto
  private let accounts = Accounts()

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var command = TopCommand()
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption() {
      switch option.name {
      case "help": return try invocation.showHelp(description)
      case "version": return try invocation.showVersion()
      default: try command.take(option)
      }
    }
    guard scanner.operands.count < 2 else { throw .usage("one branch at a time, please") }
    if let operand = scanner.operands.first { try command.focus(on: operand) }
    return try command.show()
  }

  private mutating func take(_ option: ScannedOption) throws(Complaint) {
    let value = option.value ?? ""
    switch option.name {
    case "delay": interval = try TopCommand.interval(value)
    case "filter": view.filter = value
    case "user": view.userID = try user(value)
    case "sort":
      guard let order = TopOrder(rawValue: value) else {
        throw .usage("--sort takes \(TopOrder.allCases.map(\.rawValue).joined(separator: ", ")), not '\(value)'")
      }
      view.order = order
    case "group":
      guard let kind = NamespaceKind.allCases.first(where: { $0.procName == value }) else {
        throw .usage("--group takes \(NamespaceKind.allCases.map(\.procName).joined(separator: ", ")), not '\(value)'")
      }
      view.group = kind
    case "list": view.isTree = false
    case "threads": view.showsThreads = true
    case "kernel": view.showsKernelThreads = true
    default: color = try ColorChoice(word: option.value)
    }
  }

  private static func interval(_ text: String) throws(Complaint) -> UInt64 {
    guard let seconds = Double(text), seconds >= 0.1, seconds <= 86400 else {
      throw .usage("--delay takes a number of seconds, at least 0.1 and at most 86400, not '\(text)'")
    }
    return UInt64(seconds * 1_000_000_000)
  }

  private func user(_ text: String) throws(Complaint) -> UInt32 {
    if let user = accounts.users.first(where: { $0.name == text }) { return user.id }
    if let number = UInt32(text) { return number }
    throw Complaint(what: "there is no user '\(text)'", exitStatus: 1)
  }

  private mutating func focus(on who: String) throws(Complaint) {
    let processID = try Whom.processID(who, .firstProcess)
    do throws(SystemCallError) {
      view.focus = try ProcessRecord.read(processID, .stat).identity
    } catch {
      throw .unseen(processID, absent: 1, unseen: 1)
    }
  }

  private func show() throws(Complaint) -> Int32 {
    let usesColor = color == .always || color == .auto && (environmentVariable("NO_COLOR") ?? "").isEmpty
    do throws(ScreenError) {
      return try ScreenGuard.run {
        do throws(Complaint) {
          return try showScreen(usesColor: usesColor)
        } catch {
          error.present(program: "pangaea top", form: .verb)
          return error.exitStatus
        }
      }
    } catch {
      throw Complaint(error, program: "pangaea top")
    }
  }

  private func showScreen(usesColor: Bool) throws(Complaint) -> Int32 {
    var model = TopModel(own: .ofMachine, accounts: accounts)
    model.view = view
    var session: TopSession
    do throws(ScreenError) {
      session = try TopSession(model, interval: interval, usesColor: usesColor)
    } catch {
      throw Complaint(error, program: "pangaea top")
    }
    return try session.run()
  }
}

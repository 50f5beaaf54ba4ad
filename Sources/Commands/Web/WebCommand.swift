// `web`: the live world as a map in the browser.

internal import CommandDescription
internal import Linux
internal import Web

/// The verb `web`.
struct WebCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "web",
    abstract: "show the live world as a map in the browser",
    usage: ["[options]"],
    discussion: [
      "Serves one page on 127.0.0.1 and prints its link. The link opens the page once, in one browser; Enter prints "
        + "another. There is one map for each kind of namespace: namespaces are continents, processes live on them, and "
        + "a child that was born across a border is joined to its parent over the sea, with the border's name (+uts).",
      "The table says the same in rows, for keys and screen readers: the namespaces of the kind with what keeps those that "
        + "nobody is in, and the processes with what each inherited or changed. Press ? on the page for its keys.",
      "The page only looks. With --allow-kill it may also send signals and end branches, and asks before. Values of "
        + "environment variables are sent only when they are asked for.",
      "What happens is seen as it happens, since the kernel announces it; where it does not, in a container or to a user "
        + "without CAP_NET_ADMIN before Linux 6.6, /proc is looked at four times a second, what lives shorter may be missed, and "
        + "the page says so. While no browser shows the page, nothing is read.",
    ],
    options: [
      OptionDescription(
        "p", "port", "listen on PORT; without it, on one that is free", value: .required("PORT")),
      OptionDescription(nil, "allow-kill", "let the page signal processes and end branches"),
      OptionDescription("h", "help", "show this help"),
      OptionDescription("V", "version", "show the version"),
    ],
    examples: [
      .init(command: "pangaea web", meaning: "Prints the link; end it with Ctrl-C."),
      .init(
        command: "ssh -L 8080:127.0.0.1:8080 host pangaea web --port 8080",
        meaning: "Shows another machine's world in the browser here."),
    ],
    exitStatuses: [
      .init(status: "2", meaning: "the command line is wrong, or the port cannot be had"),
      .init(status: "128+n", meaning: "ended by signal n, as by Ctrl-C"),
    ],
    seeAlso: ["namespaces(7)"])

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var port: UInt16 = 0
    var allowsKill = false
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption() {
      switch option.name {
      case "help": return try invocation.showHelp(description)
      case "version": return try invocation.showVersion()
      case "port": port = try readPort(option.value ?? "")
      default: allowsKill = true
      }
    }
    if let extra = scanner.operands.first { throw .usage("there is nothing to be done with '\(extra)'") }
    let map = MapApplication(allowsKill: allowsKill)
    let page = LinkedPage(map)
    try page.serve(port: port)
    if let reason = map.reasonToStop { throw .unreadableProcfs(reason) }
    return 0
  }

  private static func readPort(_ text: String) throws(Complaint) -> UInt16 {
    guard let port = UInt16(text) else { throw .usage("the port is a number from 0 to 65535, not '\(text)'") }
    return port
  }
}

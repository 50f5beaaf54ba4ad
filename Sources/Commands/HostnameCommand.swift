// `hostname`: shows and sets the names of the caller's UTS namespace, with the options of Debian's hostname(1).

internal import CommandDescription
internal import Linux
internal import struct SystemPackage.FilePath

/// The verb `hostname`, and the classic program.
struct HostnameCommand: HandParsedVerb {
  static let description = VerbDescription(
    name: "hostname",
    abstract: "show or set the hostname of this UTS namespace",
    usage: ["[option]", "[-b] {NAME | -F FILE}"],
    discussion: [
      "Without options and operands, prints the hostname. With NAME, sets it: for every process of the caller's UTS "
        + "namespace and no other.",
      "Names that are more than the hostname (-a -A -d -f -i) come from /etc/hosts; DNS is not asked.",
    ],
    options: [
      OptionDescription("a", "alias", "show the aliases of the hostname"),
      OptionDescription("A", "all-fqdns", "show the long names of all addresses"),
      OptionDescription("b", "boot", "with --file: where it names nothing and no name is set, set localhost"),
      OptionDescription("d", "domain", "show the domain of the long name"),
      OptionDescription("f", "fqdn", "show the long name, with its domain"),
      OptionDescription(nil, "long", "as --fqdn", isHidden: true),
      OptionDescription("F", "file", "set the name that stands in FILE", value: .required("FILE"), completion: .file),
      OptionDescription("i", "ip-address", "show the addresses of the hostname"),
      OptionDescription("I", "all-ip-addresses", "show the addresses of all interfaces"),
      OptionDescription("s", "short", "show the hostname up to its first dot"),
      OptionDescription("y", "yp", "show or set the NIS domain name"),
      OptionDescription(nil, "nis", "as --yp", isHidden: true),
      OptionDescription("h", "help", "show this help"),
      OptionDescription("V", "version", "show the version"),
    ],
    examples: [
      .init(
        command: "pangaea unshare --uts sh -c 'hostname blue; hostname'",
        meaning: "Sets a name that only the new UTS namespace has.")
    ],
    exitStatuses: [.init(status: "0", meaning: "done"), .init(status: "1", meaning: "failed")],
    seeAlso: ["hostname(1)", "sethostname(2)", "uts_namespaces(7)"])

  /// What is to be shown.
  private enum Question {
    case name, shortName, longName, domain, aliases, addresses, allAddresses, allLongNames, domainName
  }

  private var question = Question.name
  private var file: String?
  private var hasDefault = false

  static let failureStatus: Int32 = 1

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var command = HostnameCommand()
    let usageStatus: Int32 = invocation.form == .classic ? 255 : 1
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption(failureStatus: usageStatus) {
      if option.name == "help" { return try invocation.showHelp(description) }
      if option.name == "version" { return try invocation.showVersion() }
      command.apply(option)
    }
    guard scanner.operands.count <= 1 else {
      throw .usage("one name can be set, not several", exitStatus: usageStatus)
    }
    if command.file != nil || !scanner.operands.isEmpty, !command.asksWhatCanBeSet {
      throw .usage("a name is shown or set, not both", exitStatus: usageStatus)
    }
    if let file = command.file {
      if let name = try command.nameInFile(file) { try command.set(name) }
    } else if let name = scanner.operands.first {
      try command.set(Array(name.utf8))
    } else {
      try command.show()
    }
    return 0
  }

  private var asksWhatCanBeSet: Bool { question == .name || question == .domainName }

  private mutating func apply(_ option: ScannedOption) {
    switch option.name {
    case "alias": question = .aliases
    case "all-fqdns": question = .allLongNames
    case "domain": question = .domain
    case "fqdn", "long": question = .longName
    case "ip-address": question = .addresses
    case "all-ip-addresses": question = .allAddresses
    case "short": question = .shortName
    case "yp", "nis": question = .domainName
    case "boot": hasDefault = true
    default: file = option.value
    }
  }
}

// MARK: Setting

extension HostnameCommand {
  /// The first line that is neither empty nor a comment. With --boot, a file without one means a default name, and
  /// nothing where a name is set.
  private func nameInFile(_ path: String) throws(Complaint) -> [UInt8]? {
    do {
      if let name = firstName(in: try FileDescriptor.open(FilePath(path)).readAll()) { return name }
    } catch {
      if !hasDefault {
        throw Complaint(error, doing: "read \(path)", classic: error.errno.message, exitStatus: 1)
      }
    }
    if !hasDefault {
      throw Complaint(what: "no name in \(path)", classic: "the specified hostname is invalid", exitStatus: 1)
    }
    return try names().hostName.isEmpty ? Array("localhost".utf8) : nil
  }

  private func firstName(in content: [UInt8]) -> [UInt8]? {
    for line in content.split(separator: UInt8(ascii: "\n")) {
      let words = line.split { $0 == 0x20 || $0 == 0x09 }
      if let name = words.first, name.first != UInt8(ascii: "#") { return Array(name) }
    }
    return nil
  }

  private func set(_ name: [UInt8]) throws(Complaint) {
    let isDomain = question == .domainName
    let subject = isDomain ? "domain name" : "hostname"
    guard name.count <= 64 else {
      throw Complaint(
        what: "cannot set the \(subject): it has \(name.count) bytes, and 64 are allowed", classic: "name too long",
        exitStatus: 1)
    }
    if !isDomain { try checkSyntax(name) }
    do {
      if isDomain { try SystemName.setDomainName(name) } else { try SystemName.setHostName(name) }
    } catch {
      throw refusal(error, subject: subject)
    }
  }

  private func checkSyntax(_ name: [UInt8]) throws(Complaint) {
    func isWordCharacter(_ byte: UInt8) -> Bool {
      byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte >= 0x30 && byte <= 0x39
    }
    let ends = name.first.map(isWordCharacter) == true && name.last.map(isWordCharacter) == true
    let inside = name.allSatisfy { isWordCharacter($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let hasLabels = labels.allSatisfy { $0.first.map(isWordCharacter) == true && $0.last.map(isWordCharacter) == true }
    guard ends, inside, hasLabels else {
      throw Complaint(
        what: "'\(String(decoding: name, as: UTF8.self))' is no hostname",
        why: "letters, digits, hyphens and dots are allowed, and each part begins and ends with a letter or a digit",
        classic: "the specified hostname is invalid", exitStatus: 1)
    }
  }

  private func refusal(_ error: SystemCallError, subject: String) -> Complaint {
    let isForbidden = error.errno == .eperm
    let classicSubject = subject == "hostname" ? "host name" : subject
    return Complaint(
      error, doing: "set the \(subject)",
      why: isForbidden ? "CAP_SYS_ADMIN is missing in the user namespace that owns this UTS namespace" : nil,
      try: isForbidden ? "pangaea unshare --user --map-root-user --uts sh" : nil,
      classic: isForbidden ? "you must be root to change the \(classicSubject)" : error.errno.message, exitStatus: 1)
  }
}

// MARK: Showing

extension HostnameCommand {
  private func names() throws(Complaint) -> SystemName {
    do {
      return try SystemName()
    } catch {
      throw Complaint(error, doing: "read the hostname", exitStatus: 1)
    }
  }

  private func show() throws(Complaint) {
    let answer = try answer()
    // No domain is no line.
    if question == .domain, answer.isEmpty { return }
    var output = OutputBuffer()
    try output.write(answer + [UInt8(ascii: "\n")])
    try output.flush()
  }

  private func answer() throws(Complaint) -> [UInt8] {
    let names = try names()
    let hostName = String(decoding: names.hostName, as: UTF8.self)
    switch question {
    case .name: return names.hostName
    case .shortName: return Array(names.hostName.prefix { $0 != UInt8(ascii: ".") })
    case .domainName: return try domainName(names)
    case .longName: return Array(try longName(of: hostName).utf8)
    case .domain: return Array(domain(of: try longName(of: hostName)).utf8)
    case .aliases: return Array(try ownEntries(hostName).flatMap(\.aliases).joined(separator: " ").utf8)
    case .addresses: return Array(try ownEntries(hostName).map(\.address).joined(separator: " ").utf8)
    case .allAddresses: return Array(try interfaceAddresses().map { $0 + " " }.joined().utf8)
    case .allLongNames: return Array(try allLongNames().map { $0 + " " }.joined().utf8)
    }
  }

  private func domainName(_ names: SystemName) throws(Complaint) -> [UInt8] {
    if names.domainName.isEmpty || names.domainName == Array("(none)".utf8) {
      throw Complaint(
        what: "no NIS domain name is set", classic: "Local domain name not set", exitStatus: 1)
    }
    return names.domainName
  }

  private func ownEntries(_ hostName: String) throws(Complaint) -> [HostTable.Entry] {
    let entries = HostTable.ofMachine().entries(named: hostName)
    if entries.isEmpty {
      throw Complaint(
        what: "cannot look up '\(hostName)'", why: "it is not in /etc/hosts, and DNS is not asked",
        classic: "Name or service not known", exitStatus: 1)
    }
    return entries
  }

  /// The hostname itself if it has a domain, else its canonical name.
  private func longName(of hostName: String) throws(Complaint) -> String {
    if hostName.contains(".") { return hostName }
    return try ownEntries(hostName)[0].canonicalName
  }

  private func domain(of longName: String) -> String {
    longName.firstIndex(of: ".").map { String(longName[longName.index(after: $0)...]) } ?? ""
  }

  private func interfaceAddresses() throws(Complaint) -> [String] {
    do {
      return try InterfaceAddress.all().filter { $0.isUp && !$0.isLoopback && !$0.isLinkLocal }.map(\.address)
    } catch {
      throw Complaint(error, doing: "list the interfaces", exitStatus: 1)
    }
  }

  private func allLongNames() throws(Complaint) -> [String] {
    let table = HostTable.ofMachine()
    return try interfaceAddresses().flatMap { table.entries(address: $0).map(\.canonicalName) }
  }
}

// What a browser is sent of the world. Other people's bytes stay bytes of a JSON string here; the page shows them as text.

internal import JSON
internal import Linux
internal import Processes

extension WorldDifference {
  /// The event of the feed: a line of JSON.
  ///
  /// - Parameters:
  ///   - time: milliseconds of the machine's clock.
  ///   - setting: what only the first event of a feed has.
  func json(time: Int64, setting: WorldSetting?) -> [UInt8] {
    var json = JSONWriter(.line)
    json.object { json in
      json.member("time", time)
      if let setting { json.member("setting") { $0.write(setting) } }
      json.member("processes") { $0.list(inhabitants) { $0.write($1) } }
      json.member("gone") { $0.list(gone) { $0.value($1.key) } }
      json.member("namespaces") { $0.list(continents) { $0.write($1) } }
      json.member("sunken") { $0.list(sunken) { $0.value($1.key) } }
      if let lost { json.member("lost", lost) }
    }
    return json.bytes
  }
}

/// What does not change while a page is open.
struct WorldSetting {
  let hostName: [UInt8]
  let machine: NamespaceLinks
  let userNames: [(id: UInt32, name: String)]
  /// Whether processes may be signalled.
  let allowsKill: Bool
  /// Why the kernel does not announce what happens, so that it is looked for again and again; nil where it does.
  let refusal: Errno?
}

extension ProcessIdentity {
  /// What the page calls the process.
  var key: String { "\(processID).\(startTime)" }
}

extension NamespaceLink {
  /// What the page calls the namespace.
  var key: String { "\(kind.procName):\(inode)" }
}

extension JSONWriter {
  /// Writes an array of what `body` writes of each element.
  mutating func list<Element>(_ elements: [Element], _ body: (inout JSONWriter, Element) -> Void) {
    array { json in elements.forEach { body(&json, $0) } }
  }

  fileprivate mutating func write(_ setting: WorldSetting) {
    object { json in
      json.member("host", bytes: setting.hostName[...])
      json.member("machine") { $0.write(setting.machine) }
      json.member("users") { json in
        json.object { json in setting.userNames.forEach { json.member(String($0.id), $0.name) } }
      }
      json.member("allowsKill", setting.allowsKill)
      json.member("refusal", setting.refusal?.name)
    }
  }

  fileprivate mutating func write(_ links: NamespaceLinks) {
    object { json in
      for kind in NamespaceKind.allCases { if let inode = links[kind] { json.member(kind.procName, inode) } }
    }
  }

  fileprivate mutating func write(_ inhabitant: Inhabitant) {
    object { json in
      json.member("key", inhabitant.identity.key)
      json.member("pid", inhabitant.identity.processID)
      json.member("ppid", inhabitant.parentID)
      json.member("start", inhabitant.identity.startTime)
      json.member("name", bytes: inhabitant.name[...])
      if inhabitant.condition != .alive { json.member("condition", inhabitant.condition.rawValue) }
      if let userID = inhabitant.userID { json.member("uid", userID) }
      if inhabitant.isKernelThread { json.member("kernel", true) }
      if let namespaces = inhabitant.namespaces { json.member("ns") { $0.write(namespaces) } }
      let details = inhabitant.details
      if !details.insideIDs.isEmpty { json.member("inside") { $0.list(details.insideIDs) { $0.value($1) } } }
      if let container = details.container { json.member("container", container) }
      if !details.commandLine.isEmpty { json.member("line", bytes: details.commandLine[...]) }
    }
  }

  fileprivate mutating func write(_ continent: Continent) {
    object { json in
      json.member("key", continent.link.key)
      json.member("kind", continent.link.kind.procName)
      json.member("inode", continent.link.inode)
      json.member("id", continent.identifier)
      if let parent = continent.parent { json.member("parent", parent) }
      if let owner = continent.owner { json.member("owner", owner) }
      if let userID = continent.ownerUserID { json.member("ownerUid", userID) }
      if !continent.holders.isEmpty { json.member("holders") { $0.list(continent.holders) { $0.value($1) } } }
      if continent.furtherHolderCount > 0 { json.member("moreHolders", continent.furtherHolderCount) }
    }
  }
}

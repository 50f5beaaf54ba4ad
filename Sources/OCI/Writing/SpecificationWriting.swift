// Configurations as JSON: what `spec` prints, and what is handed on to others. What is absent is left out.

internal import JSON

/// A part of a configuration that writes its members into an object.
protocol WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter)
}

extension JSONWriter {
  mutating func member(_ name: String, _ texts: [String]) {
    member(name) { $0.array { json in texts.forEach { json.value($0) } } }
  }

  mutating func member(_ name: String, _ texts: [String: String]) {
    member(name) { json in
      json.object { json in
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) { json.member(name, text) }
      }
    }
  }

  // Of the following, what is nil, empty or false is left out.

  mutating func optional(_ name: String, _ text: String?) {
    if let text { member(name, text) }
  }

  mutating func optional(_ name: String, _ number: (some BinaryInteger)?) {
    if let number { member(name, number) }
  }

  mutating func optional(_ name: String, _ truth: Bool?) {
    if let truth { member(name, truth) }
  }

  mutating func unlessFalse(_ name: String, _ truth: Bool) {
    if truth { member(name, truth) }
  }

  mutating func unlessZero(_ name: String, _ number: some BinaryInteger) {
    if number != 0 { member(name, number) }
  }

  mutating func unlessEmpty(_ name: String, _ texts: [String]) {
    if !texts.isEmpty { member(name, texts) }
  }

  mutating func unlessEmpty(_ name: String, _ texts: [String: String]) {
    if !texts.isEmpty { member(name, texts) }
  }

  mutating func unlessEmpty(_ name: String, _ words: [some RawRepresentable<String>]) {
    if !words.isEmpty { member(name, words.map(\.rawValue)) }
  }

  mutating func optional(_ name: String, _ part: (some WrittenAsJSON)?) {
    guard let part else { return }
    member(name) { $0.object { part.writeMembers(to: &$0) } }
  }

  mutating func unlessEmpty(_ name: String, _ parts: [some WrittenAsJSON]) {
    guard !parts.isEmpty else { return }
    member(name) { json in
      json.array { json in
        for part in parts { json.object { part.writeMembers(to: &$0) } }
      }
    }
  }

  mutating func unlessEmpty(_ name: String, _ parts: [String: some WrittenAsJSON]) {
    guard !parts.isEmpty else { return }
    member(name) { json in
      json.object { json in
        for (name, part) in parts.sorted(by: { $0.key < $1.key }) { json.optional(name, part) }
      }
    }
  }
}

extension Specification: WrittenAsJSON {
  /// The configuration as the text of a config.json, indented and with a line break at its end.
  public func json() -> [UInt8] {
    var json = JSONWriter()
    json.object { writeMembers(to: &$0) }
    return json.bytes + [UInt8(ascii: "\n")]
  }

  func writeMembers(to json: inout JSONWriter) {
    json.member("ociVersion", ociVersion)
    json.optional("process", process)
    json.optional("root", root)
    json.optional("hostname", hostname)
    json.optional("domainname", domainname)
    json.unlessEmpty("mounts", mounts)
    json.optional("hooks", hooks)
    json.unlessEmpty("annotations", annotations)
    json.optional("linux", linux)
  }
}

extension Specification.Root: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("path", path)
    json.unlessFalse("readonly", readonly)
  }
}

extension Specification.Mount: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("destination", destination)
    json.optional("type", type)
    json.optional("source", source)
    json.unlessEmpty("options", options)
    json.unlessEmpty("uidMappings", uidMappings)
    json.unlessEmpty("gidMappings", gidMappings)
  }
}

extension Specification.IDMapping: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("containerID", containerID)
    json.member("hostID", hostID)
    json.member("size", size)
  }
}

extension Specification.Hooks: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    for (name, hooks) in byName { json.unlessEmpty(name, hooks) }
  }
}

extension Specification.Hook: WrittenAsJSON {
  func writeMembers(to json: inout JSONWriter) {
    json.member("path", path)
    json.unlessEmpty("args", args)
    json.unlessEmpty("env", env)
    json.optional("timeout", timeout)
  }
}

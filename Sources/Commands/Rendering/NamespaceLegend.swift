// Gives each namespace that is not the machine's own a letter, so that people can tell them apart.

internal import Linux
internal import Processes

extension NamespaceLinks {
  /// The namespaces that count as the machine's: those of PID 1, or of this program where PID 1's may not be read.
  static var ofMachine: NamespaceLinks {
    for processID in [1, CallingProcess.processID] {
      do throws(SystemCallError) {
        let links = try ProcessRecord.read(processID, .namespaces).namespaces.value
        if let links, links[.uts] != nil { return links }
      } catch {}
    }
    return NamespaceLinks()
  }
}

/// Letters for namespaces: A, B, … for each kind, in the order in which they are met.
struct NamespaceLegend {
  /// The namespaces that need no letter: those of PID 1, or of this program where PID 1's may not be read.
  let own: NamespaceLinks
  /// The namespaces that have a letter, in the order of their letters, for each kind.
  private(set) var lettered: [NamespaceKind: [NamespaceLink]] = [:]
  private var indices: [NamespaceLink: Int] = [:]

  init(own: NamespaceLinks) {
    self.own = own
  }

  /// The number that stands behind a namespace's letter, which is given now if it has none yet; nil for the
  /// machine's own.
  mutating func index(of link: NamespaceLink) -> Int? {
    if own[link.kind] == link.inode { return nil }
    if let index = indices[link] { return index }
    let index = lettered[link.kind, default: []].count
    lettered[link.kind, default: []].append(link)
    indices[link] = index
    return index
  }

  /// The letter of a number: A to Z, then AA, AB, …
  static func letter(_ index: Int) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return (index >= 26 ? letter(index / 26 - 1) : "") + String(letters[index % 26])
  }
}

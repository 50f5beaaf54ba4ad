// The forest as JSON: a flat list, parents before children, since deep nesting breaks readers.

internal import JSON
internal import Linux
internal import Processes

extension TreeForest {
  /// The namespaces of the shown nodes that are not the machine's own, by kind.
  fileprivate func otherNamespaces(isShown: [Bool]) -> [NamespaceLink] {
    var found: Set<NamespaceLink> = []
    for (index, node) in nodes.enumerated() where isShown[index] {
      guard let links = node.namespaces else { continue }
      found.formUnion(NamespaceKind.allCases.compactMap(links.link))
    }
    return found.filter { memberCounts[$0] != nil }.sorted {
      ($0.kind.rawValue, $0.inode) < ($1.kind.rawValue, $1.inode)
    }
  }
}

extension JSONWriter {
  /// Writes the shown nodes, and the namespaces that they are in; the schema is Documentation/schemas/tree.json.
  mutating func writeTree(_ forest: TreeForest, isShown: [Bool]) {
    document { json in
      json.member("processes") { json in
        json.array { json in
          for (index, node) in forest.nodes.enumerated() where isShown[index] { json.writeNode(node) }
        }
      }
      json.member("namespaces") { json in
        json.array { json in
          for link in forest.otherNamespaces(isShown: isShown) {
            json.object {
              $0.member("kind", link.kind.procName)
              $0.member("inode", identifier: link.inode)
              $0.member("processCount", forest.memberCounts[link])
            }
          }
        }
      }
    }
  }

  private mutating func writeNode(_ node: TreeNode) {
    object { json in
      json.member("pid", node.processID)
      json.member("startTime", identifier: node.identity.startTime)
      json.member("parentPid", node.parentID)
      json.member("depth", node.depth)
      json.member("name", bytes: node.name[...])
      json.member("state", String(UnicodeScalar(node.state)))
      json.member("isThread", node.isThread)
      json.member("isKernelThread", node.isKernelThread)
      json.member("insidePids") { $0.array { array in node.insideIDs.forEach { array.value($0) } } }
      json.member("namespaces") { json in
        guard let links = node.namespaces else { return json.null() }
        json.object { json in
          for kind in NamespaceKind.allCases { json.member(kind.procName, identifier: links[kind]) }
        }
      }
      json.member("borders") { $0.array { array in node.borders.forEach { array.value($0.kind.procName) } } }
      json.member("container", node.container?.description)
    }
    if node.namespaces == nil { note(unreadable: "namespaces of PID \(node.processID)", "not permitted, or it ended") }
  }
}

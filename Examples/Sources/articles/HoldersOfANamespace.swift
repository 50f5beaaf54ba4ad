// The code of "Finding out who holds a namespace" (Namespaces).

import Isolation
import Linux
import Namespaces
import Processes
import struct SystemPackage.FilePath

enum HoldersOfANamespace {
  /// A namespace whose only process ends, while a descriptor of it is open here.
  static func run() throws {
    var plan = StartingAWorld.plan()
    plan.command = IsolatedCommand(["sleep", "60"], environment: ["PATH=/usr/bin:/bin"])
    let world = try plan.start()
    do {
      guard let link = try link(of: world.processID) else { return }
      let namespace = try NamespaceDescriptor(opening: FilePath("/proc/\(world.processID)/ns/uts"))
      try world.pidfd.end()
      try showHolders(of: link)
      withExtendedLifetime(namespace) {}
    } catch {
      print("cannot look: \(error)")
    }
  }

  static func link(of processID: Int32) throws(SystemCallError) -> NamespaceLink? {
    let process = try ProcessRecord.read(processID, .namespaces)
    return process.namespaces.value?.link(.uts)
  }

  static func showHolders(of link: NamespaceLink) throws(SystemCallError) {
    let inventory = try NamespaceInventory(of: [link.kind])
    guard let namespace = inventory[link] else {
      print("\(link) is gone, or hidden: \(inventory.unreadable.count) places could not be looked into")
      return
    }
    print("\(link) has \(namespace.members.count) processes, and is owned by user:[\(namespace.owner ?? 0)]")
    for holder in namespace.holders { print("held by", words(for: holder)) }
  }

  static func words(for holder: NamespaceHolder) -> String {
    switch holder {
    case .thread(let processID, let threadID): "thread \(threadID) of PID \(processID)"
    case .forChildren(let processID): "PID \(processID), for its next children"
    case .descriptor(let processID, let number): "descriptor \(number) of PID \(processID)"
    case .socket(let processID, let number): "socket \(number) of PID \(processID)"
    case .mount(let namespace, let path):
      "a mount on \(String(decoding: path, as: UTF8.self)) in mnt:[\(namespace)]"
    }
  }
}

// Each way in which a namespace can be kept alive, made in a world of its own and found from outside.

import Linux
import Namespaces
import Processes
import Testing
import struct SystemPackage.FilePath

private let isRoot = UserIDs.current.effective == 0

private func link(_ kind: NamespaceKind, of process: Int32) throws -> NamespaceLink {
  let text = try FileDescriptor.workingDirectory.readLink(FilePath("/proc/\(process)/ns/\(kind.procName)"))
  let link = NamespaceLink(text.span)
  return try #require(link)
}

@Suite struct NamespaceInventoryTests {
  @Test func findsTheNamespacesOfThisProcess() throws {
    let inventory = try NamespaceInventory()
    for kind in NamespaceKind.allCases {
      let namespace = try #require(inventory[link(kind, of: CallingProcess.processID)])
      #expect(namespace.members.contains(CallingProcess.processID))
      #expect(namespace.members == namespace.members.sorted())
    }
    #expect(inventory.namespaces.map(\.inode) == inventory.namespaces.map(\.inode).sorted())
  }

  @Test func findsOnlyTheKindsAskedFor() throws {
    let inventory = try NamespaceInventory(of: [.uts])
    #expect(inventory.namespaces.allSatisfy { $0.kind == .uts || $0.kind == .user && $0.members.isEmpty })
  }

  @Test(.enabled(if: isRoot)) func findsWhatAProcessHolds() throws {
    let world = try World(.newUTS, script: "echo ready; exec sleep 60")
    let namespace = try #require(try NamespaceInventory()[link(.uts, of: world.processID)])
    #expect(namespace.members == [world.processID] && namespace.holders.isEmpty)
    #expect(try namespace.owner == link(.user, of: world.processID).inode)
    if case .unique(let id) = namespace.id { #expect(id > 0) }
  }

  @Test(.enabled(if: isRoot)) func findsWhatADescriptorAloneHolds() throws {
    let held = try namespaceOfEndedWorld()
    let namespace = try #require(
      try NamespaceInventory()[NamespaceLink(kind: .uts, inode: held.inode())])
    #expect(namespace.members.isEmpty)
    let holder = NamespaceHolder.descriptor(
      processID: CallingProcess.processID, number: held.descriptor.number)
    #expect(namespace.holders == [holder])
    #expect(namespace.id != nil)
  }

  private func namespaceOfEndedWorld() throws -> NamespaceDescriptor {
    let world = try World(.newUTS, script: "echo ready; exec sleep 60")
    return try NamespaceDescriptor(opening: FilePath("/proc/\(world.processID)/ns/uts"))
  }

  @Test(.enabled(if: isRoot)) func findsWhatAThreadAloneHolds() throws {
    let world = try World(probe: "thread-namespace")
    let found = try NamespaceInventory().namespaces.first { namespace in
      namespace.holders.contains {
        if case .thread(let processID, _) = $0 { processID == world.processID } else { false }
      }
    }
    let namespace = try #require(found)
    #expect(namespace.kind == .uts && namespace.members.isEmpty && namespace.id != nil)
    #expect(try namespace.inode != link(.uts, of: world.processID).inode)
  }

  /// In a tree of files that looks like /proc: thread 8 has ended, 12 is ending, and the others live.
  @Test func aThreadThatEndsHidesNoOther() throws {
    let world = try World(
      script: """
        d=/tmp/pangaea-ending-threads-$$; mkdir -p $d/7/ns $d/7/task/7 $d/self/ns && cd $d || exit
        ln -s 'uts:[100]' 7/ns/uts; ln -s 'user:[50]' 7/ns/user
        ln -s /proc/self/ns/user /proc/self/ns/mnt self/ns
        for t in 8 9 10 11 12 13 14; do mkdir -p 7/task/$t/ns; ln -s 'user:[60]' 7/task/$t/ns/user; done
        for t in 9 10 11 13 14; do ln -s "uts:[2$t]" 7/task/$t/ns/uts; done
        rm 7/task/8/ns/user; echo ready; exec sleep 60
        """)
    let directory = FilePath("/tmp/pangaea-ending-threads-\(world.processID)")
    defer { _ = try? World(script: "rm -r \(directory); echo ready; exec sleep 60") }
    let inventory = try NamespaceInventory(of: [.uts, .user], in: [.threads], from: Procfs(at: directory))
    let threads = inventory.namespaces.filter { $0.kind == .uts }.flatMap(\.holders)
    #expect(threads == [29, 210, 211, 213, 214].map { .thread(processID: 7, threadID: $0 < 200 ? 9 : $0 - 200) })
  }

  @Test(.enabled(if: isRoot)) func findsWhatASocketAloneHolds() throws {
    let world = try World(probe: "socket-namespace")
    let found = try NamespaceInventory().namespaces.first { namespace in
      namespace.holders.contains {
        if case .socket(let processID, _) = $0 { processID == world.processID } else { false }
      }
    }
    let namespace = try #require(found)
    #expect(namespace.kind == .network && namespace.members.isEmpty && namespace.id != nil)
  }

  @Test(.enabled(if: isRoot)) func findsWhatOnlyItsChildrenWillBeIn() throws {
    let world = try World(script: "exec unshare --pid sh -c 'echo ready; sleep 60 & exec sleep 60'")
    let own = try link(.pid, of: world.processID)
    let inner = try NamespaceInventory().namespaces.first {
      $0.holders.contains(.forChildren(processID: world.processID))
    }
    let namespace = try #require(inner)
    #expect(namespace.kind == .pid)
    #expect(namespace.parent == own.inode, "\(namespace)")
  }

  @Test(.enabled(if: isRoot)) func findsWhatABindMountInAnotherMountNamespaceHolds() throws {
    let script = """
      mount -t tmpfs none /mnt && touch /mnt/place && unshare --uts=/mnt/place true && echo ready && exec sleep 60
      """
    let world = try World(.newMount, script: "mount --make-rprivate / && " + script)
    let mounts = try link(.mount, of: world.processID)
    let holder = NamespaceHolder.mount(namespace: mounts.inode, path: Array("/mnt/place".utf8))
    let namespace = try #require(try NamespaceInventory().namespaces.first { $0.holders == [holder] })
    #expect(namespace.kind == .uts && namespace.members.isEmpty)
  }

  @Test(.enabled(if: isRoot)) func findsAParentThatOnlyItsChildKeeps() throws {
    let script = "exec unshare --user --map-root-user sh -c 'unshare --user sleep 60 & sleep 0.2'"
    let world = try World(.newPID, script: "(\(script)); echo ready; exec sleep 60")
    let table = try ProcessTable(reading: .namespaces)
    let sleeper = try #require(
      table.records.first { $0.parentID == world.processID && $0.commandName == Array("sleep".utf8) })
    let inventory = try NamespaceInventory()
    let inner = try #require(inventory[link(.user, of: sleeper.processID)])
    let outer = try #require(inventory[NamespaceLink(kind: .user, inode: inner.parent ?? 0)])
    #expect(outer.members.isEmpty && outer.holders.isEmpty && outer.id != nil)
    #expect(outer.inode != (try link(.user, of: world.processID)).inode)
    #expect(inventory.children(of: outer.link).map(\.inode) == [inner.inode])
    #expect(inner.ownerUserID == 0)
  }

  @Test(.enabled(if: isRoot)) func readsTheSameInAPIDNamespaceOfItsOwn() throws {
    let crowd = "i=0; while [ $i -lt 450 ]; do sleep 60 & i=$((i+1)); done"
    let script = "\(crowd); unshare --uts --ipc sleep 60 & \(World.probe) compare-readings; sleep 60"
    _ = try World(script: "exec unshare --pid --mount --fork --mount-proc --kill-child sh -c '\(script)'")
  }

  @Test(.enabled(if: isRoot)) func readsAWorldThroughItsOwnProcfsFromOutside() throws {
    let script = """
      mount --make-rprivate / && mount -t proc proc /proc && exec 9</proc/self/ns/ipc && echo ready && exec sleep 60
      """
    let world = try World([.newPID, .newMount, .newIPC], script: script)
    let inventory = try NamespaceInventory(from: Procfs(at: FilePath("/proc/\(world.processID)/root/proc")))
    #expect(try inventory[link(.pid, of: world.processID)]?.members == [1])
    #expect(try inventory[link(.ipc, of: world.processID)]?.members == [1])
    let others = inventory.namespaces.flatMap(\.members).filter { $0 != 1 }
    #expect(others.isEmpty)
    #expect(try inventory[link(.pid, of: world.processID)]?.parent != nil)
  }

  @Test(.enabled(if: isRoot)) func findsTheSameAmongManyProcesses() throws {
    let crowd = try World(
      .newPID, script: "i=0; while [ $i -lt 450 ]; do sleep 60 & i=$((i+1)); done; echo ready; exec sleep 60")
    let held = try namespaceOfEndedWorld()
    let threaded = try World(probe: "thread-namespace")
    let socketed = try World(probe: "socket-namespace")
    let inventory = try NamespaceInventory()
    #expect(try (inventory[link(.pid, of: crowd.processID)]?.members.count ?? 0) == 451)
    #expect(try inventory[link(.uts, of: CallingProcess.processID)]?.members.contains(crowd.processID) == true)
    let ended = try inventory[NamespaceLink(kind: .uts, inode: held.inode())]
    #expect(
      ended?.holders == [.descriptor(processID: CallingProcess.processID, number: held.descriptor.number)])
    let holders = inventory.namespaces.flatMap(\.holders)
    let hasThread = holders.contains {
      if case .thread(threaded.processID, _) = $0 { true } else { false }
    }
    let hasSocket = holders.contains {
      if case .socket(socketed.processID, _) = $0 { true } else { false }
    }
    #expect(hasThread && hasSocket)
  }
}

// A program with threads of its own puts a child into a world of its own, and looks at both from outside: who descends
// from whom, and where a border runs between them. It works as root and as an ordinary user.

import Isolation
import Linux
import Processes

@main
struct Continent {
  static func main() async throws {
    // Threads that allocate and lock: the library may be used beside them.
    let others = (0..<4).map { _ in Task.detached { allocateUntilCancelled() } }
    defer { for task in others { task.cancel() } }

    let world = try plan().start()
    defer { end(world.pidfd) }
    let tree = ProcessTree(try ProcessTable(reading: [.namespaces, .status]))
    show(CallingProcess.processID, in: tree, depth: 0)
  }

  /// What the child is to have: a plan is a value, and nothing has happened yet.
  static func plan() -> IsolationPlan {
    var plan = IsolationPlan(
      command: IsolatedCommand(["sleep", "60"], environment: ["PATH=/usr/bin:/bin"]),
      namespaces: [.newUser, .newMount, .newPID, .newUTS, .newIPC])
    plan.idMaps = .own(
      user: UserIDs.current.effective, group: GroupIDs.current.effective, insideUser: 0, insideGroup: 0)
    plan.hostname = "gondwana"
    return plan
  }

  /// Prints a branch: name, PID, the kinds of namespace that the parent is not in, and the PIDs further inside.
  static func show(_ processID: Int32, in tree: ProcessTree, depth: Int) {
    guard let process = tree.table[processID] else { return }
    let name = String(decoding: process.commandName, as: UTF8.self)
    let borders = kinds(inWhich: process, departsFrom: tree.parent(of: processID)).map { " +\($0.procName)" }
    let inside = process.status.value?.processIDs.dropFirst().map { ", PID \($0) inside" } ?? []
    print(String(repeating: "  ", count: depth) + "\(name) \(processID)" + borders.joined() + inside.joined())
    for child in tree.children(of: processID) { show(child.processID, in: tree, depth: depth + 1) }
  }

  static func kinds(inWhich process: ProcessRecord, departsFrom parent: ProcessRecord?) -> [NamespaceKind] {
    guard let own = process.namespaces.value, let parents = parent?.namespaces.value else { return [] }
    return NamespaceKind.allCases.filter { own[$0] != parents[$0] }
  }

  static func allocateUntilCancelled() {
    var texts: [String] = []
    while !Task.isCancelled { texts = (0..<64).map { String(repeating: "land ", count: $0) } }
    precondition(texts.isEmpty || texts.count == 64)
  }

  static func end(_ world: borrowing PIDFD) {
    do {
      try world.send(.kill)
      _ = try world.wait()
    } catch {
      print("the world goes on: \(error)")
    }
  }
}

// A program whose threads allocate and lock all the while, and which makes worlds from several of them at once: between
// fork and exec a child of such a program may find any lock taken for good.

import Dispatch
import Isolation
import Linux
import Synchronization

/// A busy thread pool that starts isolated children.
final class Crowd: Sendable {
  private static let allocatingThreads = 12
  private static let startingThreads = 4

  private let worlds: Int
  private let isOver = Atomic(false)
  private let ended = Atomic(0)

  init(worlds: Int) {
    self.worlds = worlds
  }

  /// Starts the children and waits for each; prints how many ended well. 0 when all did.
  func run() -> Int32 {
    let allocating = DispatchGroup()
    for number in 0..<Self.allocatingThreads {
      // A serial queue of its own each, so that each has a thread.
      DispatchQueue(label: "allocating \(number)").async(group: allocating) { self.allocate() }
    }
    let starting = DispatchGroup()
    for number in 0..<Self.startingThreads {
      let share = worlds / Self.startingThreads + (number < worlds % Self.startingThreads ? 1 : 0)
      DispatchQueue(label: "starting \(number)").async(group: starting) { self.start(share) }
    }
    starting.wait()
    isOver.store(true, ordering: .relaxed)
    allocating.wait()
    let count = ended.load(ordering: .relaxed)
    print("\(count) worlds")
    return count == worlds ? 0 : 1
  }

  private func allocate() {
    var texts: [String] = []
    while !isOver.load(ordering: .relaxed) {
      texts = (0..<64).map { String(repeating: "busy ", count: $0 * 7 + 1) }
    }
    precondition(texts.isEmpty || texts.count == 64)
  }

  private func start(_ count: Int) {
    let plan = IsolationPlan(
      command: IsolatedCommand(["true"], environment: ["PATH=/usr/bin:/bin"]),
      namespaces: [.newUser, .newMount, .newPID, .newUTS, .newIPC])
    for _ in 0..<count {
      do {
        guard try plan.start().pidfd.wait() == .exited(0) else { continue }
        ended.add(1, ordering: .relaxed)
      } catch {
        print("not started: \(error)")
        return
      }
    }
  }
}

// Names of worlds: who has one, who may take one, and what the dead leave.

import Linux
import Processes
import Testing
import struct SystemPackage.FilePath

@testable import Isolation

@Suite struct WorldRegistryTests {
  /// A directory that is not there yet, below one of the test's own.
  private struct Place: ~Copyable {
    let parent: FilePath
    let registry: WorldRegistry

    init() throws {
      let parent = FilePath("/tmp/pangaea-test-registry-\(monotonicNanoseconds())")
      try makeDirectory(parent, mode: 0o755)
      self.parent = parent
      registry = WorldRegistry(directory: parent.appending("names"))
    }

    var exists: Bool { (try? FileDescriptor.open(registry.directory, .directory)) != nil }

    /// Writes a file of the registry as another program would.
    func write(_ content: String, to name: String) throws {
      let file = registry.directory.appending(name)
      try FileDescriptor.open(file, [.writeOnly, .create, .truncate]).write(content)
    }

    deinit {
      do throws(SystemCallError) {
        if exists {
          for name in try FileDescriptor.open(registry.directory, .directory).entryNames() {
            try removeFile(registry.directory.appending(FilePath(bytes: name).components))
          }
          try removeDirectory(registry.directory)
        }
        try removeDirectory(parent)
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  private var this: ProcessIdentity {
    get throws { try ProcessRecord.read(CallingProcess.processID, .stat).identity }
  }

  @Test(arguments: ["a", "A9", "under_score", "x.y-z", "0x", String(repeating: "n", count: 64)])
  func isAName(text: String) { #expect(WorldRegistry.isName(text)) }

  @Test(arguments: [
    "", "1", "-1", "+7", ".", "..", ".a", "-a", "a/b", "a b", "ä", "a\n", String(repeating: "n", count: 65),
  ])
  func isNoName(text: String) { #expect(!WorldRegistry.isName(text)) }

  @Test func findsWhatWasGiven() throws {
    let place = try Place()
    let world = try place.registry.claim("blue").give(to: this)
    #expect(try place.registry.find("blue") == world)
    #expect(try place.registry.all() == [world])
    #expect(try place.registry.find("green") == nil)
    try place.registry.remove(world)
    #expect(try place.registry.find("blue") == nil)
    let exists = place.exists
    #expect(!exists, "the directory goes with its last name")
  }

  @Test func refusesATakenName() throws {
    let place = try Place()
    let world = try place.registry.claim("blue").give(to: this)
    let error = #expect(throws: SystemCallError.self) { _ = try place.registry.claim("blue") }
    #expect(error?.errno == .eexist)
    #expect(try place.registry.find("blue") == world)
    _ = try place.registry.claim("green").give(to: this)
    #expect(try place.registry.all().map(\.name) == ["blue", "green"])
  }

  @Test func refusesWhatIsNoName() throws {
    let place = try Place()
    let error = #expect(throws: SystemCallError.self) { _ = try place.registry.claim("../blue") }
    #expect(error?.errno == .einval)
    #expect(try place.registry.find("../../etc/passwd") == nil)
  }

  @Test func aClaimThatWasNotGivenLeavesNothing() throws {
    let place = try Place()
    do { _ = try place.registry.claim("blue") }
    let exists = place.exists
    #expect(!exists)
    _ = try place.registry.claim("blue").give(to: this)
  }

  @Test func theDeadHaveNoName() throws {
    let place = try Place()
    let alive = try this
    try place.registry.remove(place.registry.claim("first").give(to: alive))
    _ = try place.registry.claim("kept").give(to: alive)
    // The same PID, but another process; no process; no numbers; half a line.
    try place.write("\(alive.processID) \(alive.startTime + 1)\n", to: "reused")
    try place.write("999999999 1\n", to: "gone")
    try place.write("not numbers\n", to: "broken")
    try place.write("17", to: "half")
    #expect(try place.registry.all().map(\.name) == ["kept"])
    _ = try place.registry.claim("reused").give(to: alive)
    #expect(try place.registry.all().map(\.name) == ["kept", "reused"])
    let left = try FileDescriptor.open(place.registry.directory, .directory).entryNames()
    #expect(left.count == 2, "what the dead left was removed")
  }

  @Test func whoeverHasEndedHasNoNameThoughNobodyHasReaped() throws {
    let place = try Place()
    var program = SystemCallProgram()
    program.append(.exit(0))
    let child = try program.start()
    _ = try child.pidfd.waitForChange([.exited, .withoutReaping])
    let process = try ProcessRecord.read(child.processID, .stat).identity
    _ = try place.registry.claim("blue").give(to: process)
    #expect(try place.registry.find("blue") == nil && place.registry.all().isEmpty)
    _ = try place.registry.claim("blue").give(to: this)
    _ = try child.pidfd.wait()
  }

  @Test func removesOnlyItsOwn() throws {
    let place = try Place()
    let alive = try this
    let world = try place.registry.claim("blue").give(to: alive)
    try place.registry.remove(NamedWorld(name: "blue", process: ProcessIdentity(processID: 1, startTime: 2)))
    #expect(try place.registry.find("blue") == world)
  }

  @Test func doesNotFollowALink() throws {
    let place = try Place()
    try makeDirectory(place.parent.appending("other"), mode: 0o755)
    defer { #expect(throws: Never.self) { try removeDirectory(place.parent.appending("other")) } }
    var program = SystemCallProgram()
    program.append(
      .execute(
        ["/bin/ln"], ["ln", "-s", "other", place.registry.directory.string].map { Array($0.utf8) }, environment: []))
    _ = try program.start().pidfd.wait()
    defer { #expect(throws: Never.self) { try removeFile(place.registry.directory) } }
    #expect(throws: SystemCallError.self) { _ = try place.registry.claim("blue") }
    #expect(throws: SystemCallError.self) { _ = try place.registry.find("blue") }
  }

  @Test(.enabled(if: UserIDs.current.effective == 0)) func refusesAnothersDirectory() throws {
    let place = try Place()
    try makeDirectory(place.registry.directory, mode: 0o755)
    var program = SystemCallProgram()
    program.append(
      .execute(
        ["/bin/chown"], ["chown", "65534", place.registry.directory.string].map { Array($0.utf8) }, environment: []))
    _ = try program.start().pidfd.wait()
    let error = #expect(throws: SystemCallError.self) { _ = try place.registry.claim("blue") }
    #expect(error?.errno == .eperm)
    try place.write("1 1\n", to: "blue")
    #expect(throws: SystemCallError.self) { _ = try place.registry.find("blue") }
  }

  @Test func oneOfManyClaimsWins() async throws {
    let place = try Place()
    let registry = place.registry
    let alive = try this
    let won = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask {
          do {
            _ = try registry.claim("race").give(to: alive)
            return true
          } catch {
            return false
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(won == 1)
  }
}

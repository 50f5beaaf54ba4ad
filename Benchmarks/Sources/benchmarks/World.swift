// Programs started in the harness's own PID namespace.

private import CWorld

/// The PID namespace that the harness is init of.
struct World {
  /// Where the harness's own programs lie.
  let tools: String
  /// The program under measurement.
  let pangaea: String

  /// Goes on as init of a new PID namespace; nil, with a message, where the kernel refuses.
  init?(harness: String, pangaea: String) {
    guard let slash = harness.lastIndex(of: "/") else { return nil }
    tools = String(harness[..<slash])
    self.pangaea = pangaea
    let reason = world_enter()
    guard reason == 0 else {
      print("bench: no PID namespace of its own: error \(reason)")
      return nil
    }
  }

  /// What a program printed on both outputs, and its wait status.
  func run(_ command: [String], room: Int = 1 << 16) -> (status: Int32, output: [UInt8]) {
    var output = [UInt8](repeating: 0, count: room)
    var length: Int64 = 0
    let status = world_run(command.joined(separator: "\n"), &output, Int64(room), &length)
    return (status, Array(output.prefix(Int(length))))
  }

  /// The text that a program printed.
  func text(of command: [String], room: Int = 1 << 16) -> String {
    String(decoding: run(command, room: room).output, as: UTF8.self)
  }

  /// Starts a program that stays; its PID, once it has printed a line or become another program.
  func start(_ command: [String]) -> Int32 {
    world_start(command.joined(separator: "\n"))
  }

  /// Makes so many idle processes; the PID of the first, from which all descend.
  func populate(_ count: Int, generations: Int = 4, forking: Bool = false) -> Int32 {
    start(["\(tools)/population", "\(count)", "\(generations)"] + (forking ? ["forking"] : []))
  }

  /// Ends a population.
  func end(_ population: Int32) {
    _ = world_end_group(population)
  }

  /// How many processes are in this world, the ended ones reaped.
  var processCount: Int {
    world_reap()
    return Int(world_population())
  }

  /// Prints a text, at once.
  func show(_ text: String) {
    if !text.isEmpty { world_print(text + "\n") }
  }

  /// Writes a file; says so when it cannot.
  func write(_ text: String, to path: String) {
    let reason = world_write(path, text)
    if reason != 0 { show("bench: cannot write \(path): error \(reason)") }
  }
}

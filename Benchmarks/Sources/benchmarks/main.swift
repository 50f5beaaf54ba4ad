// Measures what the project claims, and writes it down.
//
// usage: benchmarks PANGAEA DOCUMENTATION REPEATS [ROW...]

let arguments = CommandLine.arguments
guard arguments.count >= 4, let repeats = Int(arguments[3]),
  let world = World(harness: arguments[0], pangaea: arguments[1])
else {
  fatalError("usage: benchmarks PANGAEA DOCUMENTATION REPEATS [ROW...]")
}
Benchmarks(world: world, repeats: repeats, wanted: Array(arguments.dropFirst(4))).run(writingTo: arguments[2])

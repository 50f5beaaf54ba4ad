// How the readers of the process table grow with it: a straight line is the claim.

extension World {
  /// Time per process at three sizes, as a table.
  func growth(repeats: Int) -> String {
    let contenders = [
      Contender(name: "ps -ef", command: [pangaea, "ps", "-ef"]),
      Contender(name: "tree", command: [pangaea, "tree"]),
      Contender(name: "ns", command: [pangaea, "ns"]),
      Contender(name: "floor", command: ["\(tools)/floor"]),
    ]
    let sizes = [500, 5_000, 20_000]
    let costs = sizes.map { size in
      let population = populate(size)
      defer { end(population) }
      return self.costs(of: contenders, repeats: repeats)
    }
    let head = [""] + sizes.flatMap { ["\($0): wall ms", "CPU µs each"] }
    let cells = contenders.indices.map { which in
      ["`\(contenders[which].name)`"]
        + sizes.indices.flatMap { size in
          let cost = costs[size][which]
          guard cost.failures == 0 else { return ["failed", ""] }
          return [fixed(cost.wall * 1e3, 2), fixed(cost.processor * 1e6 / Double(sizes[size]), 2)]
        }
    }
    return table([head] + cells)
  }
}

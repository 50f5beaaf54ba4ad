// The claims of speed, each with its peers and bounds.

/// What is compared.
enum Quantity {
  case time, peakMemory
}

/// A peer, and how much of its cost is the most we may take; nil where no bound is set.
struct Peer {
  let contender: Contender
  let bound: Double?
}

/// One claim: ours beside its peers.
struct Row {
  /// What `make bench ROW=` calls it.
  let key: String
  let title: String
  /// How many idle processes there are meanwhile.
  let population: Int
  var quantity = Quantity.time
  let ours: [String]
  /// How many lines ours prints at least, so that doing nothing is not fast.
  var leastLines = 0
  let peers: [Peer]
}

/// The table. `namespaceHolder` is a process in a UTS namespace of its own.
func rows(pangaea: String, floor: String, namespaceHolder: Int32) -> [Row] {
  let floor = Contender(name: "floor", command: [floor])
  func peer(_ command: String, named name: String? = nil, _ bound: Double?) -> Peer {
    let words = command.split(separator: " ").map(String.init)
    return Peer(contender: Contender(name: name ?? command, command: words), bound: bound)
  }
  let enter = "nsenter -t \(namespaceHolder) -u true"
  let bwrap = "bwrap --dev-bind / / --proc /proc --unshare-pid --unshare-uts --unshare-ipc --unshare-cgroup"
  return [
    Row(
      key: "ps", title: "ps -ef", population: 5000, ours: [pangaea, "ps", "-ef"], leastLines: 5000,
      peers: [peer("ps -ef", 0.40), Peer(contender: floor, bound: 2.2)]),
    Row(
      key: "tree", title: "tree", population: 5000, ours: [pangaea, "tree"], leastLines: 2,
      peers: [peer("pstree", 0.35), Peer(contender: floor, bound: 4)]),
    Row(
      key: "ns", title: "ns", population: 5000, ours: [pangaea, "ns"], leastLines: 50,
      peers: [peer("lsns", 0.12), Peer(contender: floor, bound: 3.5)]),
    Row(
      key: "memory", title: "ps -ef, peak memory", population: 5000, quantity: .peakMemory,
      ours: [pangaea, "ps", "-ef"], leastLines: 5000, peers: [peer("ps -ef", 1)]),
    Row(
      key: "unshare", title: "unshare -u true", population: 0, ours: [pangaea, "unshare", "-u", "true"],
      peers: [peer("unshare -u true", 1)]),
    Row(
      key: "nsenter", title: "nsenter -t P -u true", population: 0,
      ours: [pangaea] + enter.split(separator: " ").map(String.init),
      peers: [peer(enter, named: "nsenter -t P -u true", 1)]),
    Row(
      key: "run", title: "run -- true", population: 0, ours: [pangaea, "run", "--", "true"],
      peers: [peer("unshare -pmfui --mount-proc true", 1.2), peer("\(bwrap) true", named: "bwrap, same kinds", 0.6)]),
    Row(
      key: "run-all", title: "run --net -- true", population: 0, ours: [pangaea, "run", "--net", "--", "true"],
      peers: [
        peer("unshare -pmfuin --mount-proc true", 1.2),
        peer("\(bwrap) --unshare-net true", named: "bwrap, same kinds", 0.6),
      ]),
  ]
}

// `cgroup show`: the limits, counters and state of one control group.

internal import JSON
internal import Cgroups
internal import CommandDescription
internal import Linux
internal import Screen
internal import struct SystemPackage.FilePath

/// The verb `cgroup show`.
struct CgroupShow: HandParsedVerb {
  static let description = VerbDescription(
    name: "show",
    abstract: "show limits, counters and state of a control group",
    usage: ["[options] [PATH|WHO]"],
    discussion: [
      "Without an operand the caller's own is shown. A limit is what is set on this control group itself: those above "
        + "it hold too. A counter is of all that are in it or below it. Where somebody is at the top of a hierarchy that is "
        + "said, and the counters there are left out: they are of all who were put nowhere."
    ],
    options: [
      OptionDescription(nil, "json", "print JSON"), OptionDescription("h", "help", "show this help"),
    ] + InspectorOptions.handParsed,
    operands: .cgroup)

  private var isJSON = false
  private var watch: Double?
  private var color = ColorChoice.auto

  static func run(_ invocation: Invocation) throws(Complaint) -> Int32 {
    var show = CgroupShow()
    var scanner = OptionScanner(invocation.arguments, options: description.options)
    while let option = try scanner.nextOption() {
      switch option.name {
      case "help": return try invocation.showHelp(description)
      case "watch": show.watch = try InspectorOptions.interval(option.value ?? "")
      case "color": show.color = try ColorChoice(word: option.value)
      default: show.isJSON = true
      }
    }
    guard scanner.operands.count < 2 else { throw .usage("one control group at a time, please") }
    let operand = scanner.operands.first
    return try InspectorOptions.show(every: show.watch, clearsScreen: !show.isJSON) {
      (output) throws(Complaint) in try show.look(operand, &output)
    }
  }

  private func look(_ operand: String?, _ output: inout OutputBuffer) throws(Complaint) -> Int32 {
    let lookup = try CgroupLookup()
    let named = try operand.map { name throws(Complaint) in try lookup.find(name) }
    let state = try CgroupState(of: named ?? lookup.hierarchies.own)
    if isJSON {
      var json = JSONWriter(watch == nil ? .indented : .line)
      json.writeState(state, lookup.hierarchies)
      try output.write(json.bytes)
    } else {
      try output.write(state.text(width: OutputWidth.ofStandardOutput(), paint: Paint(color)))
    }
    return 0
  }
}

/// What is known of one control group.
private struct CgroupState {
  let cgroup: Cgroup
  /// The hierarchies at whose top it is, which is left out.
  let tops: [CgroupHierarchy]
  let limits: CgroupLimits
  let usage: CgroupUsage
  let isFrozen: Bool?
  let members: [Int32]

  init(of whole: Cgroup) throws(Complaint) {
    cgroup = whole.ofItsOwn
    tops = whole.difference(from: cgroup).places.map(\.hierarchy)
    do throws(SystemCallError) {
      limits = try cgroup.limits()
      usage = try cgroup.usage()
      isFrozen = try cgroup.isFrozen()
      members = try cgroup.members()
    } catch {
      throw Complaint(error, doing: "read the control group \(cgroup.places.first?.path.string ?? "")")
    }
  }

  /// The page that a person sees: a line for each fact.
  func text(width: Int?, paint: Paint) -> String {
    let places = cgroup.places.map { (CgroupLookup.label($0.hierarchy), Escaping.escaped($0.directory.bytes[...])) }
    let top = tops.isEmpty ? [] : [("at the top, not counted", tops.map(CgroupLookup.label).joined(separator: " "))]
    let facts = places + top + limitFacts + usageFacts
    return facts.map { label, value in
      var line = StyledLine()
      let padding = String(repeating: " ", count: max(26 - DisplayWidth.of(label), 1))
      line.append(Escaping.escaped(label) + padding, .quiet)
      let isWarning = Self.warnings.contains(label) && !["0", "no", "-"].contains(value)
      line.append(Escaping.escaped(value), isWarning ? .warning : nil)
      return line.text(width: width, paint: paint)
    }.joined()
  }

  /// What went against somebody, unless it is none.
  private static let warnings = [
    "periods at the limit", "times at the memory limit", "killed for memory", "forks refused", "frozen",
  ]

  private var limitFacts: [(String, String)] {
    func shown(_ controller: CgroupController, _ value: String?) -> String {
      if let value { return value }
      if cgroup.place(of: controller) != nil { return "none" }
      return tops.contains { $0.controllers.contains(controller) } ? "none (at the top)" : "- (no such controller here)"
    }
    return [
      ("limit of processors", shown(.cpu, limits.cpus.map { "\($0)" })),
      ("limit of memory", shown(.memory, limits.memory.map(ByteCount.shown))),
      ("limit of swap", shown(.memory, limits.swap.map(ByteCount.shown))),
      ("limit of processes", shown(.processes, limits.processes.map { "\($0)" })),
    ]
  }

  private var usageFacts: [(String, String)] {
    let facts: [(String, String?)] = [
      ("processor time", usage.cpuNanoseconds.map(Self.seconds)),
      ("periods at the limit", usage.throttledPeriods.map { "\($0)" }),
      ("time kept from running", usage.throttledNanoseconds.map(Self.seconds)),
      ("memory", usage.memory.map(ByteCount.shown)), ("most memory so far", usage.memoryPeak.map(ByteCount.shown)),
      ("times at the memory limit", usage.memoryLimitHits.map { "\($0)" }),
      ("killed for memory", usage.outOfMemoryKills.map { "\($0)" }),
      ("processes and threads", usage.processes.map { "\($0)" }),
      ("forks refused", usage.processLimitHits.map { "\($0)" }), ("frozen", isFrozen.map { $0 ? "yes" : "no" }),
      ("members, with those below", "\(members.count)"),
    ]
    return facts.map { ($0, $1 ?? "-") }
  }

  private static func seconds(_ nanoseconds: UInt64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    let fraction = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction + " s"
  }
}

extension JSONWriter {
  /// Writes one control group; the schema is Documentation/schemas/cgroup.json.
  fileprivate mutating func writeState(_ state: CgroupState, _ hierarchies: CgroupHierarchies) {
    document { json in
      json.member("layout", hierarchies.layout.rawValue)
      json.member("places") { json in
        json.array { json in
          for place in state.cgroup.places {
            json.object {
              $0.member("hierarchy") { $0.writeHierarchy(place.hierarchy) }
              $0.member("path", bytes: place.path.bytes[...])
              $0.member("directory", bytes: place.directory.bytes[...])
            }
          }
        }
      }
      json.member("tops") { json in json.array { json in state.tops.forEach { json.writeHierarchy($0) } } }
      json.member("limits") { $0.writeLimits(state.limits) }
      json.member("usage") { $0.writeUsage(state.usage) }
      json.key("isFrozen")
      if let isFrozen = state.isFrozen { json.value(isFrozen) } else { json.null() }
      json.member("members") { json in json.array { json in state.members.forEach { json.value($0) } } }
    }
  }

  private mutating func writeLimits(_ limits: CgroupLimits) {
    object { json in
      json.member("millicpus", limits.cpus.map { Int64(($0 * 1000).rounded()) })
      json.member("memory", identifier: limits.memory)
      json.member("swap", identifier: limits.swap)
      json.member("processes", identifier: limits.processes)
    }
  }

  private mutating func writeUsage(_ usage: CgroupUsage) {
    object { json in
      json.member("cpuNanoseconds", identifier: usage.cpuNanoseconds)
      json.member("throttledPeriods", identifier: usage.throttledPeriods)
      json.member("throttledNanoseconds", identifier: usage.throttledNanoseconds)
      json.member("memory", identifier: usage.memory)
      json.member("memoryPeak", identifier: usage.memoryPeak)
      json.member("memoryLimitHits", identifier: usage.memoryLimitHits)
      json.member("outOfMemoryKills", identifier: usage.outOfMemoryKills)
      json.member("processes", identifier: usage.processes)
      json.member("processLimitHits", identifier: usage.processLimitHits)
    }
  }
}

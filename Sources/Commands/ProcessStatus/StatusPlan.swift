// What the options of ps mean together: which processes, which columns, in which order and form.

internal import Linux
internal import Processes

/// What is to be done.
struct StatusPlan {
  var selection: ProcessSelection
  var columns: [Column]
  /// The first key weighs most.
  var order: [SortOrder]
  var request: StatusRequest

  /// How threads are shown.
  enum ThreadRows {
    /// Not at all.
    case none
    /// Each thread in a row, in place of its process.
    case inPlace
    /// Each process, and below it its threads.
    case below
  }
  var threadRows: ThreadRows

  /// - Throws: what the original says of options that contradict each other.
  init(_ request: StatusRequest, caller: Caller) throws(StatusRequestError) {
    self.request = request
    threadRows = try Self.threadRows(request)
    let specified = try Self.readSpecifications(request)
    order = specified.order
    columns = try Self.columns(request, specified: specified.columns)
    selection = try ProcessSelection(request, caller: caller)
    try checkQuickList()
  }

  /// What must be read of each process.
  var fields: ProcessFields {
    var fields = columns.reduce(selection.fields) { $0.union($1.fields) }
    for key in order { fields.formUnion(key.column.fields) }
    let options = request.fieldOptions
    if columns.contains(where: { ["comm", "ucmd", "ucomm"].contains($0.name) }), options.showsArgumentsForName {
      fields.insert(.commandLine)
    }
    if options.showsEnvironment { fields.insert(.environment) }
    if threadRows != .none { fields.insert(.threads) }
    return fields
  }

  private func checkQuickList() throws(StatusRequestError) {
    guard request.quickList != nil else { return }
    let name = "q/-q/--quick-pid"
    if !request.lists.isEmpty {
      throw StatusRequestError("\(name) cannot be combined with other selection options.")
    }
    if request.forest != nil {
      throw StatusRequestError("\(name) cannot be used together with forest type listings.")
    }
    if !order.isEmpty { throw StatusRequestError("\(name) cannot be used together with sort options.") }
    if request.isNegated {
      throw StatusRequestError("\(name) cannot be used together with negation switches.")
    }
  }

  private static func threadRows(_ request: StatusRequest) throws(StatusRequestError) -> ThreadRows {
    let threads = request.threads
    if threads.isEmpty { return .none }
    if request.forest != nil { throw StatusRequestError("thread display conflicts with forest display") }
    if threads.contains(.bsdH), !threads.isDisjoint(with: .below) {
      throw StatusRequestError("thread flags conflict; can't use H with m or -m")
    }
    if threads.isSuperset(of: .below) { throw StatusRequestError("thread flags conflict; can't use both m and -m") }
    if threads.isSuperset(of: [.unixL, .unixT]) {
      throw StatusRequestError("thread flags conflict; can't use both -L and -T")
    }
    return threads.isDisjoint(with: .below) ? .inPlace : .below
  }

  private static func readSpecifications(
    _ request: StatusRequest
  ) throws(StatusRequestError) -> (columns: [Column], order: [SortOrder]) {
    var columns: [Column] = []
    var order: [SortOrder] = []
    let hasOrder = request.specifications.contains { $0.source == .order }
    for specification in request.specifications {
      switch specification.source {
      case .unixFormat, .bsdFormat, .gnuFormat: columns += try ColumnSpecification.parse(specification.text)
      case .order:
        if !order.isEmpty { throw StatusRequestError("multiple sort options") }
        order = try SortOrder.parse(specification.text)
      case .unixPreloaded:
        if !columns.isEmpty { throw StatusRequestError("option -O can not follow other format options") }
        columns = preloaded(try ColumnSpecification.parse(specification.text), "END_SYS5")
      case .bsdPreloadedOrOrder:
        if !hasOrder, order.isEmpty, let letters = SortOrder.parseLetters(specification.text) {
          order = letters
        } else if columns.isEmpty {
          columns = preloaded(try ColumnSpecification.parse(specification.text), "END_BSD")
        } else {
          throw StatusRequestError("option O is neither first format nor sort order")
        }
      }
    }
    return (columns, order)
  }

  private static func preloaded(_ columns: [Column], _ trailer: String) -> [Column] {
    (ColumnSpecification.columns(named: "pid") ?? []) + columns + (ColumnSpecification.columns(named: trailer) ?? [])
  }

  private static func columns(
    _ request: StatusRequest, specified: [Column]
  ) throws(StatusRequestError) -> [Column] {
    let mustUse =
      !request.threads.isDisjoint(with: [.unixL, .unixT]) && !request.threads.isDisjoint(with: [.unixM, .bsdM, .bsdH])
    if specified.isEmpty { return try StandardFormat(request).columns() }
    if !request.format.isEmpty { throw StatusRequestError("conflicting format options") }
    if !request.modifiers.isEmpty {
      throw StatusRequestError("can not use output modifiers with user-defined output")
    }
    if mustUse { throw StatusRequestError("-L/-T with H/m/-m and -o/-O/o/O is nonsense") }
    return specified
  }
}

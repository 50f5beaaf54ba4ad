// From keys and the mouse to what changes, as a value: nothing here touches the machine.

internal import Linux
internal import Processes
internal import Screen

extension TopModel {
  /// Takes a key.
  ///
  /// - Parameter overlayHeight: how many lines of an overlay are seen.
  /// - Returns: what is to be done with the machine.
  mutating func take(_ key: Key, overlayHeight: Int) -> TopDeed {
    notice = nil
    if key == .control("l") { return .redraw }
    if overlay != nil { return takeInOverlay(key, overlayHeight) }
    if entry != nil { return takeInEntry(key) }
    switch key.symbol {
    case .function(let number) where key.modifiers.isEmpty: return takeFunction(number)
    case .character(let letter) where key.modifiers.isEmpty: return takeLetter(letter)
    default: return takeMovement(key)
    }
  }

  private mutating func takeMovement(_ key: Key) -> TopDeed {
    switch (key.symbol, key.modifiers) {
    case (.up, _), (.character("p"), .control): select(row: selectedRow - 1)
    case (.down, _), (.character("n"), .control): select(row: selectedRow + 1)
    case (.pageUp, _): select(row: selectedRow - height)
    case (.pageDown, _): select(row: selectedRow + height)
    case (.home, _): select(row: 0)
    case (.end, _): select(row: rows.rows.count - 1)
    case (.left, _): foldOrGoUp()
    case (.right, _): unfold()
    case (.function(3), .shift): return goOn(backwards: true)
    case (.character("c"), .control): return .quit
    default: break
    }
    return .nothing
  }

  private mutating func takeFunction(_ number: Int) -> TopDeed {
    switch number {
    case 1: overlay = .text(.help)
    case 2: overlay = .menu(.groups(view.group))
    case 3: return takeLetter("/")
    case 4: entry = TopEntry(purpose: .filter, text: view.filter)
    case 5: return takeLetter("t")
    case 6: overlay = .menu(.orders(view.order))
    case 7: return .renice(by: -1, targets.map(\.identity))
    case 8: return .renice(by: 1, targets.map(\.identity))
    case 9: return takeLetter("k")
    case 10: return .quit
    default: break
    }
    return .nothing
  }

  private mutating func takeLetter(_ letter: Unicode.Scalar) -> TopDeed {
    if let deed = deed(of: letter) { return deed }
    switch letter {
    case "h", "?": overlay = .text(.help)
    case "/": entry = TopEntry(purpose: .search, text: "")
    case "n": return goOn()
    case "\\": entry = TopEntry(purpose: .filter, text: view.filter)
    case " ": tag()
    case "U": tagged = []
    case "+", "-", "=": toggleFold()
    case "*": toggleAllFolds()
    case "g": overlay = .menu(.groups(view.group))
    case "z": focus()
    case "p": isPaused.toggle()
    case "k" where !targets.isEmpty: overlay = .menu(.signals(to: targets))
    default: return takeView(letter)
    }
    return .nothing
  }

  /// What needs the machine.
  private func deed(of letter: Unicode.Scalar) -> TopDeed? {
    switch letter {
    case "q": .quit
    case "e": selected.map { .showEnvironment($0.identity) } ?? .nothing
    case "i", "s": selected.map { .inspect($0.identity) } ?? .nothing
    default: nil
    }
  }

  /// Letters that change who is shown, and in which order.
  private mutating func takeView(_ letter: Unicode.Scalar) -> TopDeed {
    var deed = TopDeed.nothing
    switch letter {
    case "t": view.isTree.toggle()
    case "H":
      view.showsThreads.toggle()
      deed = .look
    case "K": view.showsKernelThreads.toggle()
    case "P": sort(by: .cpu)
    case "M": sort(by: .memory)
    case "T": sort(by: .time)
    case "N": sort(by: .pid)
    case "I": view.isReversed.toggle()
    case "u": overlay = .menu(.users(users))
    case ">", "<", ".", ",": overlay = .menu(.orders(view.order))
    default: return .nothing
    }
    arrange()
    return deed
  }

  private mutating func sort(by order: TopOrder) {
    view.isReversed = false
    view.order = order
    arrange()
  }

  private mutating func goOn(backwards: Bool = false) -> TopDeed {
    if !search.isEmpty, !goToMatch(includesSelected: false, backwards: backwards) {
      notice = "nothing matches \(search)"
    }
    return .nothing
  }
}

// MARK: Tagging, folding, focus

extension TopModel {
  private mutating func tag() {
    guard let selected else { return }
    if tagged.remove(selected.identity) == nil { tagged.insert(selected.identity) }
    select(row: selectedRow + 1)
  }

  mutating func toggleFold() {
    guard view.isTree, let index = selectedIndex, rows.hasChildren(index) else { return }
    let identity = processes[index].identity
    if view.folded.remove(identity) == nil { view.folded.insert(identity) }
    arrange()
  }

  private mutating func toggleAllFolds() {
    if view.folded.isEmpty {
      for row in rows.rows where row.depth > 0 {
        if let index = row.process, rows.hasChildren(index) { view.folded.insert(processes[index].identity) }
      }
    } else {
      view.folded = []
    }
    arrange()
  }

  private mutating func foldOrGoUp() {
    guard view.isTree, let index = selectedIndex else { return }
    if rows.hasChildren(index), view.folded.insert(processes[index].identity).inserted {
      arrange()
    } else if let above = rows.rows.firstIndex(where: { $0.process == rows.parents[index] }) {
      select(row: above)
    }
  }

  private mutating func unfold() {
    guard let selected, view.folded.remove(selected.identity) != nil else { return }
    arrange()
  }

  private mutating func focus() {
    view.focus = view.focus == nil ? selected?.identity : nil
    if view.focus != nil { view.isTree = true }
    arrange()
  }

  /// The users of the processes there are, by number.
  private var users: [(id: UInt32, name: String)] {
    let present = Set(processes.compactMap(\.details.userID))
    return present.sorted().map { ($0, userName($0)) }
  }

  /// A user's name, or the number where there is none.
  func userName(_ id: UInt32) -> String { accounts.userName(id) ?? String(id) }
}

// MARK: What is typed

extension TopModel {
  private mutating func takeInEntry(_ key: Key) -> TopDeed {
    guard var entry else { return .nothing }
    switch key.symbol {
    case .enter: self.entry = nil
    case .escape: leave(entry)
    case .backspace where entry.text.isEmpty: leave(entry)
    case .backspace:
      entry.text.unicodeScalars.removeLast()
      change(entry)
    case .character("u") where key.modifiers == .control:
      entry.text = ""
      change(entry)
    case .character("c") where key.modifiers == .control: leave(entry)
    case .character(let letter) where key.modifiers.isEmpty:
      entry.text.unicodeScalars.append(letter)
      change(entry)
    case .function(3): return goOn()
    case .function(4) where entry.purpose == .search: self.entry = TopEntry(purpose: .filter, text: view.filter)
    default:
      self.entry = nil
      return takeMovement(key)
    }
    return .nothing
  }

  private mutating func change(_ entry: TopEntry) {
    self.entry = entry
    switch entry.purpose {
    case .search:
      search = entry.text
      if !search.isEmpty, !goToMatch(includesSelected: true) { notice = "nothing matches" }
    case .filter:
      view.filter = entry.text
      arrange()
    }
  }

  private mutating func leave(_ entry: TopEntry) {
    self.entry = nil
    if entry.purpose == .search { search = "" }
    if entry.purpose == .filter, !view.filter.isEmpty {
      view.filter = ""
      arrange()
    }
  }
}

// MARK: Overlays

extension TopModel {
  private mutating func takeInOverlay(_ key: Key, _ height: Int) -> TopDeed {
    switch overlay {
    case .text(var text):
      guard text.take(key, height: height) else { return close(key) }
      overlay = .text(text)
    case .menu(var menu):
      if key == Key(.enter), menu.selected < menu.items.count { return choose(menu.selected, of: menu) }
      guard key != .character("q"), menu.take(key, height: height) else { return close(key) }
      overlay = .menu(menu)
    case .question(_, let deed):
      overlay = nil
      if key == .character("y") || key == .character("Y") { return deed }
      notice = "nothing was done"
    case nil: break
    }
    return .nothing
  }

  private mutating func close(_ key: Key) -> TopDeed {
    switch key.symbol {
    case .escape, .function, .character("q"), .character("c"), .left: overlay = nil
    default: break
    }
    return .nothing
  }

  private mutating func choose(_ item: Int, of menu: TopMenu) -> TopDeed {
    overlay = nil
    switch menu.items[item].choice {
    case .sort(let order): sort(by: order)
    case .user(let user): view.userID = user
    case .group(let kind): view.group = kind
    case .signal(let signal): return .signal(signal, menu.targets)
    case .branch: return .planBranchKill(menu.targets)
    }
    arrange()
    return .nothing
  }
}

// MARK: The mouse

extension TopModel {
  /// Takes what was done with the mouse.
  mutating func take(_ event: MouseEvent, layout: TopLayout) -> TopDeed {
    switch event.action {
    case .wheelUp, .wheelDown:
      let step = event.action == .wheelUp ? -3 : 3
      guard overlay == nil else { return take(Key(step < 0 ? .up : .down), overlayHeight: layout.overlayHeight) }
      scroll(by: step)
    case .press(button: 1) where event.row != layout.keyBarRow: return press(event, layout)
    // When it is released: after the last key nobody would be there to read the release.
    case .release(button: 1) where event.row == layout.keyBarRow:
      guard let number = layout.functionKey(at: event.column) else { return .nothing }
      return take(Key(.function(number)), overlayHeight: layout.overlayHeight)
    case .press(button: 3) where overlay != nil: overlay = nil
    default: break
    }
    return .nothing
  }

  private mutating func press(_ event: MouseEvent, _ layout: TopLayout) -> TopDeed {
    if overlay != nil { return pressInOverlay(event, layout) }
    if event.row == layout.headingRow {
      guard let order = layout.order(at: event.column) else { return .nothing }
      if view.order == order { view.isReversed.toggle() } else { sort(by: order) }
      arrange()
      return .nothing
    }
    let row = firstRow + event.row - layout.firstListRow
    guard layout.listRows.contains(event.row), row < rows.rows.count else { return .nothing }
    let isAgain = row == selectedRow
    select(row: row)
    if isAgain { toggleFold() }
    return .nothing
  }

  private mutating func pressInOverlay(_ event: MouseEvent, _ layout: TopLayout) -> TopDeed {
    guard case .menu(var menu) = overlay else {
      if case .text = overlay { overlay = nil }
      return .nothing
    }
    let item = menu.first + event.row - layout.firstListRow
    guard event.column < layout.menuWidth, layout.listRows.contains(event.row), item < menu.items.count else {
      overlay = nil
      return .nothing
    }
    if menu.selected == item { return choose(item, of: menu) }
    menu.selected = item
    overlay = .menu(menu)
    return .nothing
  }
}

// The model of `top`: rows, folding, selection as values.

import Cgroups
import Linux
import Screen
import Testing

@testable import Commands
@testable import Processes

@Suite struct TopRowsTests {
  @Test func aTreeHasEachBranchTogether() {
    let model = topModel()
    #expect(model.shown == [1, 2, 4, 5, 6, 3])
    #expect(model.rows.rows.map(\.depth) == [0, 1, 2, 2, 3, 1])
    #expect(model.rows.rows.map(\.isLast) == [false, false, false, true, true, true])
    #expect(model.rows.rows.map(\.passing) == [0, 0, 1, 1, 1, 0])
  }

  @Test func aListIsSorted() {
    var model = topModel()
    model.type("t")
    #expect(model.shown == [1, 2, 3, 4, 5, 6])
    model.type("T")
    #expect(model.shown == [4, 3, 1, 2, 5, 6])
    model.type("M")
    #expect(model.shown == [3, 6, 1, 2, 4, 5])
    model.type("I")
    #expect(model.shown.suffix(2) == [6, 3])
  }

  @Test func siblingsOfATreeAreSorted() {
    var model = topModel()
    model.type("M")
    #expect(model.shown == [1, 3, 2, 4, 5, 6])
  }

  @Test func cpuIsSharedByTheTimeBetweenLooks() {
    var busy = liveProcess(7, 1, ticks: 100)
    guard let later = ProcessStat(Array("7 (p) R 1 0 0 0 0 0 0 0 0 0 125 0 0 0 20 0 1 0 1 0 0 0".utf8).span) else {
      return
    }
    #expect(busy.update(later, elapsedTicks: 50) == false)
    #expect(busy.cpuShare == 50)
  }

  @Test func foldingHidesAndCounts() {
    var model = topModel()
    model.go(to: 2)
    model.type("-")
    #expect(model.shown == [1, 2, 3])
    #expect(model.rows.rows[1].hiddenCount == 3)
    model.type("+")
    #expect(model.shown.count == 6)
    model.type("*")
    #expect(model.shown == [1, 2, 3])
    model.type("*")
    #expect(model.shown.count == 6)
  }

  @Test func leftFoldsThenGoesUpAndRightUnfolds() {
    var model = topModel()
    model.go(to: 5)
    model.type(.left)
    #expect(model.shown == [1, 2, 4, 5, 3])
    model.type(.left)
    #expect(model.selected?.processID == 2)
    model.go(to: 5)
    model.type(.right)
    #expect(model.shown.contains(6))
  }

  @Test func aFilterKeepsAncestorsInATreeAlone() {
    var model = topModel()
    model.type("\\CC\n")
    #expect(model.shown == [1, 2, 5, 6])
    #expect(model.rows.rows.map(\.isContext) == [true, true, true, false])
    model.type("t")
    #expect(model.shown == [6])
    _ = model.take(Key(.function(4)), overlayHeight: 15)
    model.type(.escape)
    #expect(model.shown.count == 6)
  }

  @Test func aFocusKeepsABranchAndItsAncestors() {
    var model = topModel()
    model.go(to: 5)
    model.type("z")
    #expect(model.shown == [1, 2, 5, 6])
    model.type("z")
    #expect(model.shown.count == 6)
  }

  @Test func aFocusOnWhatEndedIsGivenUp() {
    var model = topModel()
    model.go(to: 5)
    model.type("z")
    model.update(Array(liveFamily.prefix(4)))
    #expect(model.shown == [1, 2, 4, 3])
    #expect(model.notice == "PID 5 has ended: all are shown again")
  }

  @Test func aFocusInAGroupKeepsTheAncestorsToo() {
    var processes = liveFamily
    for index in processes.indices { processes[index].details.namespaces = NamespaceLinks.ofMachine }
    var model = topModel(processes)
    model.go(to: 5)
    model.type("zgu\n")
    #expect(model.view.group == .user)
    #expect(model.shown == [1, 2, 5, 6])
  }

  @Test func threadsOfTheKernelAreHidden() {
    var model = topModel(liveFamily + [liveProcess(9, 2, "kworker", flags: 0x0020_0000)])
    #expect(!model.shown.contains(9))
    model.type("K")
    #expect(model.shown.contains(9))
  }

  @Test func parentsThatContradictThemselvesEndNowhereElse() {
    let circle = [
      liveProcess(1, 0), liveProcess(2, 3), liveProcess(3, 2), liveProcess(4, 4), liveProcess(5, 6, start: 3),
      liveProcess(6, 1, start: 9),
    ]
    #expect(Set(topModel(circle).shown) == [1, 2, 3, 4, 5, 6])
  }

  @Test func aLongLineOfDescentIsNoTrouble() {
    let line = (1...20_000).map { liveProcess(Int32($0), Int32($0 - 1), start: $0) }
    let model = topModel(line)
    #expect(model.shown.count == 20_000)
    #expect(model.rows.rows.last?.depth == 19_999)
  }

  @Test func processesStandTogetherByNamespace() {
    var processes = liveFamily
    for index in processes.indices { processes[index].details.namespaces = NamespaceLinks.ofMachine }
    var model = topModel(processes)
    model.type("g")
    model.type("u\n")
    #expect(model.view.group == .user)
    #expect(model.rows.rows.first?.process == nil)
    #expect(model.shown == [1, 2, 4, 5, 6, 3])
  }
}

@Suite struct TopSelectionTests {
  @Test func theSelectionStaysWithItsProcess() {
    var model = topModel()
    model.go(to: 3)
    model.update(liveFamily + [liveProcess(7, 2, start: 9), liveProcess(8, 2, start: 9)])
    #expect(model.selected?.processID == 3)
    model.update(Array(liveFamily.prefix(2)))
    #expect(model.selected?.processID == 2)
    model.update([])
    #expect(model.selected == nil)
    #expect(model.type(.down) == .nothing)
  }

  @Test func aFoldedSelectionIsTheBranchs() {
    var model = topModel()
    model.go(to: 6)
    model.view.folded.insert(liveFamily[1].identity)
    model.arrange()
    #expect(model.selected?.processID == 2)
  }

  /// It would be PID 1, for whom the next signal is not meant.
  @Test func whoIsFilteredAwayHandsTheSelectionToNoAncestor() {
    var model = topModel(liveFamily + [liveProcess(7, 1, "makeshift", start: 9)])
    model.type("\\make\n")
    model.go(to: 7)
    model.update(liveFamily + [liveProcess(7, 1, "other", start: 9)])
    #expect(model.shown == [1, 2, 5])
    #expect(model.selected?.processID == 5)
  }

  @Test func movingKeepsTheSelectionInSight() {
    var model = topModel((1...100).map { liveProcess(Int32($0), 0) }, height: 10)
    model.type(.end)
    #expect(model.selected?.processID == 100)
    #expect(model.firstRow == 90)
    model.type(.pageUp)
    #expect(model.selected?.processID == 90)
    model.type(.home)
    #expect(model.firstRow == 0)
    model.type(.up)
    #expect(model.selected?.processID == 1)
    model.scroll(by: 5)
    #expect(model.firstRow == 5)
    #expect(model.selected?.processID == 6)
  }

  @Test func searchGoesFromMatchToMatch() {
    var model = topModel()
    model.type("/e")
    #expect(model.selected?.processID == 2)
    model.type("d")
    #expect(model.selected?.processID == 4)
    model.type("\n")
    #expect(model.entry == nil)
    model.type(.function(3))
    #expect(model.entry == TopEntry(purpose: .search, text: ""))
    model.type("e")
    #expect(model.selected?.processID == 4)
    model.type(.function(3))
    #expect(model.selected?.processID == 5)
    model.type("\n")
    _ = model.take(Key(.function(3), .shift), overlayHeight: 15)
    #expect(model.selected?.processID == 4)
    model.type("/zzz")
    #expect(model.notice != nil)
    #expect(model.selected?.processID == 4)
  }

  @Test func targetsAreTheTaggedOrTheSelected() {
    var model = topModel()
    #expect(model.targets.map(\.processID) == [1])
    model.go(to: 4)
    model.type("  ")
    #expect(model.targets.map(\.processID) == [4, 5])
    model.type("U")
    #expect(model.targets.map(\.processID) == [6])
    model.type(" ")
    model.update(Array(liveFamily.prefix(5)))
    #expect(model.tagged.isEmpty)
  }
}

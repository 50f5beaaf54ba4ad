// A family of processes, and the model of `top` that shows it.

import Cgroups
import Linux
import Screen

@testable import Commands
@testable import Processes

/// A process as /proc/PID/stat would tell of it.
func liveProcess(
  _ processID: Int32, _ parentID: Int32, _ name: String = "p", start: Int = 1, ticks: Int = 0, pages: Int = 0,
  flags: Int = 0, state: String = "S"
) -> LiveProcess {
  let text =
    "\(processID) (\(name)) \(state) \(parentID) 0 0 0 0 \(flags) 0 0 0 0 \(ticks) 0 0 0 20 0 1 0 \(start) 0 \(pages) 0"
  guard let stat = ProcessStat(Array(text.utf8).span) else { fatalError("no stat: \(text)") }
  return LiveProcess(stat, threadGroupID: processID)
}

/// 1 init
/// ├─2 shell
/// │ ├─4 editor
/// │ └─5 make
/// │   └─6 cc
/// └─3 server
var liveFamily: [LiveProcess] {
  [
    liveProcess(1, 0, "init"), liveProcess(2, 1, "shell", start: 2),
    liveProcess(3, 1, "server", start: 3, ticks: 50, pages: 9),
    liveProcess(4, 2, "editor", start: 4, ticks: 90), liveProcess(5, 2, "make", start: 5),
    liveProcess(6, 5, "cc", start: 6, pages: 5),
  ]
}

/// Namespaces of which the one of names is known.
func links(uts inode: UInt64) -> NamespaceLinks {
  var links = NamespaceLinks()
  links[.uts] = inode
  return links
}

func topModel(_ processes: [LiveProcess] = liveFamily, height: Int = 20) -> TopModel {
  var model = TopModel(
    own: NamespaceLinks(), accounts: Accounts(passwd: Array("root:x:0:0::/:/bin/sh\n".utf8), group: []))
  model.setRoom(rows: height, columns: 80)
  model.update(processes)
  return model
}

extension TopModel {
  var shown: [Int32] { rows.rows.compactMap { $0.process.map { processes[$0].processID } } }

  @discardableResult
  mutating func type(_ keys: String) -> TopDeed {
    var deed = TopDeed.nothing
    for letter in keys.unicodeScalars {
      deed = take(letter == "\n" ? Key(.enter) : .character(letter), overlayHeight: 15)
    }
    return deed
  }

  @discardableResult
  mutating func type(_ symbol: Key.Symbol) -> TopDeed { take(Key(symbol), overlayHeight: 15) }

  mutating func go(to processID: Int32) {
    if let row = shown.firstIndex(of: processID) { select(row: row) }
  }
}

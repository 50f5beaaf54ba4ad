// What the page of a course is told: the course once, and where the learner is each time that changes. Texts stay texts:
// the page puts none of them in as HTML.

internal import JSON
internal import Lab

enum CourseJSON {
  /// The course: `{"course": …}`.
  static func course(_ course: Course) -> [UInt8] {
    line { json in
      json.member("course") { json in
        json.object { json in
          json.member("title", course.title)
          json.member("sections") { json in
            json.array { json in course.sections.forEach { write($0, to: &json) } }
          }
        }
      }
    }
  }

  /// Where the learner is: `{"session": …}`.
  ///
  /// - Parameter shells: the PIDs of the shells in their world.
  static func session(_ session: LearnerSession, shells: [TerminalName: Int32] = [:]) -> [UInt8] {
    let claims = session.course.claims
    return line { json in
      json.member("session") { json in
        json.object { json in
          json.member("phase", session.phase.word)
          json.member("place", claims.firstIndex(of: session.lesson.claim))
          json.member("marked", session.marked)
          json.member("isFree", session.isFree)
          // Steps that only look at what is there are none to whoever counts them.
          json.member("step", session.phase.step.map { session.lesson.stepsToDo(before: $0) })
          json.member("steps", session.lesson.stepsToDo())
          write("seen", claims, to: &json) { session.progress.isDone($0) }
          write("untold", claims, to: &json) { session.progress.reasonUntold(of: $0) != nil }
          json.member("shells") { json in
            json.object { json in
              for name in TerminalName.allCases { if let shell = shells[name] { json.member(name.rawValue, shell) } }
            }
          }
          json.member("page") { json in
            json.array { json in session.page.forEach { write($0, to: &json) } }
          }
        }
      }
    }
  }

  /// The places of those lessons of which something is so.
  private static func write(
    _ name: String, _ claims: [Claim], to json: inout JSONWriter, where isSo: (Claim) -> Bool
  ) {
    json.member(name) { json in
      json.array { json in for (place, claim) in claims.enumerated() where isSo(claim) { json.value(place) } }
    }
  }

  /// Something that happened to the page itself: `{"state": "elsewhere"}` or `{"state": "left"}`.
  static func state(_ word: String) -> [UInt8] {
    line { $0.member("state", word) }
  }

  private static func line(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
    var json = JSONWriter(.line)
    json.object(body)
    return json.bytes
  }

  private static func write(_ section: CourseSection, to json: inout JSONWriter) {
    json.object { json in
      json.member("title", section.title)
      json.member("lessons") { json in
        json.array { json in
          for claim in section.claims {
            json.object { json in
              json.member("number", claim.number)
              json.member("title", claim.title)
            }
          }
        }
      }
    }
  }
}

// The page's entries.
extension CourseJSON {
  private static func write(_ entry: PageEntry, to json: inout JSONWriter) {
    json.object { json in
      switch entry {
      case .heading(let text): write("heading", text, to: &json)
      case .sentence(let text): write("sentence", text, to: &json)
      case .prose(let text): write("prose", text, to: &json)
      case .question(let prediction):
        write("question", prediction.question, to: &json)
        json.member("choices", texts: prediction.choices.map { Array($0.utf8)[...] })
      case .answer(let text): write("answer", text, to: &json)
      case .task(let terminal, let lines):
        write("task", terminal.rawValue, to: &json)
        json.member("lines", texts: lines.map { Array($0.utf8)[...] })
      case .evidence(let found):
        write("evidence", found.fact, to: &json)
        json.member("found", found.found)
        json.member("isMet", found.isMet)
      case .done: write("done", "", to: &json)
      case .verdict(let verdict, let finding):
        write("verdict", verdict.word, to: &json)
        json.member("result", finding.word)
        json.member("reason", finding.reason)
      case .prediction(let prediction, let wasRight):
        write("prediction", prediction.choices[prediction.right], to: &json)
        json.member("isMet", wasRight)
      case .hint(let text): write("hint", text, to: &json)
      case .note(let text): write("note", text, to: &json)
      case .item(let text, let isMet):
        write("item", text, to: &json)
        json.member("isMet", isMet)
      case .kept(let number, let found):
        write("kept", found.fact, to: &json)
        json.member("number", number)
        json.member("found", found.found)
      case .untold(let number, let text):
        write("untold", text, to: &json)
        json.member("number", number)
      }
    }
  }

  private static func write(_ kind: String, _ text: String, to json: inout JSONWriter) {
    json.member("kind", kind)
    json.member("text", text)
  }
}

extension LearnerSession.Phase {
  /// Its name on the page.
  fileprivate var word: String {
    switch self {
    case .predicting: "predicting"
    case .doing: "doing"
    case .playing: "playing"
    case .checking: "checking"
    case .concluded: "concluded"
    case .finished: "finished"
    }
  }

  /// The step that it is about, from 0; nil where it is about none.
  fileprivate var step: Int? {
    switch self {
    case .doing(let step), .playing(let step), .checking(let step): step
    case .predicting, .concluded, .finished: nil
    }
  }
}

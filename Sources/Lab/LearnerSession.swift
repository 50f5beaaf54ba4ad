// The learner's session as a value: what is shown, what a key does, and what is to be done next. It touches neither
// the kernel nor a screen; a workbench carries its orders out and tells it what came of them.

/// A key that a learner pressed.
public enum SessionKey: Hashable, Sendable {
  /// A choice of the prediction, from 0.
  case answer(Int)
  /// On to the next lesson.
  case next
  /// What helps here.
  case hint
  /// Have the step's lines typed.
  case run
  /// Have the facts looked at.
  case check
  /// Begin this lesson again.
  case reset
  /// Show all lessons, or go back to the lesson.
  case list
  /// One up, one down in the list.
  case up, down
  /// Go to the lesson of the list that is marked.
  case choose
  /// Go to a lesson, by its place in the course.
  case go(Int)
  /// The shells alone, or the lesson again.
  case free
  /// Leave.
  case quit
}

/// Something that a session learns.
public enum SessionEvent: Hashable, Sendable {
  /// A key was pressed.
  case key(SessionKey)
  /// The lesson's world is there.
  case ready
  /// There is no world for this lesson, and why.
  case impossible(Finding)
  /// What is to be typed in the step at hand, a list of lines for each of its commands.
  case lines([[String]])
  /// The lines of the step have been typed; why not, where they have not.
  case played(Finding?)
  /// The facts of the step were looked at: what was found, and the result.
  case checked([Evidence], Finding)
  /// What helps.
  case hint(String)
}

/// Something that a session wants done.
public enum SessionOrder: Hashable, Sendable {
  /// Make a fresh world for the lesson.
  case begin
  /// Tell the lines of a step.
  case tellLines(Int)
  /// Type the lines of a step.
  case play(Int)
  /// Look at the facts of a step; as long as the course says, or only whether they are so by now.
  case check(Int, isPatient: Bool)
  /// Find out what helps with a step, the first time or once more.
  case findHint(Int, Int)
  /// Keep the progress.
  case save
  /// End.
  case leave
}

/// Where a learner is.
public struct LearnerSession: Hashable, Sendable {
  /// What the session waits for.
  public enum Phase: Hashable, Sendable {
    /// The learner's answer to the prediction.
    case predicting
    /// The learner, who does a step.
    case doing(Int)
    /// A step's lines, which are being typed.
    case playing(Int)
    /// A step's facts, which are being looked for.
    case checking(Int)
    /// The learner, who has seen the verdict.
    case concluded
    /// The learner, who has seen all lessons.
    case finished
  }

  /// The course.
  public let course: Course
  /// What has been seen of it.
  public private(set) var progress: CourseProgress
  /// The lesson at hand.
  public private(set) var lesson: Lesson
  /// What is waited for.
  public private(set) var phase: Phase
  /// What is shown, from top to bottom.
  public private(set) var page: [PageEntry] = []
  /// The marked lesson, by its place in the course; nil while the list is not shown.
  public private(set) var marked: Int?
  /// Whether the shells have the whole screen.
  public private(set) var isFree = false

  private var chosen: Int?
  private var evidence: [Evidence] = []
  /// Where in the page the step at hand begins, and where its lines end: what follows is about the last attempt.
  private var stepStart = 0
  private var stepEnd = 0
  private var hintsGiven = 0
  private var wasPlayed = false

  /// Takes up a course where it was left.
  ///
  /// - Parameter claim: where to begin instead; nil for where the progress says.
  public init(course: Course, progress: CourseProgress, at claim: Claim? = nil) {
    self.course = course
    self.progress = progress
    let start = claim ?? progress.next(in: course)
    lesson = Lesson(start ?? course.claims[course.claims.count - 1])
    phase = start == nil ? .finished : .predicting
  }

  /// What is to be done first.
  public mutating func start() -> [SessionOrder] {
    phase == .finished ? finish() : open(lesson.claim)
  }

  /// Takes an event.
  ///
  /// - Returns: what is to be done now, in order.
  public mutating func take(_ event: SessionEvent) -> [SessionOrder] {
    switch event {
    case .key(let key): return marked == nil ? press(key) : pressInList(key)
    case .ready: return []
    case .impossible(let finding): return conclude(finding)
    case .lines(let lines):
      if case .doing(let step) = phase { showTasks(of: step, lines) }
    case .played(let failure): return played(failure)
    case .checked(let found, let finding): return checked(found, finding)
    case .hint(let text): page.append(.hint(text))
    }
    return []
  }
}

// Keys.
extension LearnerSession {
  private mutating func press(_ key: SessionKey) -> [SessionOrder] {
    // What comes of other keys is said on the lesson's page.
    if key != .free { isFree = false }
    switch key {
    case .answer(let choice): return answer(choice)
    case .next: return next()
    case .hint: return hint()
    case .run: return run()
    case .check: return check()
    case .reset: return reset()
    case .list: marked = course.claims.firstIndex(of: lesson.claim) ?? 0
    case .go(let place): return go(to: place)
    case .free: isFree.toggle()
    case .quit: return [.save, .leave]
    case .up, .down, .choose: break
    }
    return []
  }

  private mutating func pressInList(_ key: SessionKey) -> [SessionOrder] {
    guard let place = marked else { return [] }
    switch key {
    case .up: marked = max(place - 1, 0)
    case .down: marked = min(place + 1, course.claims.count - 1)
    case .choose: return go(to: place)
    case .go(let place): return go(to: place)
    case .quit: return [.save, .leave]
    case .list: marked = nil
    default: break
    }
    return []
  }

  private mutating func go(to place: Int) -> [SessionOrder] {
    guard course.claims.indices.contains(place) else { return [] }
    marked = nil
    return open(course.claims[place])
  }

  private mutating func answer(_ choice: Int) -> [SessionOrder] {
    guard phase == .predicting, let prediction = lesson.claim.prediction, prediction.choices.indices.contains(choice)
    else { return [] }
    chosen = choice
    page.append(.answer(prediction.choices[choice]))
    return begin(step: 0)
  }

  private mutating func next() -> [SessionOrder] {
    if isBusy { return [] }
    if let claim = progress.next(after: lesson.claim, in: course) { return open(claim) }
    if progress.isSettled(lesson.claim, in: course) { return finish() }
    return note("This is the only lesson that you have not seen to its end.")
  }

  private mutating func hint() -> [SessionOrder] {
    switch phase {
    case .predicting: return note("Guess, with one of the numbers: the experiment shows who is right.")
    case .doing(let step):
      page.removeSubrange(min(stepEnd, page.count)...)
      hintsGiven += 1
      return [.findHint(step, hintsGiven)]
    default: return []
    }
  }

  private mutating func run() -> [SessionOrder] {
    guard case .doing(let step) = phase else { return phase == .predicting ? hint() : [] }
    page.removeSubrange(min(stepEnd, page.count)...)
    phase = .playing(step)
    wasPlayed = true
    return [.play(step)]
  }

  private mutating func check() -> [SessionOrder] {
    guard case .doing(let step) = phase else { return phase == .predicting ? hint() : [] }
    page.removeSubrange(min(stepEnd, page.count)...)
    phase = .checking(step)
    wasPlayed = false
    return [.check(step, isPatient: false)]
  }

  private mutating func reset() -> [SessionOrder] {
    if phase == .finished { return [] }
    progress.forget([lesson.claim])
    return open(lesson.claim)
  }

  private mutating func note(_ text: String) -> [SessionOrder] {
    if page.last != .note(text) { page.append(.note(text)) }
    return []
  }

  private var isBusy: Bool {
    switch phase {
    case .playing, .checking: true
    default: false
    }
  }
}

// The flow of a lesson.
extension LearnerSession {
  private mutating func open(_ claim: Claim) -> [SessionOrder] {
    lesson = Lesson(claim)
    (chosen, evidence, page, isFree, stepStart) = (nil, [], [], false, 0)
    progress.noteBegin(of: claim)
    page += introduction(of: claim)
    if !claim.checklist.isEmpty { return [.save] + summarize(claim) }
    if claim.verdict == .notShown {
      page += lesson.explanation.map { .prose($0) }
      return [.save] + conclude(.told)
    }
    guard let prediction = claim.prediction else { return [.save, .begin] + begin(step: 0) }
    page.append(.question(prediction))
    phase = .predicting
    stepEnd = page.count
    return [.save, .begin]
  }

  private func introduction(of claim: Claim) -> [PageEntry] {
    var entries: [PageEntry] = []
    if course.claims.first == claim { entries += [.heading(course.title), .prose(course.introduction)] }
    if let section = course.sections.first(where: { $0.claims.first == claim }) {
      entries += [.heading(section.title), .prose(section.introduction)]
    }
    return entries + [.heading("\(claim.number): \(claim.title)"), .sentence(claim.sentence)]
  }

  private mutating func begin(step: Int) -> [SessionOrder] {
    hintsGiven = 0
    (stepStart, stepEnd) = (page.count, page.count)
    guard lesson.steps.indices.contains(step) else { return conclude(.asExpected) }
    if lesson.steps[step].commands.isEmpty {
      showTasks(of: step, [])
      phase = .checking(step)
      wasPlayed = true
      return [.check(step, isPatient: true)]
    }
    phase = .doing(step)
    return [.tellLines(step)]
  }

  /// Puts a step's tasks on the page.
  private mutating func showTasks(of step: Int, _ lines: [[String]]) {
    var rest = lines[...]
    for task in lesson.steps[step].tasks {
      switch task {
      case .read(let text): page.append(.prose(text))
      case .type(let commands):
        if let told = rest.popFirst() { page.append(.task(commands.terminal, told)) }
      }
    }
    stepEnd = page.count
  }

  private mutating func played(_ failure: Finding?) -> [SessionOrder] {
    guard case .playing(let step) = phase else { return [] }
    if let failure { return conclude(failure) }
    phase = .checking(step)
    return [.check(step, isPatient: true)]
  }

  private mutating func checked(_ found: [Evidence], _ finding: Finding) -> [SessionOrder] {
    guard case .checking(let step) = phase else { return [] }
    page += found.map { .evidence($0) }
    switch finding {
    case .asExpected, .told:
      evidence += found
      // Where nothing was to be done, as where a step only names what is there, nothing has been done.
      if found.isEmpty && !lesson.steps[step].commands.isEmpty { page.append(.done) }
      return begin(step: step + 1)
    case .notAsExpected where !wasPlayed:
      phase = .doing(step)
      return note("Not yet. Look again, or press h for a hint, r to have it done for you, x to begin again.")
    case .notAsExpected, .cannotTell:
      evidence += found
      return conclude(finding)
    }
  }

  private mutating func conclude(_ finding: Finding) -> [SessionOrder] {
    let claim = lesson.claim
    page.append(.verdict(claim.verdict, finding))
    var wasPredicted: Bool?
    if let chosen, let prediction = claim.prediction, finding == .asExpected {
      wasPredicted = chosen == prediction.right
      page.append(.prediction(prediction, wasRight: chosen == prediction.right))
    }
    if finding != .told { page += lesson.explanation.map { .prose($0) } }
    phase = .concluded
    stepEnd = page.count
    progress.note(claim, in: course, finding, evidence: evidence.filter(\.isMet), wasPredicted: wasPredicted)
    return [.save]
  }

  /// A checklist concludes at once, on the evidence of the lessons before.
  private mutating func summarize(_ claim: Claim) -> [SessionOrder] {
    page += lesson.explanation.map { .prose($0) } + checklist(of: claim)
    return conclude(finding(ofChecklist: claim))
  }

  private mutating func finish() -> [SessionOrder] {
    phase = .finished
    page = [.heading("You have finished the course: \(course.title)")] + closing
    return [.save]
  }

  /// What is to be typed at a terminal in the step at hand; empty where nothing is.
  public func lines(at terminal: TerminalName) -> [String] {
    guard case .doing = phase else { return [] }
    return page[stepStart..<min(stepEnd, page.count)].flatMap { (entry) -> [String] in
      if case .task(terminal, let lines) = entry { lines } else { [] }
    }
  }
}

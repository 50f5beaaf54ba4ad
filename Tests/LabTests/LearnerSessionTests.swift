// The learner's session as a value: what each key does, and what is shown and wanted then. No kernel is asked.

import Testing

@testable import Lab

@Suite struct LearnerSessionTests {
  private static let text = """
    # Course
    Welcome.
    ## Section
    ### T1: two steps
    ```claim refuted
    A sentence.
    ```
    ```predict
    What happens?
    ( ) this
    (x) that
    ```
    Before.
    ```sh A
    bash
    ```
    ```facts
    A.foreground is not A
    ```
    ```hint when A.foreground is A
    Type bash.
    ```
    Between.
    ```sh B
    exit
    ```
    ```facts
    B.alive is no
    ```
    After.
    ```hint
    Try.
    ```
    ### T2: told
    ```claim not-shown
    Told.
    ```
    Read this.
    ### T3: what you can say
    ```claim holds
    I can say it.
    ```
    ```checklist
    T1: I have seen it.
    ```
    """
  private let course: Course
  private let evidence = Evidence(fact: "A.foreground is not A", found: "PID 4 bash", isMet: true)

  init() throws {
    course = try CourseParser.parse(Array(LearnerSessionTests.text.utf8), file: "test.md")
  }

  private func started() -> LearnerSession {
    var session = LearnerSession(course: course, progress: CourseProgress())
    #expect(session.start() == [.save, .begin])
    return session
  }

  @Test func cutsAClaimIntoSteps() {
    let lesson = Lesson(course.claims[0])
    #expect(lesson.steps.count == 2 && lesson.explanation == ["After.\n"])
    #expect(lesson.steps[0].hints.map(\.text) == ["Type bash.\n"] && lesson.steps[1].hints.isEmpty)
    #expect(course.claims[0].hints == ["Try.\n"])
    #expect(course.claims[0].prediction == Prediction(question: "What happens?", choices: ["this", "that"], right: 1))
  }

  @Test func goesToALessonByItsPlace() {
    var session = started()
    #expect(session.take(.key(.go(1))) == [.save] + [.save] && session.lesson.claim.number == "T2")
    _ = session.take(.key(.list))
    #expect(session.marked == 1 && session.take(.key(.go(9))) == [] && session.marked == 1)
    #expect(session.take(.key(.go(0))) == [.save, .begin] && session.marked == nil && session.phase == .predicting)
  }

  @Test func goesFromPredictionToVerdict() {
    var session = started()
    #expect(session.take(.key(.answer(0))) == [.tellLines(0)])
    _ = session.take(.lines([["bash"]]))
    #expect(session.page.suffix(2) == [.prose("Before.\n"), .task(.a, ["bash"])])
    #expect(session.take(.key(.check)) == [.check(0, isPatient: false)])
    #expect(session.take(.checked([evidence], .asExpected)) == [.tellLines(1)])
    _ = session.take(.lines([["exit"]]))
    #expect(session.page.suffix(3) == [.evidence(evidence), .prose("Between.\n"), .task(.b, ["exit"])])
    #expect(session.take(.key(.run)) == [.play(1)])
    #expect(session.take(.key(.check)).isEmpty, "nothing is checked while lines are typed")
    #expect(session.take(.played(nil)) == [.check(1, isPatient: true)])
    #expect(session.take(.checked([], .asExpected)) == [.save])
    let prediction = course.claims[0].prediction!
    #expect(
      session.page.suffix(4) == [
        .done, .verdict(.refuted, .asExpected), .prediction(prediction, wasRight: false), .prose("After.\n"),
      ])
    #expect(session.phase == .concluded && session.progress.isDone(course.claims[0]))
    #expect(session.progress.entry(of: course.claims[0])?.evidence == [evidence])
    #expect(session.progress.entry(of: course.claims[0])?.wasPredicted == false)
  }

  @Test func saysWhatIsNotYet() {
    var session = started()
    _ = session.take(.key(.answer(1)))
    _ = session.take(.lines([["bash"]]))
    let before = session.page
    _ = session.take(.key(.check))
    let unmet = Evidence(fact: "A.foreground is not A", found: "PID 2 bash", isMet: false)
    #expect(session.take(.checked([unmet], .notAsExpected("it is so"))).isEmpty)
    #expect(session.phase == .doing(0) && session.page.count == before.count + 2)
    #expect(session.take(.key(.hint)) == [.findHint(0, 1)])
    #expect(session.take(.hint("Type bash.")).isEmpty)
    #expect(session.page == before + [.hint("Type bash.")], "what was said of the last attempt has gone")
    #expect(session.take(.key(.hint)) == [.findHint(0, 2)])
    #expect(session.take(.key(.run)) == [.play(0)])
    #expect(session.take(.played(.notAsExpected("it does not end"))) == [.save])
    #expect(session.phase == .concluded && !session.progress.isDone(course.claims[0]))
  }

  @Test func aGuessComesFirst() {
    var session = started()
    #expect(session.take(.key(.check)).isEmpty && session.take(.key(.run)).isEmpty)
    #expect(session.phase == .predicting)
    #expect(session.take(.key(.answer(7))).isEmpty && session.phase == .predicting)
  }

  @Test func beginsAgainAndForgetsThisLessonOnly() {
    var progress = CourseProgress()
    progress.note(course.claims[0], in: course, .asExpected)
    progress.note(course.claims[1], in: course, .told)
    var session = LearnerSession(course: course, progress: progress, at: course.claims[0])
    _ = session.start()
    #expect(session.take(.key(.reset)) == [.save, .begin])
    #expect(!session.progress.isDone(course.claims[0]) && session.progress.isDone(course.claims[1]))
    #expect(session.phase == .predicting)
  }

  @Test func goesOnWhereItWasLeft() {
    var session = started()
    _ = session.take(.key(.list))
    _ = session.take(.key(.down))
    #expect(session.marked == 1)
    #expect(session.take(.key(.choose)) == [.save, .save] && session.progress.isDone(course.claims[1]))
    #expect(session.take(.key(.quit)) == [.save, .leave])
    let kept = CourseProgress(Array(session.progress.text.utf8))
    #expect(kept == session.progress && kept.next(in: course) == course.claims[0])
    var unfinished = CourseProgress()
    unfinished.noteBegin(of: course.claims[0])
    #expect(CourseProgress(Array(unfinished.text.utf8)).next(in: course) == course.claims[0])
  }

  @Test func finishesWithTheEvidence() {
    var progress = CourseProgress()
    progress.note(course.claims[0], in: course, .asExpected, evidence: [evidence], wasPredicted: true)
    progress.note(course.claims[1], in: course, .told)
    let kept = CourseProgress(Array(progress.text.utf8))
    #expect(kept == progress)
    var session = LearnerSession(course: course, progress: kept)
    #expect(session.start() == [.save, .save] && session.phase == .concluded)
    #expect(session.page.contains(.item("I have seen it.", isMet: true)))
    #expect(session.take(.key(.next)) == [.save] && session.phase == .finished)
    #expect(session.page.first == .heading("You have finished the course: Course"))
    #expect(session.page.contains(.kept("T1", evidence)))
  }

  @Test func aChecklistWithoutEvidenceSaysSo() {
    var session = LearnerSession(course: course, progress: CourseProgress(), at: course.claims[2])
    _ = session.start()
    #expect(session.page.contains(.item("I have seen it.", isMet: false)))
    #expect(session.page.contains(.verdict(.holds, .cannotTell("there is no evidence yet of T1"))))
  }

  @Test func whatCannotBeMadeIsTold() {
    var session = started()
    #expect(session.take(.impossible(.cannotTell("no rights"))) == [.save])
    #expect(session.phase == .concluded && session.take(.key(.next)).contains(.save))
  }

  @Test func whatCannotBeToldDoesNotKeepFromTheEnd() {
    var progress = CourseProgress()
    progress.note(course.claims[1], in: course, .told)
    var session = LearnerSession(course: course, progress: progress)
    _ = session.start()
    #expect(session.take(.impossible(.cannotTell("no\trights"))) == [.save])
    #expect(!session.isFinished && !session.progress.isDone(course.claims[0]))
    #expect(session.take(.key(.next)) == [.save, .save] && session.lesson.claim.number == "T3")
    #expect(session.page.contains(.item("I have seen it.", isMet: false)))
    #expect(session.page.contains(.untold("T1", "cannot be told here, see below")))
    #expect(session.page.contains(.verdict(.holds, .cannotTell("it stands on what could not be told here: T1"))))
    #expect(session.take(.key(.next)) == [.save] && session.phase == .finished && session.isFinished)
    #expect(session.page.first == .heading("You have finished the course: Course"))
    #expect(session.page.contains(.heading("What could not be told here, 2 of 3 lessons")))
    #expect(session.page.contains(.untold("T1", "two steps: no\trights")))
    #expect(session.take(.key(.next)) == [.save] && session.phase == .finished, "it does not go round")
    let kept = CourseProgress(Array(session.progress.text.utf8))
    #expect(kept.reasonUntold(of: course.claims[0]) == "no\trights".escapingControls && kept.entries.count == 3)
    #expect(LearnerSession(course: course, progress: kept).phase == .finished)
  }

  @Test func whatCouldNotBeToldIsTakenUpAgain() {
    var progress = CourseProgress(Array("T1\tcannot-tell\nT2\ttold\nT3\tcannot-tell\n\tfor want of T1\n".utf8))
    #expect(progress.reasonUntold(of: course.claims[0]) == "it could not be told when it was tried")
    progress.reopen(in: course) { _ in false }
    #expect(progress.next(in: course) == nil, "nothing can be told that could not before")
    progress.reopen(in: course) { $0.number == "T1" }
    #expect(progress.entries.map(\.number) == ["T2"] && progress.next(in: course) == course.claims[0])
    progress.note(course.claims[0], in: course, .asExpected, evidence: [evidence])
    #expect(progress.next(in: course) == course.claims[2])
  }

  @Test func aChecklistIsToldAnewWhenWhatItLackedWasSeen() {
    var progress = CourseProgress()
    progress.note(course.claims[1], in: course, .told)
    progress.note(course.claims[2], in: course, .cannotTell("there is no evidence yet of T1"))
    #expect(!progress.isSettled(course.claims[2], in: course) && progress.next(in: course) == course.claims[0])
    progress.note(course.claims[0], in: course, .cannotTell("no rights"))
    #expect(progress.next(in: course) == course.claims[2], "its reason is no longer so")
    progress.note(course.claims[2], in: course, .asExpected)
    progress.note(course.claims[0], in: course, .cannotTell("no rights"))
    #expect(progress.isDone(course.claims[2]), "what was seen stays seen")
  }

  @Test func aKeyThatSaysSomethingEndsTheFreeShells() {
    var session = started()
    _ = session.take(.key(.free))
    #expect(session.isFree)
    _ = session.take(.key(.hint))
    #expect(!session.isFree)
    #expect(session.page.last == .note("Guess, with one of the numbers: the experiment shows who is right."))
  }

  @Test func theLinesOfAStepAreThoseOfItsTerminal() {
    var session = started()
    _ = session.take(.key(.answer(0)))
    #expect(session.lines(at: .a).isEmpty)
    _ = session.take(.lines([["bash", "ps"]]))
    #expect(session.lines(at: .a) == ["bash", "ps"] && session.lines(at: .b).isEmpty)
    _ = session.take(.key(.check))
    _ = session.take(.checked([evidence], .asExpected))
    _ = session.take(.lines([["exit"]]))
    #expect(session.lines(at: .a).isEmpty && session.lines(at: .b) == ["exit"])
    _ = session.take(.key(.run))
    #expect(session.lines(at: .b).isEmpty, "they are being typed")
  }

  @Test func readsProgressOfEarlierReleases() {
    let progress = CourseProgress(Array("T1\tas-expected\nnonsense\n\tx\nT2\ttold\n".utf8))
    #expect(progress.isDone(course.claims[0]) && progress.isDone(course.claims[1]))
    #expect(progress.entries.count == 2)
  }

  @Test func aStepWithNothingToDoIsNeitherDoneNorCounted() throws {
    let text = LearnerSessionTests.text.replacing(
      "Before.\n", with: "```facts\nlet before = A.foreground.namespace(uts)\n```\nBefore.\n")
    let course = try CourseParser.parse(Array(text.utf8), file: "test.md")
    var session = LearnerSession(course: course, progress: CourseProgress())
    _ = session.start()
    #expect(session.take(.key(.answer(1))) == [.check(0, isPatient: true)])
    let before = session.page
    #expect(session.take(.checked([], .asExpected)) == [.tellLines(1)])
    #expect(session.page == before, "nothing was done, and nothing is said to be done")
    #expect(session.lesson.steps.count == 3 && session.lesson.stepsToDo() == 2)
    #expect(session.lesson.stepsToDo(before: 1) == 0 && session.lesson.stepsToDo(before: 2) == 1)
    _ = session.take(.lines([["bash"]]))
    _ = session.take(.key(.run))
    _ = session.take(.played(nil))
    #expect(session.take(.checked([], .asExpected)) == [.tellLines(2)] && session.page.last == .done)
  }

  @Test func aHintNamesNoInsidesOfTheLab() {
    let steps = Lesson(course.claims[0]).steps
    let read = steps[0].hint(of: UnmetFact(fact: "A.foreground is not A", found: "PID 2 bash"))
    #expect(read == "Not so yet: `A.foreground is not A`. The kernel says: PID 2 bash.")
    let unread = steps[1].hint(of: UnmetFact(fact: "B.number(\"status\") is 0", found: nil))
    #expect(unread.hasPrefix("Not so yet: nothing of what this step makes is to be seen."))
    #expect(unread.contains("typed in shell B, and did none of them fail?") && !unread.contains("status"))
  }

  @Test(arguments: CourseLibrary.names)
  func everyExperimentIsExplained(name: String) throws {
    for claim in try #require(try CourseLibrary.course(named: name)).claims where !Lesson(claim).steps.isEmpty {
      #expect(!Lesson(claim).explanation.isEmpty, "\(claim.number)")
    }
  }

  @Test(arguments: CourseLibrary.names)
  func everyExperimentAsksForAPrediction(name: String) throws {
    for claim in try #require(try CourseLibrary.course(named: name)).claims where !Lesson(claim).steps.isEmpty {
      #expect(claim.prediction != nil, "\(claim.number)")
    }
  }
}

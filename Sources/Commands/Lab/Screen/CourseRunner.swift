// `lab run` on the whole screen, from the workbench that is set up before the terminal is taken over to what is said
// once it has been given back.

internal import Lab
internal import Linux
internal import Screen

/// A course that is about to be gone through by hand.
struct CourseRunner {
  let course: Course
  /// Where to begin; nil for where the learner left off.
  let start: Claim?
  let ownTools: Bool
  let color: ColorChoice

  /// Runs it in a child, so that the terminal is given back whatever happens.
  ///
  /// - Returns: the exit status.
  /// - Throws: `Complaint` when the terminal cannot be taken over.
  func run() throws(Complaint) -> Int32 {
    do throws(ScreenError) {
      return try ScreenGuard.run {
        do throws(Complaint) {
          return try attend()
        } catch {
          error.present(program: "pangaea lab", form: .verb)
          return error.exitStatus
        }
      }
    } catch {
      throw CourseRunner.complaint(error)
    }
  }

  private func attend() throws(Complaint) -> Int32 {
    let progress = try LabProgress(course: course.name)
    let laboratory = try Laboratory.make(ownTools: ownTools)
    let keeper = ProgressKeeper(progress, of: course, in: laboratory)
    let session = LearnerSession(course: course, progress: keeper.progress.progress, at: start)
    let bench: Workbench
    do throws(LabFailure) {
      bench = try Workbench(session, in: laboratory) { keeper.keep($0) }
    } catch {
      throw Complaint(error)
    }
    let status = try show(bench)
    return try CourseEnd.come(to: bench, keeper, status: status, goesOn: "pangaea lab run")
  }

  private func show(_ bench: Workbench) throws(Complaint) -> Int32 {
    let usesColor = color == .always || color == .auto && (environmentVariable("NO_COLOR") ?? "").isEmpty
    var screen: CourseScreen
    do throws(ScreenError) {
      screen = try CourseScreen(bench, usesColor: usesColor)
    } catch {
      throw CourseRunner.complaint(error)
    }
    do throws(SystemCallError) { return try screen.run() } catch { throw Complaint(error, doing: "wait for keys") }
  }

  private static func complaint(_ error: ScreenError) -> Complaint {
    var complaint = Complaint(error, program: "pangaea lab run")
    switch error {
    case .noTerminal, .unnamedTerminal, .unknownTerminal, .incapableTerminal, .tooSmall:
      complaint.remedy = "pangaea lab run --plain, which prints line by line"
    case .killed, .systemCall: break
    }
    return complaint
  }
}

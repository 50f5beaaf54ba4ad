// What a lesson's page is made of, before it is laid out for a screen or for a browser.

/// A piece of a lesson's page.
public enum PageEntry: Hashable, Sendable {
  /// What it is about.
  case heading(String)
  /// The sentence that is claimed.
  case sentence(String)
  /// Markdown to be read.
  case prose(String)
  /// What is asked before the experiment.
  case question(Prediction)
  /// What the learner has guessed.
  case answer(String)
  /// Lines to be typed at a terminal.
  case task(TerminalName, [String])
  /// What the kernel showed.
  case evidence(Evidence)
  /// A step that came to its end without more to show.
  case done
  /// What the course says of the sentence, and how the experiment ended.
  case verdict(Verdict, Finding)
  /// Whether the learner had guessed right.
  case prediction(Prediction, wasRight: Bool)
  /// What helps.
  case hint(String)
  /// Something about the session itself.
  case note(String)
  /// A line of the checklist, and whether all its evidence is there.
  case item(String, isMet: Bool)
  /// Evidence of an earlier lesson, by the number of its claim.
  case kept(String, Evidence)
  /// A lesson that could not be told here, by the number of its claim, and what there is to say of that.
  case untold(String, String)
}

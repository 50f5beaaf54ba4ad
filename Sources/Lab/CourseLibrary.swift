// The courses that come with the program.

internal import CourseFiles

/// The courses in the program itself.
public enum CourseLibrary {
  /// The names, in the order in which they are to be taken.
  public static var names: [String] {
    (0..<courses_count()).map { String(file(of: $0).dropLast(3)) }
  }

  /// Reads a course.
  ///
  /// - Returns: nil when none has this name.
  /// - Throws: `CourseError` at the first mistake in its text.
  public static func course(named name: String) throws(CourseError) -> Course? {
    guard let index = names.firstIndex(of: name) else { return nil }
    let text = (0..<courses_size(index)).map { courses_byte(index, $0) }
    return try CourseParser.parse(text, file: file(of: index))
  }

  /// Reads a course from a file's content.
  ///
  /// - Parameter file: the file's name, which gives the course's.
  /// - Throws: `CourseError` at the first mistake.
  public static func read(_ text: [UInt8], file: String) throws(CourseError) -> Course {
    try CourseParser.parse(text, file: file)
  }

  private static func file(of course: Int) -> String {
    var bytes: [UInt8] = []
    while case let byte = courses_name_byte(course, bytes.count), byte != 0 { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

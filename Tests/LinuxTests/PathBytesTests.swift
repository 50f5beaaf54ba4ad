// Paths by their bytes say what FilePath's own views say.

import Linux
import SystemPackage
import Testing

private let paths = [
  "", "/", "a", "/a", "a/b", "/a/b", "/a/b/", "/.", "/..", "/a/./b", "/a/../b", "a..", "..a/b", "/a/...", "/a/b..", ".",
].map { FilePath($0) }

private let notUTF8 = FilePath(bytes: Array("/a/".utf8) + [0xff, 0xfe])

@Test(arguments: paths + [notUTF8])
func theParentDirectoryIsThePathWithoutItsLastName(path: FilePath) {
  #expect(path.parentDirectory == path.removingLastComponent())
}

@Test(arguments: paths + [notUTF8])
func dotsAreFoundWhereverTheyStand(path: FilePath) {
  #expect(path.hasOnlyNames == path.components.allSatisfy { $0.kind == .regular })
}

@Test(arguments: paths + [notUTF8])
func namesAreThoseOfTheNormalizedPath(path: FilePath) {
  let normalized = FilePath("/").appending(path.components).lexicallyNormalized()
  #expect(path.names == normalized.components.map(\.string))
}

@Test func aRelativePathLeadsBelowAnother() {
  #expect(FilePath("/a").below("b/c") == "/a/b/c")
  #expect(FilePath("/").below("b") == "/b")
  #expect(FilePath("/a").below("") == "/a")
  #expect(FilePath("/b").below(FilePath(bytes: [0xff])).bytes == Array("/b/".utf8) + [0xff])
}

@Test func textsAreJoined() {
  for texts in [[], ["a"], ["a", "b"], ["", "", "c"]] {
    #expect(texts.joined(by: ", ") == texts.joined(separator: ", "))
  }
}

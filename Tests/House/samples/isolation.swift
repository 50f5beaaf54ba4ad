// A step that isolates may not fail in silence. path: Sources/Isolation/Sample.swift
internal import Namespaces
internal import Cgroups
internal import Processes

func carryOut() {
  try? mount()  // expect: `try?` on a step that isolates
  let text = """
    try? in a string is a word, "quoted" or not
    """
}

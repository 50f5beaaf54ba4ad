// What takes a failed step back says why its own failure is left. path: Sources/Cgroups/Sample.swift
func undo() {
  _ = try? removeDirectory(made)  // expect: `try?` lets a failed step pass in silence
  try? write(former)  // expect: `try?` lets a failed step pass in silence
  if isNew { try? freeze() }  // expect: `try?` lets a failed step pass in silence
  do throws(SystemCallError) { try removeDirectory(made) } catch {
    // The first failure is the one to tell.
  }
  let offered = (try? words(of: "cgroup.controllers")) ?? []
  if let members = try? members(), !members.isEmpty { return }
}

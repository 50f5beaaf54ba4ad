// Facts of the cgroup that a process is in: what it is held to, and what the kernel counted.

import Linux
import Processes

extension Observer {
  /// Reads a property of a process's cgroup.
  func readControlGroup(_ property: Property, of process: ProcessValue, _ arguments: [Argument]) throws(Unknown)
    -> Value
  {
    throw .refused("cgroups are not read yet")
  }
}

// The counters of a container in the words of runc's events, which containerd's shims and monitoring tools read.

internal import Cgroups
internal import JSON

extension CgroupStatistics {
  /// Writes the object `data` of an event.
  func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("cpu") { cpu.write(&$0) }
      json.member("memory") { memory.write(&$0) }
      json.member("pids") { json in
        json.object { json in
          json.member("current", processes.current)
          if processes.limit > 0 { json.member("limit", processes.limit) }
        }
      }
      json.member("blkio") { blockIO.write(&$0) }
      json.member("hugetlb") { json in
        json.object { json in
          for (size, amount) in hugepages.sorted(by: { $0.key < $1.key }) {
            json.member(size) { json in
              json.object { json in
                json.member("usage", amount.usage)
                json.member("max", amount.maximum)
                json.member("failcnt", amount.failures)
              }
            }
          }
        }
      }
    }
  }
}

extension CgroupStatistics.Processor {
  fileprivate func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("usage") { json in
        json.object { json in
          json.member("total", total)
          if !perProcessor.isEmpty { json.member("percpu") { $0.numbers(perProcessor) } }
          if !perProcessorKernel.isEmpty { json.member("percpu_kernel") { $0.numbers(perProcessorKernel) } }
          if !perProcessorUser.isEmpty { json.member("percpu_user") { $0.numbers(perProcessorUser) } }
          json.member("kernel", kernel)
          json.member("user", user)
        }
      }
      json.member("throttling") { json in
        json.object { json in
          json.member("periods", periods)
          json.member("throttledPeriods", throttledPeriods)
          json.member("throttledTime", throttledTime)
        }
      }
      pressure?.write(&json)
    }
  }
}

extension CgroupStatistics.Memory {
  fileprivate func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("cache", cache)
      for (name, amount) in [("usage", usage), ("swap", swap), ("kernel", kernel), ("kernelTCP", kernelTCP)] {
        json.member(name) { amount.write(&$0) }
      }
      json.member("raw") { json in
        json.object { json in
          for (name, value) in details.sorted(by: { $0.key < $1.key }) { json.member(name, value) }
        }
      }
      pressure?.write(&json)
    }
  }
}

extension CgroupStatistics.BlockIO {
  fileprivate func write(_ json: inout JSONWriter) {
    json.object { json in
      for (name, entries) in [("ioServiceBytesRecursive", bytes), ("ioServicedRecursive", operations)]
      where !entries.isEmpty {
        json.member(name) { json in
          json.array { json in for entry in entries { entry.write(&json) } }
        }
      }
      pressure?.write(&json)
    }
  }
}

extension CgroupStatistics.Amount {
  fileprivate func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("limit", limit)
      json.member("usage", usage)
      json.member("max", maximum)
      json.member("failcnt", failures)
    }
  }
}

extension CgroupStatistics.Entry {
  fileprivate func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("major", major)
      json.member("minor", minor)
      json.member("op", operation)
      json.member("value", value)
    }
  }
}

extension CgroupStatistics.Pressure {
  /// Writes the member `psi`.
  fileprivate func write(_ json: inout JSONWriter) {
    json.member("psi") { json in
      json.object { json in
        json.member("some") { some.write(&$0) }
        json.member("full") { full.write(&$0) }
      }
    }
  }
}

extension CgroupStatistics.Stall {
  fileprivate func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("avg10") { $0.value(asWritten: "\(average10)") }
      json.member("avg60") { $0.value(asWritten: "\(average60)") }
      json.member("avg300") { $0.value(asWritten: "\(average300)") }
      json.member("total", total)
    }
  }
}

extension JSONWriter {
  fileprivate mutating func numbers(_ numbers: [UInt64]) {
    array { json in for number in numbers { json.value(number) } }
  }
}

// What is said to criu, byte for byte, and how its answers are read: from a peer whose part is written here, and from
// what a criu 3.17 answered.

import Fuzzing
import Linux
import Testing
import struct SystemPackage.FilePath

@testable import Containers

struct ProtocolBufferTests {
  @Test func `writes numbers, truths, texts and messages as the format has them`() {
    var message = ProtocolBufferWriter()
    message.put(1, 150)
    message.put(2, "testing")
    message.put(3, true)
    message.put(34, Int32(3))
    message.put(4, Int32(-1))
    message.put(5) { (inner: inout ProtocolBufferWriter) in inner.put(1, 300) }
    #expect(
      message.bytes == [0x08, 0x96, 0x01, 0x12, 7] + Array("testing".utf8) + [0x18, 1, 0x90, 0x02, 3]
        + [0x20] + Array(repeating: 0xff, count: 9) + [1] + [0x2a, 3, 0x08, 0xac, 0x02])
  }

  @Test func `reads what it writes, and passes over what it does not know`() throws {
    var message = ProtocolBufferWriter()
    message.put(1, Int32(-7))
    message.put(2, "text")
    message.put(3, 1)
    message.put(3, 2)
    message.put(4) { (inner: inout ProtocolBufferWriter) in inner.put(1, UInt32.max) }
    let bytes = message.bytes + [0x49, 1, 2, 3, 4, 5, 6, 7, 8, 0x55, 1, 2, 3, 4]
    let fields = try #require(ProtocolBufferFields(bytes[...]))
    #expect(fields.number(1) == -7)
    #expect(fields.text(2) == "text")
    #expect(fields.number(3) == 2)
    #expect(fields.message(4)?.number(1) == Int64(UInt32.max))
    #expect(fields.number(5) == nil && fields.text(1) == nil && fields.message(1) == nil && fields.truth(9) == nil)
  }

  @Test func `refuses what is cut or broken`() {
    let broken: [[UInt8]] = [
      [0x08], [0x08, 0x80], [0x12, 5, 1], [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], [0x49, 1],
      [0x55, 1, 2], [0x0b], [0x00, 1], [0x08] + Array(repeating: 0x80, count: 10) + [1],
    ]
    for bytes in broken { #expect(ProtocolBufferFields(bytes[...]) == nil, "\(bytes)") }
  }

  @Test func `survives whatever comes`() {
    let answers = Corpus(texts: [Recorded.version, Recorded.notification, Recorded.failure])
    answers.forEach { bytes in _ = CriuResponse(bytes) }
  }
}

/// Answers of criu 3.17.1.
enum Recorded {
  /// VERSION: 3.17.1.
  static let version: [UInt8] = [0x08, 10, 0x10, 1, 0x52, 8, 0x08, 3, 0x10, 17, 0x20, 1, 0x28, 0]
  /// NOTIFY: post-restore of process 1234.
  static let notification: [UInt8] =
    [0x08, 6, 0x10, 1, 0x2a, 17, 0x0a, 12] + Array("post-restore".utf8) + [0x10, 0xd2, 0x09]
  /// DUMP, which failed with errno 1.
  static let failure: [UInt8] = [0x08, 1, 0x10, 0, 0x38, 1]
  /// RESTORE of process 1234.
  static let restored: [UInt8] = [0x08, 2, 0x10, 1, 0x22, 3, 0x08, 0xd2, 0x09]
}

struct CriuMessageTests {
  @Test func `asks with the numbers of rpc proto`() {
    var request = CriuRequest(.dump)
    request.set(.imagesDirectory, Int32(7))
    request.set(.leavesRunning)
    request.set(.root, "/r")
    request.set(.parentImages, nil)
    request.add(.externalMount, "/a", "/b")
    request.add(.inheritedDescriptor, "k", 4)
    let options: [UInt8] =
      [0x08, 7, 0x18, 1, 0x6a, 2] + Array("/r".utf8) + [0xba, 1, 8, 0x0a, 2] + Array("/a".utf8) + [0x12, 2]
      + Array("/b".utf8) + [0xda, 1, 5, 0x0a, 1] + Array("k".utf8) + [0x10, 4]
    #expect(request.bytes == [0x08, 1, 0x12, UInt8(options.count)] + options)
    #expect(CriuRequest(.featureCheck).bytes == [0x08, 9, 0x2a, 4, 0x08, 1, 0x10, 1])
    #expect(CriuRequest.acknowledgement(isSuccess: false) == [0x08, 6, 0x18, 0])
  }

  @Test func `reads answers`() throws {
    #expect(CriuResponse(Recorded.version)?.version == 31701)
    let notification = try #require(CriuResponse(Recorded.notification))
    #expect(notification.notification == CriuResponse.Notification(name: "post-restore", processID: 1234))
    let failure = try #require(CriuResponse(Recorded.failure))
    #expect(!failure.isSuccess && failure.errorNumber == 1)
    #expect(CriuResponse(Recorded.restored)?.restoredProcessID == 1234)
    #expect(CriuResponse([0x08, 1]) == nil)
  }

  @Test func `finds the errors of a log`() {
    let log = """
      (00.000012) Version: 3.17.1
      (00.001) Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds
      (00.002) Warn  (criu/kerndat.c:1): Error without parentheses
      (00.003) Error (criu/crtools.c:260): Could not initialize kernel features detection.
      """
    #expect(
      CriuLog.errors(in: Array(log.utf8))
        == "vdso: Unexpected rt vDSO area bounds; Could not initialize kernel features detection.")
    #expect(CriuLog.errors(in: []).isEmpty)
    #expect(CriuLog.errors(in: Array("Error (half".utf8)) == "half")
  }
}

extension UnixSocket {
  /// What a peer, which said its part beforehand, has heard.
  fileprivate func heard(_ count: Int) throws -> [[UInt8]] {
    var messages: [[UInt8]] = []
    for _ in 0..<count { messages.append(try receive().bytes) }
    return messages
  }
}

struct CriuConversationTests {
  @Test func `asks, answers what it is told on the way, and gives the answer`() throws {
    let pair = try UnixSocketPair()
    let peer = pair.second
    let own = pair.first
    try peer.send(Recorded.notification, attaching: peer.descriptor)
    try peer.send(Recorded.restored)
    let conversation = CriuConversation(own) { "" }
    var told: [String] = []
    let response = try conversation.ask(CriuRequest(.restore)) { (notification, attachment) throws(ContainerError) in
      let isOpen = (try? attachment.duplicate()) != nil
      told.append("\(notification.name) \(notification.processID) \(isOpen)")
    }
    #expect(told == ["post-restore 1234 true"])
    #expect(response.restoredProcessID == 1234)
    #expect(try peer.heard(2) == [[0x08, 2], CriuRequest.acknowledgement(isSuccess: true)])
  }

  @Test func `has criu give up when something fails on the way, and tells that`() throws {
    let pair = try UnixSocketPair()
    let peer = pair.second
    let own = pair.first
    for message in [Recorded.notification, Recorded.notification, Recorded.failure] { try peer.send(message) }
    let conversation = CriuConversation(own) { "in the log" }
    var calls = 0
    #expect(throws: ContainerError.refused("no")) {
      _ = try conversation.ask(CriuRequest(.restore)) { (_, _) throws(ContainerError) in
        calls += 1
        throw .refused("no")
      }
    }
    #expect(calls == 1)
    let no = CriuRequest.acknowledgement(isSuccess: false)
    #expect(try peer.heard(3) == [[0x08, 2], no, no])
  }

  @Test func `tells what criu says when it fails`() throws {
    let pair = try UnixSocketPair()
    let peer = pair.second
    let own = pair.first
    try peer.send(Recorded.failure)
    let conversation = CriuConversation(own) { "first\nsecond" }
    #expect(throws: ContainerError.refused("criu failed: type DUMP errno 1: first; second")) {
      _ = try conversation.ask(CriuRequest(.dump))
    }
  }

  @Test func `tells that criu ended, or answers something else`() throws {
    let gone = try UnixSocketPair()
    let own = gone.first
    let far = gone.second
    _ = consume far
    let conversation = CriuConversation(own) { "" }
    #expect(throws: ContainerError.refused("criu ended without an answer")) {
      _ = try conversation.ask(CriuRequest(.dump))
    }
    let pair = try UnixSocketPair()
    let peer = pair.second
    let other = pair.first
    try peer.send([0xff])
    let confused = CriuConversation(other) { "" }
    #expect(throws: ContainerError.refused("criu answers what is no answer")) {
      _ = try confused.ask(CriuRequest(.dump))
    }
    withExtendedLifetime(peer) {}
  }
}

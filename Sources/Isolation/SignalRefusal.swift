// Why the kernel does not let a process be signalled: kill(2) asks who it belongs to, or for CAP_KILL.

public import Linux
internal import Processes

extension Diagnosis {
  /// Why a process may not be signalled; nil for a process group, and where the reason is not found.
  public static func ofSignalling(_ processID: Int32, _ reason: Errno) -> Diagnosis? {
    guard reason == .eperm, processID > 0, !hasCapability(.kill), let owner = owner(of: processID) else { return nil }
    let caller = UserIDs.current
    let ownUsers = [caller.real, caller.effective]
    if ownUsers.contains(owner.real) || ownUsers.contains(owner.saved) { return nil }
    return Diagnosis("it is user \(owner.real)'s, and this process, user \(caller.effective)'s, lacks CAP_KILL")
  }

  private static func owner(of processID: Int32) -> Processes.CredentialIDs? {
    do throws(SystemCallError) {
      return try ProcessRecord.read(processID, .status).status.value?.userIDs
    } catch {
      return nil
    }
  }
}

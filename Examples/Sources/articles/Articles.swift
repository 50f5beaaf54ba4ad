// Runs the code of the articles in Documentation/Catalogue, one by its name. The lint sees to it that each piece of code
// that an article shows is in a file of this folder.
// usage: articles world|failure|join|branch|tree|environment|events|holders|limits|process

import Linux

@main
struct Articles {
  static func main() {
    do {
      switch CommandLine.arguments.dropFirst().first {
      case "world": try StartingAWorld.run()
      case "failure": try StartingAWorld.fail()
      case "join": try JoiningAWorld.run()
      case "branch": try EndingABranch.run()
      case "tree": try ReadingTheTree.run()
      case "environment": try ReadingEnvironments.run()
      case "events": try FollowingProcesses.run()
      case "holders": try HoldersOfANamespace.run()
      case "limits": try LimitingProcesses.run()
      case "process": try CallsAndErrors.run()
      default:
        print("usage: articles world|failure|join|branch|tree|environment|events|holders|limits|process")
        exitProcess(2)
      }
    } catch {
      print("failed: \(error)")
      exitProcess(1)
    }
  }
}

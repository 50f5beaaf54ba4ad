// The program for people; everything is in Commands.

import Commands
import Linux

exitProcess(PangaeaMain.run(arguments: CommandLine.arguments))

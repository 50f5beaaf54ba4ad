// The program for people; everything is in Commands.

import Commands
import Linux

// A closure here would belong to the main actor, and finding that out costs a start some pages.
exitProcess(PangaeaMain.run(arguments: commandLineTexts()))

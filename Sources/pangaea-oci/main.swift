// The program for engines; everything is in EngineCommands.

import EngineCommands
import Linux

// A closure here would belong to the main actor, and finding that out costs a start some pages.
exitProcess(EngineMain.run(arguments: commandLineTexts()))

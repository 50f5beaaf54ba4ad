// The program for engines; everything is in EngineCommands.

import EngineCommands
import Linux

exitProcess(EngineMain.run(arguments: commandLineBytes().map { String(decoding: $0, as: UTF8.self) }))

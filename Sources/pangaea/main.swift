// The program for people; everything is in Commands.

import Commands
import Linux

exitProcess(PangaeaMain.run(arguments: commandLineBytes().map { String(decoding: $0, as: UTF8.self) }))

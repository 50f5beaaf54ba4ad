// What the Swift runtime asks for before main, answered by the program itself: see program_start.c.
#ifndef PROGRAM_START_H
#define PROGRAM_START_H

#endif

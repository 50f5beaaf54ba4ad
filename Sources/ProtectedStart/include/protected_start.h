// The runtime's entry: see protected_start.c.
#ifndef PROTECTED_START_H
#define PROTECTED_START_H

/// Where the linker has the program begin. Not to be called.
void protected_start(void);

#endif

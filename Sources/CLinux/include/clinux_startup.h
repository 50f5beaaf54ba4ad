// What this program was started with.
#ifndef CLINUX_STARTUP_H
#define CLINUX_STARTUP_H

/// The NULL-terminated arguments of this program, its name first; NULL where execve(2) was given none.
const char *const *clinux_arguments(void);

/// The NULL-terminated environment that this program was given, with its changes since.
const char *const *clinux_environment(void);

#endif

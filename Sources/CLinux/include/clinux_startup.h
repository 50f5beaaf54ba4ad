// What has to happen before Swift's own start.
#ifndef CLINUX_STARTUP_H
#define CLINUX_STARTUP_H

/// The variable that a static Swift program needs where /proc is missing, set by a constructor; NULL when
/// it was not needed or the caller had set it. Whoever starts another program leaves it out.
const char *clinux_startup_variable(void);

/// The NULL-terminated arguments of this program, its name first; NULL where execve(2) was given none.
const char *const *clinux_arguments(void);

/// The NULL-terminated environment that this program was given, with its changes since.
const char *const *clinux_environment(void);

#endif

// What the harness needs of the kernel: a world of its own, and programs started in it.
#ifndef CWORLD_H
#define CWORLD_H

#include <stdint.h>

/// Goes on in a new PID and mount namespace with a /proc of its own; all in it ends when the caller's program does.
/// Returns 0, or the error number. Call it before anything else.
int32_t world_enter(void);

/// Runs a program to its end. `command` has one argument a line; what it prints, on both outputs, goes to `output` as
/// far as `room` reaches. Returns its wait status, or -1; `length` is what was printed in all.
int32_t world_run(const char *command, uint8_t *output, int64_t room, int64_t *length);

/// Starts a program in the background and returns its PID once it has printed a line or closed its output; -1 when
/// it could not be started.
int32_t world_start(const char *command);

/// Kills the process group of a PID, reaps all that were in it, and returns how many those were.
int32_t world_end_group(int32_t process);

/// How many processes there are in this world, the caller included.
int32_t world_population(void);

/// Reaps what has ended.
void world_reap(void);

/// Prints a text at once, without a buffer that a killed harness would lose.
void world_print(const char *text);

/// Writes a file; returns 0, or the error number.
int32_t world_write(const char *path, const char *text);

#endif

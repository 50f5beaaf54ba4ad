// A static Swift program looks up its own path through /proc and aborts where there is none. A set
// SWIFT_ROOT spares it the look-up. Swift reads a program's arguments from /proc too; the C library has them.
#include "clinux_startup.h"
#include <stdlib.h>
#include <unistd.h>

static const char *variable = NULL;
static const char *const *arguments = NULL;

__attribute__((constructor)) static void keep_arguments(int count, char **texts) {
    arguments = count > 0 ? (const char *const *)texts : NULL;
}

const char *const *clinux_arguments(void) {
    return arguments;
}

__attribute__((constructor)) static void provide_runtime_root(void) {
    if (getenv("SWIFT_ROOT") != NULL || access("/proc/self/exe", F_OK) == 0) {
        return;
    }
    if (setenv("SWIFT_ROOT", "/", 0) == 0) {
        variable = "SWIFT_ROOT";
    }
}

const char *clinux_startup_variable(void) {
    return variable;
}

extern char **environ;

const char *const *clinux_environment(void) {
    return (const char *const *)environ;
}

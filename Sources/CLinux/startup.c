// What this program was started with. Swift reads its arguments from /proc; the C library has them.
#include "clinux_startup.h"
#include <stddef.h>

static const char *const *arguments = NULL;

__attribute__((constructor)) static void keep_arguments(int count, char **texts) {
    arguments = count > 0 ? (const char *const *)texts : NULL;
}

const char *const *clinux_arguments(void) {
    return arguments;
}

extern char **environ;

const char *const *clinux_environment(void) {
    return (const char *const *)environ;
}

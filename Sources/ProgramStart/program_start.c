// Stands in for the parts of the static Swift runtime that read /proc at every start: its arguments, which the
// kernel has handed over already, and its own path, to find programs beside it that a static program does not have.
// Saves a sixth of a start, and the program starts also where no procfs is mounted.
//
// Each part of the runtime is an object of its archive; the linker takes none whose names are all defined here.
#include "program_start.h"

#ifdef PROGRAM_IS_STATIC
#include <stddef.h>

static char *none = NULL;
static char **arguments = &none;
static int count = 0;

__attribute__((constructor)) static void keep_arguments(int given, char **texts) {
    if (given > 0) {
        arguments = texts;
        count = given;
    }
}

char **_swift_stdlib_getUnsafeArgvArgc(int *length) {
    *length = count;
    return arguments;
}

void _swift_stdlib_overrideUnsafeArgvArgc(char **texts, int length) {
    arguments = texts;
    count = length;
}

const char *swift_getRuntimeLibraryPath(void) {
    return NULL;
}

const char *swift_getRootPath(void) {
    return NULL;
}

const char *swift_copyAuxiliaryExecutablePath(const char *directory, const char *name) {
    (void)directory;
    (void)name;
    return NULL;
}
#endif

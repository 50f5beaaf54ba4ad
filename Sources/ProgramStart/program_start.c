// Stands in for the parts of the static Swift runtime that read /proc at every start: its arguments, which the
// kernel has handed over already, and its own path, to find programs beside it that a static program does not have.
// Saves a sixth of a start, and the program starts also where no procfs is mounted.
//
// Each part of the runtime is an object of its archive; the linker takes none whose names are all defined here.
#include "program_start.h"

#ifdef PROGRAM_IS_STATIC
#include <stddef.h>

#include "clinux_startup.h"

char **_swift_stdlib_getUnsafeArgvArgc(int *length) {
    static char *none = NULL;
    char **arguments = (char **)clinux_arguments();
    *length = 0;
    while (arguments && arguments[*length]) ++*length;
    return arguments ? arguments : &none;
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

// Stands in for what the static Swift runtime asks of files at every start: its arguments, which the kernel has handed
// over already, its own path, to find programs beside it that a static program does not have, and how many processors
// there are, for threads that most verbs never start. Saves a fifth of a start, and the program starts also where
// neither procfs nor sysfs is mounted.
//
// Each part of the runtime is an object of its archive; the linker takes none whose names are all defined here.
#include "program_start.h"

#ifdef PROGRAM_IS_STATIC
#define _GNU_SOURCE
#include <sched.h>
#include <stddef.h>
#include <unistd.h>

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

// The linker sends calls of sysconf(3) here (--wrap). The C library counts configured processors in sysfs, twice at
// each start; those that this program may run on are what threads are for, and the kernel tells them in one call.
long __real_sysconf(int name);

long __wrap_sysconf(int name) {
    cpu_set_t allowed;
    if (name == _SC_NPROCESSORS_CONF && sched_getaffinity(0, sizeof allowed, &allowed) == 0)
        return CPU_COUNT(&allowed);
    return __real_sysconf(name);
}
#endif

// fork(3) of the C library, which Swift does not offer: it keeps the library's own state in order in the child.
#include "clinux_kernel.h"
#include <errno.h>
#include <unistd.h>

int32_t clinux_fork(void) {
    pid_t child = fork();
    return child < 0 ? -errno : child;
}

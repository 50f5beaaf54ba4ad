// The heap of a program that starts a child which never looks at it. Left out of the child, neither of the two has to
// copy its pages when this one goes on: for a container's start that is a tenth of all pages it touches.
#define _DEFAULT_SOURCE
#include "heap.h"
#include <stdint.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <unistd.h>

// What a static program's C library allocated before, above all the thread's own block, lies below.
static char *start = 0;

__attribute__((constructor)) static void keep_start(void) {
    start = sbrk(0);
}

static void advise(int advice) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1), end = (uintptr_t)sbrk(0) & ~(page - 1);
    // Beside another thread, which may fork at any moment, nothing is left out.
    if (start != 0 && first < end && __libc_single_threaded) {
        madvise((void *)first, end - first, advice);
    }
}

void clinux_leave_heap_out(void) {
    advise(MADV_DONTFORK);
}

void clinux_take_heap_in(void) {
    advise(MADV_DOFORK);
}

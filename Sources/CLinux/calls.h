// System calls without the C library, for the parts of the interpreter of programs.
#ifndef CALLS_H
#define CALLS_H

#include "clinux_kernel.h"
#include "clinux_program.h"

#include <linux/errno.h>
#include <linux/signal.h>
#include <linux/wait.h>
#include <asm/unistd.h>

#define ALL_SIGNALS (~0ull)
#define SIGNAL_BIT(n) (1ull << ((n)-1))
#define FAILED_CHILD 125

// Inline, as is what is made of it here: a child that borrows its parent's stack must not leave a frame that the parent
// will return to.
#define IN_PLACE static inline __attribute__((always_inline))

IN_PLACE int64_t
call6(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
#if defined(__x86_64__)
    int64_t result;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register int64_t x8 __asm__("x8") = number;
    register uint64_t x0 __asm__("x0") = a;
    register uint64_t x1 __asm__("x1") = b;
    register uint64_t x2 __asm__("x2") = c;
    register uint64_t x3 __asm__("x3") = d;
    register uint64_t x4 __asm__("x4") = e;
    register uint64_t x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return (int64_t)x0;
#else
#error "clinux_call has no body for this architecture"
#endif
}

IN_PLACE int64_t call3(int64_t number, uint64_t a, uint64_t b, uint64_t c) {
    return call6(number, a, b, c, 0, 0, 0);
}

IN_PLACE uint64_t address(const void *pointer) {
    return (uint64_t)(uintptr_t)pointer;
}

IN_PLACE const void *pointer(uint64_t value) {
    return (const void *)(uintptr_t)value;
}

__attribute__((noreturn, always_inline)) static inline void leave(int status) {
    for (;;) {
        call3(__NR_exit_group, (uint64_t)status, 0, 0);
    }
}

IN_PLACE uint64_t set_signal_mask(uint64_t mask) {
    uint64_t former = 0;
    call6(__NR_rt_sigprocmask, SIG_SETMASK, address(&mask), address(&former), sizeof mask, 0, 0);
    return former;
}

IN_PLACE int64_t wait_for(int64_t who, int *status, int options) {
    int64_t result;
    do {
        result = call6(__NR_wait4, (uint64_t)who, address(status), (uint64_t)options, 0, 0, 0);
    } while (result == -EINTR);
    return result;
}

IN_PLACE int has_exited(int status) { return (status & 0x7f) == 0; }
IN_PLACE int exit_status(int status) { return (status >> 8) & 0xff; }

/// What was not opened, a negated errno, is passed over.
IN_PLACE void close_descriptor(int64_t descriptor) {
    if (descriptor >= 0) {
        call3(__NR_close, (uint64_t)descriptor, 0, 0);
    }
}

/// AT_EMPTY_PATH, which only libc's headers have.
enum { EMPTY_PATH = 0x1000 };

/// statx(2) of what a descriptor refers to.
IN_PLACE int64_t status_of(uint64_t descriptor, struct clinux_statx *status) {
    return call6(__NR_statx, descriptor, address(""), EMPTY_PATH, CLINUX_STATX_WANTED, address(status), 0);
}

/// Beside CLINUX_PARENT_*: nobody may look at the parent until it has closed its descriptors.
enum { CLINUX_PARENT_WAS_HIDDEN = 1 << 16 };

/// The parent's part of CLINUX_FORK: waits for the child in the roles of CLINUX_PARENT_*, and exits as it did.
__attribute__((noreturn)) void clinux_attend(int64_t child, uint64_t roles);

/// The operations of the same names, on descriptors: descriptor.c.
int64_t clinux_owner(const uint64_t argument[6]);
int64_t clinux_lives(uint64_t pidfd);
int64_t clinux_close_on_execute(uint64_t first);
int64_t clinux_close_others(uint64_t list, int32_t report);
int64_t clinux_send_descriptor(uint64_t socket, uint64_t descriptor);

/// A path inside a root directory, opened (O_PATH) with these flags and RESOLVE_* beside those that keep it inside.
int64_t clinux_open_inside(uint64_t root, const char *path, uint64_t flags, uint64_t resolve);
/// The same, made if it is missing and `flags` (CLINUX_PLACE_*) say so.
int64_t clinux_place_inside(uint64_t root, const char *path, uint64_t flags, int wants_directory);
/// 1 for a directory, 0 for another file.
int64_t clinux_is_directory(uint64_t descriptor);

/// The operations of the same names, on files inside a root directory: place.c, mount.c and copy.c.
int64_t clinux_place(const uint64_t argument[6]);
int64_t clinux_landed(const uint64_t argument[6]);
int64_t clinux_make_node(const uint64_t argument[6]);
int64_t clinux_make_link(const uint64_t argument[6]);
int64_t clinux_mask(const uint64_t argument[6]);
int64_t clinux_restrict(const uint64_t argument[6]);
int64_t clinux_remount(const uint64_t argument[6]);
int64_t clinux_mount_at(const uint64_t argument[6]);
int64_t clinux_mount_from(const uint64_t argument[6]);
int64_t clinux_unmount_at(const uint64_t argument[6]);
int64_t clinux_find(const uint64_t argument[6]);
int64_t clinux_require_inside(void);
int64_t clinux_give_stream(const uint64_t argument[6]);
int64_t clinux_require_magic(const uint64_t argument[6]);
int64_t clinux_copy_up(const uint64_t argument[6]);

#endif

// Where the runtime begins: before the C library has started, it executes itself anew from a read-only mount of its file
// that has no place in any tree. Of the two starts that this takes, the first is over after a few system calls. Why it is
// done, and what is done where it is not permitted, stands in Containers/SelfProtection.swift, which looks whether it came
// to that.
//
// No function of the C library may be called here; in a static program not even those that the compiler would.
//
// Source: open_tree(2), mount_setattr(2), execveat(2).
#include "protected_start.h"

#include "calls.h"

#include <linux/fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <stdint.h>

// A file system that is read-only could be made writable while a container holds on to the program. These tell such a mount
// from it: what is said of directories means nothing to a file, and nobody else asks for it beside the rest.
// FLAGS is what statfs(2) says of ATTRIBUTES.
#define ATTRIBUTES (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NODIRATIME)
#define FLAGS (1u /* ST_RDONLY */ | 4u /* ST_NODEV */ | 2048u /* ST_NODIRATIME */)

// There is no canary yet that a compiler could look at, and nothing that a sanitizer could tell.
#define BARE __attribute__((no_stack_protector, no_sanitize("all")))

static const char program[] = "/proc/self/exe";

BARE static bool is(const char *text, const char *word) {
    while (*word && *text == *word) {
        ++text;
        ++word;
    }
    return *text == *word;
}

/// Whether a process of the runtime may come to be in a container: with one of these verbs, and seldom with `start`,
/// which finds out later. Where such a word is
/// something else, the name of a container for one, a start is wasted and nothing else.
BARE static bool may_enter_container(char **arguments) {
    for (; *arguments; arguments++) {
        if (is(*arguments, "run") || is(*arguments, "create") || is(*arguments, "exec") || is(*arguments, "restore"))
            return true;
    }
    return false;
}

BARE static bool is_on_own_mount(void) {
    // struct statfs has 120 bytes; the flags are the eleventh of its words of 8 bytes.
    __attribute__((uninitialized)) uint64_t found[16];
    found[10] = 0;
    return call3(__NR_statfs, address(program), address(found), 0) == 0 && (found[10] & FLAGS) == FLAGS;
}

BARE static void execute_from_read_only_mount(char **arguments, char **environment) {
    struct mount_attr attributes;
    attributes.attr_set = ATTRIBUTES;
    attributes.attr_clr = attributes.propagation = attributes.userns_fd = 0;
    int64_t mount = call3(__NR_open_tree, (uint64_t)AT_FDCWD, address(program), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (mount < 0) return;
    uint64_t tree = (uint64_t)mount;
    if (call6(__NR_mount_setattr, tree, address(""), AT_EMPTY_PATH, address(&attributes), sizeof attributes, 0) == 0)
        call6(__NR_execveat, tree, address(""), address(arguments), address(environment), AT_EMPTY_PATH, 0);
    call3(__NR_close, tree, 0, 0);
}

/// `stack` is what execve(2) laid down: the number of arguments, the arguments, NULL, the environment, NULL.
BARE __attribute__((used)) static void protect(uint64_t *stack) {
    char **arguments = (char **)(stack + 1);
    if (stack[0] < 2 || !may_enter_container(arguments + 1) || is_on_own_mount()) return;
    execute_from_read_only_mount(arguments, arguments + stack[0] + 1);
}

// The C library's entry finds the stack, and what the kernel or the loader left in the register that is kept, as if
// nothing had been before it.
__attribute__((naked)) void protected_start(void) {
#if defined(__x86_64__)
    __asm__("xorl %ebp, %ebp\n\t"
            "movq %rsp, %rdi\n\t"
            "pushq %rdx\n\t"
            "pushq %rdx\n\t"
            "callq protect\n\t"
            "popq %rdx\n\t"
            "popq %rdx\n\t"
            "jmp _start");
#elif defined(__aarch64__)
    __asm__("mov x29, #0\n\t"
            "mov x19, x0\n\t"
            "mov x0, sp\n\t"
            "bl protect\n\t"
            "mov x0, x19\n\t"
            "b _start");
#else
#error "protected_start has no body for this architecture"
#endif
}

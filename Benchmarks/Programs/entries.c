// Prints which functions of a program a run enters, in the order of their first entry, with all its system calls real:
// valgrind knows not all of them, and what follows one that fails is another run. A breakpoint stands on each function
// until it is hit. Children are followed until they become another program.
//
// usage: entries PROGRAM [ARGUMENT...]     the program lies at the addresses that it was linked for
// reads the addresses of its functions, hexadecimal, one a line, from standard input
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    options = PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC,
    most_functions = 1 << 18,
    breakpoint = 0xcc
};

static struct function {
    uint64_t address;
    uint8_t byte;
    uint8_t entered;
} functions[most_functions];
static int function_count = 0;

static int ascending(const void *one, const void *other) {
    uint64_t a = ((const struct function *)one)->address, b = ((const struct function *)other)->address;
    return a < b ? -1 : a > b;
}

static void read_functions(void) {
    unsigned long long address;
    while (function_count < most_functions && scanf("%llx", &address) == 1)
        functions[function_count++].address = address;
    qsort(functions, function_count, sizeof *functions, ascending);
}

static int memory_of(pid_t process) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", process);
    return open(path, O_RDWR | O_CLOEXEC);
}

/// Puts a breakpoint on every function that was not entered yet, in a process that has just become the program.
static void arm(pid_t process) {
    uint8_t byte = breakpoint;
    int memory = memory_of(process);
    for (struct function *each = functions; each < functions + function_count; each++)
        if (!each->entered && pread(memory, &each->byte, 1, each->address) == 1)
            (void)!pwrite(memory, &byte, 1, each->address);
    close(memory);
}

/// Takes a breakpoint away that was hit, and lets its function run from the beginning. Returns whether it was one.
static int pass(pid_t process) {
    struct user_regs_struct registers;
    ptrace(PTRACE_GETREGS, process, NULL, &registers);
    struct function wanted = {.address = registers.rip - 1};
    struct function *hit = bsearch(&wanted, functions, function_count, sizeof *functions, ascending);
    if (hit == NULL)
        return 0;
    int memory = memory_of(process);
    (void)!pwrite(memory, &hit->byte, 1, hit->address);
    close(memory);
    registers.rip--;
    ptrace(PTRACE_SETREGS, process, NULL, &registers);
    if (!hit->entered)
        printf("%llx\n", (unsigned long long)hit->address);
    hit->entered = 1;
    return 1;
}

static pid_t start(char **command) {
    pid_t child = fork();
    if (child != 0)
        return child;
    int sink = open("/dev/null", O_RDWR);
    for (int standard = 0; standard < 3; standard++)
        dup2(sink, standard);
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execv(command[0], command);
    _exit(127);
}

int main(int count, char **arguments) {
    if (count < 2)
        return 2;
    read_functions();
    int status;
    pid_t first = start(&arguments[1]);
    waitpid(first, &status, 0);
    ptrace(PTRACE_SETOPTIONS, first, NULL, options);
    ptrace(PTRACE_CONT, first, NULL, 0);
    for (pid_t process; (process = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) {
            if (process == first)
                break;
            continue;
        }
        int signal = WSTOPSIG(status);
        if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
            if (process != first) {
                ptrace(PTRACE_DETACH, process, NULL, 0);
                continue;
            }
            arm(process);
        }
        // A new child begins with a SIGSTOP of its own, and events stop with a SIGTRAP: neither is for the program.
        int ours = status >> 16 != 0 || signal == SIGSTOP || (signal == SIGTRAP && pass(process));
        ptrace(PTRACE_CONT, process, NULL, ours ? 0 : signal);
    }
    return 0;
}

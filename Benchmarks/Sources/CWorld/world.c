// A PID namespace in which the harness is init: when it ends, by whatever cause, all that it started ends.
#define _GNU_SOURCE
#include "CWorld.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void exit_as(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int32_t world_enter(void) {
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
        return errno;
    pid_t child = fork();
    if (child < 0)
        return errno;
    if (child > 0)
        exit_as(child);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        return errno;
    return 0;
}

/// Cuts the lines of a command into arguments; the vector and its text are one allocation each, and never freed in
/// the child, which becomes another program.
static char **arguments_of(const char *command) {
    char *text = strdup(command);
    char **arguments = calloc(strlen(command) + 2, sizeof *arguments);
    int count = 0;
    for (char *argument; (argument = strsep(&text, "\n")) != NULL;)
        arguments[count++] = argument;
    return arguments;
}

static pid_t start(const char *command, int *output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        int sink = open("/dev/null", O_RDONLY);
        dup2(sink, 0);
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        char **arguments = arguments_of(command);
        execvp(arguments[0], arguments);
        _exit(127);
    }
    close(ends[1]);
    *output = ends[0];
    return child;
}

int32_t world_run(const char *command, uint8_t *output, int64_t room, int64_t *length) {
    uint8_t rest[65536];
    int end;
    pid_t child = start(command, &end);
    if (child < 0)
        return -1;
    *length = 0;
    for (;;) {
        int64_t left = room - *length;
        ssize_t count = left > 0 ? read(end, output + *length, left) : read(end, rest, sizeof rest);
        if (count <= 0)
            break;
        *length += count;
    }
    close(end);
    int status = 0;
    return waitpid(child, &status, 0) < 0 ? -1 : status;
}

int32_t world_start(const char *command) {
    char mark;
    int end;
    pid_t child = start(command, &end);
    if (child < 0)
        return -1;
    while (read(end, &mark, 1) > 0 && mark != '\n')
        ;
    close(end);
    return child;
}

int32_t world_end_group(int32_t process) {
    int32_t count = 0;
    kill(-process, SIGKILL);
    while (kill(-process, 0) == 0 || errno != ESRCH)
        if (waitpid(-process, NULL, 0) > 0)
            count++;
    return count;
}

void world_reap(void) {
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
}

int32_t world_population(void) {
    int32_t count = 0;
    DIR *processes = opendir("/proc");
    if (processes == NULL)
        return -1;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;)
        count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
    closedir(processes);
    return count;
}

void world_print(const char *text) { (void)!write(1, text, strlen(text)); }

int32_t world_write(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return errno;
    fputs(text, file);
    return fclose(file) == 0 ? 0 : errno;
}

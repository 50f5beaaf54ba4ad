// Runs full-screen programs side by side, each in a terminal of its own with nobody at it, and prints what each cost.
//
// usage: screen SECONDS COMMAND [ARGUMENT...] [;; COMMAND [ARGUMENT...]]...
// After so many seconds q is typed at each. prints one line a program, as measure does: which, wall ns, processor ns,
// peak KiB, wait status
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_programs = 8 };

struct program {
    char **command;
    pid_t process;
    int terminal;
};

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int64_t nanoseconds(struct timeval time) { return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL; }

static int start(struct program *program) {
    struct winsize size = {.ws_row = 40, .ws_col = 120};
    program->terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (program->terminal < 0 || grantpt(program->terminal) != 0 || unlockpt(program->terminal) != 0)
        return -1;
    ioctl(program->terminal, TIOCSWINSZ, &size);
    char name[64];
    if (ptsname_r(program->terminal, name, sizeof name) != 0)
        return -1;
    program->process = fork();
    if (program->process != 0)
        return program->process < 0 ? -1 : 0;
    setsid();
    int terminal = open(name, O_RDWR);
    for (int number = 0; number < 3; number++)
        dup2(terminal, number);
    setenv("TERM", "xterm-256color", 1);
    execvp(program->command[0], program->command);
    _exit(127);
}

// Reads away what the programs draw until a moment.
static void watch(struct program *programs, int count, int64_t end) {
    char drawn[65536];
    for (int64_t left = end - now(); left > 0; left = end - now()) {
        struct pollfd awaited[most_programs];
        for (int index = 0; index < count; index++)
            awaited[index] = (struct pollfd){.fd = programs[index].terminal, .events = POLLIN};
        poll(awaited, (nfds_t)count, (int)(left / 1000000) + 1);
        for (int index = 0; index < count; index++)
            if (awaited[index].revents != 0 && read(programs[index].terminal, drawn, sizeof drawn) < 0)
                usleep(1000);
    }
}

int main(int count, char **arguments) {
    struct program programs[most_programs] = {{.command = &arguments[2]}};
    int programCount = 1;
    if (count < 3)
        return 2;
    for (int at = 2; at < count; at++)
        if (strcmp(arguments[at], ";;") == 0 && programCount < most_programs) {
            arguments[at] = NULL;
            programs[programCount++].command = &arguments[at + 1];
        }
    int64_t begin = now();
    for (int index = 0; index < programCount; index++)
        if (start(&programs[index]) != 0)
            return 2;
    watch(programs, programCount, begin + atoi(arguments[1]) * 1000000000LL);
    for (int index = 0; index < programCount; index++)
        if (write(programs[index].terminal, "q", 1) != 1)
            return 2;
    watch(programs, programCount, now() + 1000000000LL);
    for (int index = 0; index < programCount; index++) {
        struct rusage usage;
        int status = 0;
        if (wait4(programs[index].process, &status, WNOHANG, &usage) == 0) {
            kill(programs[index].process, SIGKILL);
            wait4(programs[index].process, &status, 0, &usage);
        }
        printf(
            "%d %lld %lld %ld %d\n", index, (long long)(now() - begin),
            (long long)(nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime)), usage.ru_maxrss, status);
    }
    return 0;
}

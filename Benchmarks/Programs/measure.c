// Runs commands in turn, over and over, and prints what each run cost. A program of its own, and in C, because a
// child's peak memory starts at its parent's: this parent is small.
//
// usage: measure REPEATS COMMAND [ARGUMENT...] [;; COMMAND [ARGUMENT...]]...
// REPEATS may be `once`: one run, without the one before that warms caches. With a + after it a command's orphans are waited
// for too, after its wall time: what bwrap leaves to end behind it is part of what it cost.
// prints one line a run: which command, wall ns, processor ns, peak KiB, wait status
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_commands = 32 };

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int64_t nanoseconds(struct timeval time) { return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL; }

static void run(char **command, int sink) {
    dup2(sink, 0);
    dup2(sink, 1);
    dup2(sink, 2);
    execvp(command[0], command);
    _exit(127);
}

static int64_t processor_time(const struct rusage *usage) {
    return nanoseconds(usage->ru_utime) + nanoseconds(usage->ru_stime);
}

static int64_t orphans(void) {
    struct rusage usage;
    int64_t processor = 0;
    while (wait4(-1, NULL, 0, &usage) > 0)
        processor += processor_time(&usage);
    return processor;
}

static void measure(int which, char **command, int sink, int counted, int waits_for_orphans) {
    struct rusage usage;
    int status = 0;
    // What the kernel has just done for the one before, such as a grace period of RCU, is no gift for this one.
    usleep(20000);
    int64_t start = now();
    pid_t child = vfork();
    if (child == 0)
        run(command, sink);
    while (wait4(child, &status, 0, &usage) < 0)
        ;
    int64_t wall = now() - start;
    int64_t processor = processor_time(&usage) + (waits_for_orphans ? orphans() : 0);
    if (counted)
        printf("%d %lld %lld %ld %d\n", which, (long long)wall, (long long)processor, usage.ru_maxrss, status);
}

static int open_program(const char *name) {
    char path[4096];
    const char *place = getenv("PATH");
    if (strchr(name, '/') || !place)
        return open(name, O_RDONLY | O_CLOEXEC);
    for (; *place; place += place[0] == ':') {
        size_t length = strcspn(place, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)length, place, name);
        if (access(path, X_OK) == 0)
            return open(path, O_RDONLY | O_CLOEXEC);
        place += length;
    }
    return -1;
}

// A program's pages are let go and read in one go. How much each fault maps is decided by how its file came into
// memory: one that was just built is there in large pieces, one whose pages were reclaimed here and there in small
// ones, and starts a fifth more slowly. All programs begin alike.
static void read_anew(const char *name) {
    static char buffer[1 << 20];
    int file = open_program(name);
    if (file < 0)
        return;
    fdatasync(file);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    while (read(file, buffer, sizeof buffer) > 0)
        ;
    close(file);
}

int main(int count, char **arguments) {
    if (count < 3)
        return 2;
    int isOnce = strcmp(arguments[1], "once") == 0;
    int repeats = isOnce ? 0 : atoi(arguments[1]);
    int waits_for_orphans = strchr(arguments[1], '+') != NULL;
    if (waits_for_orphans)
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    char **commands[most_commands] = {&arguments[2]};
    int commandCount = 1;
    for (int at = 2; at < count; at++)
        if (strcmp(arguments[at], ";;") == 0 && commandCount < most_commands) {
            arguments[at] = NULL;
            commands[commandCount++] = &arguments[at + 1];
        }
    int sink = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int which = 0; which < commandCount && !isOnce; which++)
        read_anew(commands[which][0]);
    // The first round warms caches and is not counted.
    for (int round = 0; round <= repeats; round++)
        for (int which = 0; which < commandCount; which++)
            measure(which, commands[which], sink, round > 0 || isOnce, waits_for_orphans);
    return 0;
}

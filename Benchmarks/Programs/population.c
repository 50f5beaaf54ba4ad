// Idle processes to look at: a tree with a given fan-out, in a process group of its own, where each hundredth process
// has a UTS namespace of its own. Prints `ready` when all are there, and ends with its process group.
//
// usage: population COUNT GENERATIONS [forking]
// With `forking` sixteen of them keep making children, one a millisecond each, until they are killed.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int readyPipe[2];
static long wanted;
static long fanOut;
static int isForking;

enum { forkers = 16, namespaceEvery = 100 };

static void idle(void) {
    for (;;)
        pause();
}

static void keepForking(void) {
    for (;;) {
        if (fork() == 0)
            idle();
        usleep(1000);
    }
}

/// Process `index` is the parent of fanOut * index + 1 … fanOut * index + fanOut: a heap, laid out as a tree.
static void live(long index) {
    for (long child = fanOut * index + 1; child <= fanOut * index + fanOut && child < wanted; child++)
        if (fork() == 0)
            return live(child);
    if (index % namespaceEvery == namespaceEvery - 1)
        (void)!unshare(CLONE_NEWUTS);
    (void)!write(readyPipe[1], "x", 1);
    if (isForking && index >= wanted - forkers)
        keepForking();
    if (index > 0)
        idle();
}

/// The smallest fan-out that holds the population in so many generations.
static long fanOutFor(long count, long generations) {
    for (long fan = 1;; fan++) {
        long room = 0, row = 1;
        for (long generation = 0; generation < generations && room < count; generation++, row *= fan)
            room += row;
        if (room >= count)
            return fan;
    }
}

int main(int argumentCount, char **arguments) {
    if (argumentCount < 3)
        return 2;
    wanted = atol(arguments[1]);
    fanOut = fanOutFor(wanted, atol(arguments[2]));
    isForking = argumentCount > 3;
    setpgid(0, 0);
    if (pipe(readyPipe) < 0)
        return 1;
    live(0);
    for (long seen = 0; seen < wanted; seen++) {
        char mark;
        if (read(readyPipe[0], &mark, 1) != 1)
            return 1;
    }
    (void)!write(1, "ready\n", 6);
    close(1);
    idle();
}

// A branch of processes that is hard to end: it has so many generations, and it forks for as long as it lives.
// usage: forker COUNT GENERATIONS calm|forking|daemons|comet|threads
//   calm     the branch is built, and sleeps
//   forking  each process forks a child every few milliseconds, which does the same; they number at most twice COUNT
//   daemons  each also begets, by forking twice with a new session, processes whose parent is gone
//   comet    one process forks, changes its session and exits; its child does the same
//   threads  the processes fork from a second thread
// It writes one byte to descriptor 3 when the branch stands. Whoever lives holds descriptor 3 open.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static atomic_int *count;
static atomic_int *begotten;
static int wanted, generations;
static const char *manner;

static int is(const char *name) { return strcmp(manner, name) == 0; }

static void doze(long microseconds) {
    nanosleep(&(struct timespec){microseconds / 1000000, microseconds % 1000000 * 1000}, NULL);
}

static void live(void);

static void beget(int as_daemon) {
    if (atomic_load(begotten) >= wanted) {
        return;
    }
    if (fork() != 0) {
        return;
    }
    if (as_daemon) {
        setsid();
        if (fork() != 0) {
            _exit(0);
        }
    }
    atomic_fetch_add(begotten, 1);
    live();
}

static void *beget_on(void *unused) {
    (void)unused;
    for (;;) {
        doze(1000 + getpid() % 7000);
        beget(0);
    }
}

static void fly(void) {
    for (;;) {
        doze(300);
        if (fork() != 0) {
            _exit(0);
        }
        setsid();
    }
}

static void live(void) {
    signal(SIGCHLD, SIG_IGN);
    pthread_t thread;
    if (is("threads") && pthread_create(&thread, NULL, beget_on, NULL) == 0) {
        pause();
    }
    for (;;) {
        if (is("calm") || is("comet")) {
            pause();
        }
        doze(1000 + getpid() % 7000);
        beget(is("daemons") && getpid() % 3 == 0);
    }
}

// The first process of each generation begets the next one and so many brothers that the count is reached.
static void grow(int generation) {
    int brothers = wanted / generations;
    for (int index = 0; index < brothers && atomic_fetch_add(count, 1) < wanted; index++) {
        if (fork() == 0) {
            if (index == 0 && generation < generations) {
                grow(generation + 1);
            }
            live();
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 4) {
        return 2;
    }
    wanted = atoi(argv[1]);
    generations = atoi(argv[2]);
    manner = argv[3];
    count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    begotten = count + 1;
    grow(1);
    while (atomic_load(count) < wanted) {
        doze(1000);
    }
    doze(50000);
    if (write(3, "x", 1) != 1) {
        return 3;
    }
    if (is("comet")) {
        for (;;) {
            if (fork() == 0) {
                fly();
            }
            signal(SIGCHLD, SIG_IGN);
            pause();
        }
    }
    live();
}

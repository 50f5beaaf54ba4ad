// A branch of processes that is hard to end: it has so many generations, and it forks for as long as it lives.
// usage: forker COUNT GENERATIONS calm|forking|daemons|comet|threads
//   calm     the branch is built, and sleeps
//   forking  each process forks a child again and again, which does the same; they number at most twice COUNT
//   daemons  from SIGUSR1 on, each also begets, by forking twice with a new session, processes whose parent is gone
//   comet    from SIGUSR1 on, one process forks, changes its session and exits; its child does the same
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
static atomic_int *loose;
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
        doze(wanted * (50 + getpid() % 50));
        beget(0);
    }
}

static void fly(void) {
    for (int hop = 0; hop < 50000; hop++) {
        doze(300);
        if (fork() != 0) {
            _exit(0);
        }
        setsid();
    }
    _exit(0);
}

static void live(void) {
    // Should a test fail, its branch must not outlive it for long: how long it takes to end grows with it.
    alarm(15 + wanted / 50);
    signal(SIGCHLD, SIG_IGN);
    pthread_t thread;
    if (is("threads") && pthread_create(&thread, NULL, beget_on, NULL) == 0) {
        pause();
    }
    for (;;) {
        if (is("calm") || is("comet") || (is("daemons") && !atomic_load(loose))) {
            doze(20000);
            continue;
        }
        doze(wanted * (50 + getpid() % 50));
        beget(is("daemons") && getpid() % 3 == 0);
    }
}

// The first process of each generation begets the next one and so many brothers that the count is reached.
static void grow(int generation) {
    int brothers = (wanted + generations - 1) / generations;
    for (int index = 0; index < brothers && atomic_fetch_add(count, 1) < wanted; index++) {
        if (fork() == 0) {
            if (index == 0 && generation < generations) {
                grow(generation + 1);
            }
            live();
        }
    }
}

static void let_loose(int unused) {
    (void)unused;
    doze(20000);
    atomic_store(loose, 1);
}

int main(int argc, char **argv) {
    // Hard to end is not to be hard on the machine: a test that fails leaves it usable.
    if (nice(19) == -1) {
        return 1;
    }
    if (argc != 4) {
        return 2;
    }
    // Whoever waits for the end of a test's output shall not wait for the branch.
    for (int descriptor = 0; descriptor < 3; descriptor++) {
        close(descriptor);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    wanted = atoi(argv[1]);
    generations = atoi(argv[2]);
    manner = argv[3];
    count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    begotten = count + 1;
    loose = count + 2;
    grow(1);
    while (atomic_load(count) < wanted) {
        doze(1000);
    }
    doze(50000);
    signal(SIGUSR1, let_loose);
    if (write(3, "x", 1) != 1) {
        return 3;
    }
    if (is("comet") || is("daemons")) {
        signal(SIGCHLD, SIG_IGN);
        while (!atomic_load(loose)) {
            doze(20000);
        }
        if (is("comet") && fork() == 0) {
            fly();
        }
    }
    live();
}

// What a parent does while the child of a fork step runs. Nothing here may call the C library: see clinux_program.h.
#include "calls.h"

#include <linux/prctl.h>

// The kernel's struct sigaction, which is not the C library's.
struct action {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

static const struct action standard = {0};

static int has_stopped(int status) { return (status & 0xff) == 0x7f; }
static int end_signal(int status) { return status & 0x7f; }

static void send(int64_t process, int signal) {
    call3(__NR_kill, (uint64_t)process, (uint64_t)signal, 0);
}

__attribute__((noreturn)) static void end_as(int status, uint64_t roles) {
    if (has_exited(status)) {
        leave(exit_status(status));
    }
    int signal = end_signal(status);
    if (roles & CLINUX_PARENT_DIES_ALIKE) {
            set_signal_mask(0);
        send(call3(__NR_getpid, 0, 0, 0), signal);
    }
    leave(128 + signal);
}

// Reaps every child that has ended; true once `child` is among them, its status kept.
static int reap(int64_t child, int *status, uint64_t roles) {
    int ended = 0;
    for (;;) {
        int each = 0;
        int64_t who = wait_for(-1, &each, WNOHANG | (roles & CLINUX_PARENT_STOPS ? WUNTRACED : 0));
        if (who <= 0) {
            return ended;
        }
        if (who == child && has_stopped(each)) {
            send(call3(__NR_getpid, 0, 0, 0), SIGSTOP);
            send(child, SIGCONT);
        } else if (who == child) {
            *status = each;
            ended = 1;
        }
    }
}

// The first members of the kernel's siginfo_t, which is 128 bytes.
struct signal_information {
    int32_t number, error, code;
    char rest[116];
};

// What a terminal sends, the kernel sends to the whole process group: the child has it already. What a
// process sent has a code of 0 or less.
static int was_sent_by_process(const struct signal_information *information) {
    return information->code <= 0;
}

// The parent's part of CLINUX_FORK. Every signal is blocked here; those that matter are waited for.
void clinux_attend(int64_t child, uint64_t roles) {
    // An ignored SIGCHLD, inherited, would have the kernel reap the child unseen.
    call6(__NR_rt_sigaction, SIGCHLD, address(&standard), 0, 8, 0, 0);
    if (roles & CLINUX_PARENT_CLOSES) {
        call3(__NR_close_range, 3, ~0u, 0);
    }
    if (roles & CLINUX_PARENT_WAS_HIDDEN) {
        call3(__NR_prctl, PR_SET_DUMPABLE, 1, 0);
    }
    uint64_t awaited = SIGNAL_BIT(SIGCHLD);
    if (roles & CLINUX_PARENT_FORWARDS) {
        awaited = ALL_SIGNALS;
    } else {
        uint64_t outlasted = roles & CLINUX_PARENT_OUTLASTS ? SIGNAL_BIT(SIGINT) | SIGNAL_BIT(SIGTERM) : 0;
            set_signal_mask(SIGNAL_BIT(SIGCHLD) | outlasted);
    }
    int status = 0;
    int ended = reap(child, &status, roles);
    while (!ended) {
        struct signal_information received = {0};
        int64_t signal = call6(
            __NR_rt_sigtimedwait, address(&awaited), address(&received), 0, sizeof awaited, 0, 0);
        if (signal == SIGCHLD || signal < 0) {
            ended = reap(child, &status, roles);
        } else if (was_sent_by_process(&received)) {
            send(child, (int)signal);
        }
    }
    end_as(status, roles);
}

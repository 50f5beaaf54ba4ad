// Runs a program of system calls. Nothing here may call the C library: see clinux_program.h.
#include "clinux_kernel.h"
#include "clinux_program.h"

#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/wait.h>
#include <linux/errno.h>

#define ALL_SIGNALS (~0ull)
#define SIGNAL_BIT(n) (1ull << ((n)-1))
#define FAILED_CHILD 125

// Constants that only libc headers have; the same on every architecture that this file has a body for.
enum {
    UNIX_SOCKETS = 1,
    STREAM = 1,
    STREAM_CLOSE_ON_EXEC = 02000000,
    EMPTY_PATH = 0x1000,
    READABLE = 1,
    SOCKET_LEVEL = 1,
    RIGHTS = 1,
    NO_SIGNAL = 0x4000,
};

int64_t clinux_call(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
#if defined(__x86_64__)
    int64_t result;
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register int64_t x8 __asm__("x8") = number;
    register uint64_t x0 __asm__("x0") = a;
    register uint64_t x1 __asm__("x1") = b;
    register uint64_t x2 __asm__("x2") = c;
    register uint64_t x3 __asm__("x3") = d;
    register uint64_t x4 __asm__("x4") = e;
    register uint64_t x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return (int64_t)x0;
#else
#error "clinux_call has no body for this architecture"
#endif
}

static int64_t call3(int64_t number, uint64_t a, uint64_t b, uint64_t c) {
    return clinux_call(number, a, b, c, 0, 0, 0);
}

static uint64_t address(const void *pointer) {
    return (uint64_t)(uintptr_t)pointer;
}

static const void *pointer(uint64_t value) {
    return (const void *)(uintptr_t)value;
}

__attribute__((noreturn)) static void leave(int status) {
    for (;;) {
        call3(__NR_exit_group, (uint64_t)status, 0, 0);
    }
}

static uint64_t set_signal_mask(uint64_t mask) {
    uint64_t former = 0;
    clinux_call(__NR_rt_sigprocmask, SIG_SETMASK, address(&mask), address(&former), sizeof mask, 0, 0);
    return former;
}

// The kernel's struct sigaction, which is not the C library's.
struct action {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
};

static const struct action standard = {0};

static int is_file_missing(int64_t result) {
    return result == -ENOENT || result == -ENOTDIR || result == -EACCES || result == -ELOOP || result == -ENAMETOOLONG;
}

static int64_t execute_file(const char *path, const uint64_t argument[6]) {
    int64_t result = call3(__NR_execve, address(path), argument[1], argument[2]);
    if (result == -ENOEXEC && argument[3] != 0) {
        const char **interpreted = (const char **)(uintptr_t)argument[3];
        interpreted[1] = path;
        result = call3(__NR_execve, address(interpreted[0]), argument[3], argument[2]);
    }
    return result;
}

static int64_t execute(const uint64_t argument[6], uint64_t signal_mask) {
    const char *const *paths = pointer(argument[0]);
    int64_t result = -ENOENT;
    int64_t worst = -ENOENT;
    uint64_t blocked = set_signal_mask(signal_mask);
    for (; *paths != 0 && is_file_missing(result); paths++) {
        result = execute_file(*paths, argument);
        worst = worst == -EACCES && is_file_missing(result) ? worst : result;
    }
    set_signal_mask(blocked);
    return worst;
}

static int64_t fork_with(uint64_t flags, int32_t cgroup, int32_t *pidfd) {
    // A handler of the program that is forked must not run in the child. What is ignored stays ignored, as it
    // does across exec.
    struct clone_args arguments = {
        .flags = flags | CLONE_CLEAR_SIGHAND,
        .pidfd = address(pidfd),
        .exit_signal = SIGCHLD,
    };
    if (cgroup >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)cgroup;
    }
    return call3(__NR_clone3, address(&arguments), sizeof arguments, 0);
}

static int64_t wait_for(int64_t who, int *status, int options) {
    int64_t result;
    do {
        result = clinux_call(__NR_wait4, (uint64_t)who, address(status), (uint64_t)options, 0, 0, 0);
    } while (result == -EINTR);
    return result;
}

static int has_exited(int status) { return (status & 0x7f) == 0; }
static int has_stopped(int status) { return (status & 0xff) == 0x7f; }
static int exit_status(int status) { return (status >> 8) & 0xff; }
static int end_signal(int status) { return status & 0x7f; }

static int64_t run(const uint64_t argument[6], uint64_t signal_mask) {
    int64_t child = fork_with(0, -1, 0);
    if (child == 0) {
        leave(execute(argument, signal_mask) == -ENOENT ? 127 : 126);
    }
    if (child < 0) {
        return child;
    }
    int status = 0;
    int64_t waited = wait_for(child, &status, 0);
    if (waited < 0 || status == 0) {
        return waited < 0 ? waited : 0;
    }
    if (!has_exited(status)) {
        return -ECHILD;
    }
    return exit_status(status) == 127 ? -ENOENT : exit_status(status) == 126 ? -EACCES : -ECHILD;
}

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
__attribute__((noreturn)) static void attend(int64_t child, uint64_t roles) {
    // An ignored SIGCHLD, inherited, would have the kernel reap the child unseen.
    clinux_call(__NR_rt_sigaction, SIGCHLD, address(&standard), 0, 8, 0, 0);
    if (roles & CLINUX_PARENT_CLOSES) {
        call3(__NR_close_range, 3, ~0u, 0);
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
        int64_t signal = clinux_call(
            __NR_rt_sigtimedwait, address(&awaited), address(&received), 0, sizeof awaited, 0, 0);
        if (signal == SIGCHLD || signal < 0) {
            ended = reap(child, &status, roles);
        } else if (was_sent_by_process(&received)) {
            send(child, (int)signal);
        }
    }
    end_as(status, roles);
}

static int64_t fork_and_attend(const uint64_t argument[6], int32_t *report) {
    int64_t child = fork_with(argument[0], -1, 0);
    if (child <= 0) {
        return child;
    }
    if (*report >= 0) {
        call3(__NR_close, (uint64_t)*report, 0, 0);
    }
    if (argument[1] & CLINUX_PARENT_LEAVES) {
        leave(0);
    }
    attend(child, argument[1]);
}

static int64_t fork_companion(const struct clinux_step *step, uint32_t *index, uint64_t registers[CLINUX_REGISTERS]) {
    int32_t ends[2];
    int64_t result =
        clinux_call(__NR_socketpair, UNIX_SOCKETS, STREAM | STREAM_CLOSE_ON_EXEC, 0, address(ends), 0, 0);
    if (result < 0) {
        return result;
    }
    int64_t child = fork_with(0, -1, 0);
    if (child < 0) {
        return child;
    }
    registers[step->argument[1] % CLINUX_REGISTERS] = (uint64_t)child;
    *index += child == 0 ? 0 : (uint32_t)step->argument[0];
    call3(__NR_close, (uint64_t)ends[child == 0], 0, 0);
    return ends[child != 0];
}

static int64_t skip(const uint64_t argument[6], uint32_t *index) {
    *index += argument[0] == 0 ? (uint32_t)argument[1] : 0;
    return 0;
}

static int64_t keep_capabilities(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {{0}};
    int64_t result = call3(__NR_capget, address(&header), address(sets), 0);
    if (result < 0) {
        return result;
    }
    for (int each = 0; each < _LINUX_CAPABILITY_U32S_3; each++) {
        sets[each].inheritable = sets[each].permitted;
    }
    result = call3(__NR_capset, address(&header), address(sets), 0);
    for (uint64_t capability = 0; capability < 64 && result >= 0; capability++) {
        if (sets[capability / 32].effective >> capability % 32 & 1) {
            result = clinux_call(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0, 0);
        }
    }
    return result;
}

static int64_t owner(const uint64_t argument[6]) {
    struct clinux_statx status;
    int64_t result = clinux_call(
        __NR_statx, argument[0], address(""), EMPTY_PATH, CLINUX_STATX_WANTED, address(&status), 0);
    if (result < 0) {
        return result;
    }
    return argument[1] == 0 ? status.uid : status.gid;
}

static int64_t lives(uint64_t pidfd) {
    struct {
        int32_t descriptor;
        int16_t wanted, found;
    } poll = {(int32_t)pidfd, READABLE, 0};
    int64_t now[2] = {0, 0};
    int64_t result = clinux_call(__NR_ppoll, address(&poll), 1, address(now), 0, 0, 0);
    return result > 0 ? -ESRCH : result;
}

static int64_t await(int32_t descriptor) {
    char byte = 0;
    int64_t result;
    do {
        result = call3(__NR_read, (uint64_t)descriptor, address(&byte), 1);
    } while (result == -EINTR);
    return result == 0 ? -ECANCELED : result;
}

static int64_t write_whole(const uint64_t argument[6]) {
    int64_t result;
    do {
        result = call3(__NR_write, argument[0], argument[1], argument[2]);
    } while (result == -EINTR);
    return result >= 0 && (uint64_t)result != argument[2] ? -EIO : result;
}

static int is_tolerated(const struct clinux_step *step, int64_t result) {
    for (int index = 0; index < CLINUX_TOLERATED && step->tolerated[index] != 0; index++) {
        if (step->tolerated[index] == -result) {
            return 1;
        }
    }
    return 0;
}

// SCM_RIGHTS, with the structures of unix(7) as the kernel has them.
static int64_t send_descriptor(uint64_t socket, uint64_t descriptor) {
    struct {
        uint64_t length;
        int32_t level, type, descriptor, padding;
    } control = {20, SOCKET_LEVEL, RIGHTS, (int32_t)descriptor, 0};
    uint8_t byte = 1;
    struct {
        uint64_t base, length;
    } piece = {address(&byte), 1};
    struct {
        uint64_t name, name_length, pieces, piece_count, control, control_length, flags;
    } message = {0, 0, address(&piece), 1, address(&control), 20, 0};
    int64_t sent = call3(__NR_sendmsg, socket, address(&message), NO_SIGNAL);
    return sent < 0 ? sent : 0;
}

static int64_t carry_out(const struct clinux_step *step, const uint64_t argument[6], struct clinux_program *program) {
    switch (step->operation) {
    case CLINUX_CALL:
        return clinux_call(step->number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
    case CLINUX_AWAIT:
        return await((int32_t)argument[0]);
    case CLINUX_FORK:
        return fork_and_attend(argument, &program->report);
    case CLINUX_EXECUTE:
        return execute(argument, program->signal_mask);
    case CLINUX_RUN:
        return run(argument, program->signal_mask);
    case CLINUX_WRITE:
        return write_whole(argument);
    case CLINUX_EXIT:
        leave((int)argument[0]);
    case CLINUX_KEEP_CAPABILITIES:
        return keep_capabilities();
    case CLINUX_OWNER:
        return owner(argument);
    case CLINUX_LIVES:
        return lives(argument[0]);
    case CLINUX_SEND:
        return send_descriptor(argument[0], argument[1]);
    default:
        return -ENOSYS;
    }
}

static struct clinux_failure run_steps(struct clinux_program *program) {
    uint64_t registers[CLINUX_REGISTERS] = {0};
    for (uint32_t index = 0; index < program->count; index++) {
        const struct clinux_step *step = &program->steps[index];
        uint64_t argument[6];
        for (int each = 0; each < 6; each++) {
            int held = step->from_registers >> each & 1;
            argument[each] = held ? registers[step->argument[each] % CLINUX_REGISTERS] : step->argument[each];
        }
        uint32_t next = index;
        int64_t result = step->operation == CLINUX_COMPANION ? fork_companion(step, &next, registers)
                         : step->operation == CLINUX_SKIP    ? skip(argument, &next)
                                                             : carry_out(step, argument, program);
        if (result < 0 && result >= -4095) {
            if (!is_tolerated(step, result)) {
                return (struct clinux_failure){index, (int32_t)-result};
            }
            next += step->skip;
        }
        if (step->into < CLINUX_REGISTERS) {
            registers[step->into] = (uint64_t)result;
        }
        index = next;
    }
    return (struct clinux_failure){program->count, ENOEXEC};
}

struct clinux_failure clinux_program_run(const struct clinux_program *program) {
    struct clinux_program copy = *program;
    uint64_t former = set_signal_mask(ALL_SIGNALS);
    struct clinux_failure failure = run_steps(&copy);
    set_signal_mask(former);
    return failure;
}

int32_t clinux_program_start(const struct clinux_program *program, uint64_t flags, int32_t cgroup, int32_t *pidfd) {
    uint64_t former = set_signal_mask(ALL_SIGNALS);
    int64_t child = fork_with(flags | CLONE_PIDFD, cgroup, pidfd);
    if (child == 0) {
        struct clinux_program copy = *program;
        struct clinux_failure failure = run_steps(&copy);
        if (copy.report >= 0) {
            call3(__NR_write, (uint64_t)copy.report, address(&failure), sizeof failure);
        }
        leave(FAILED_CHILD);
    }
    set_signal_mask(former);
    return (int32_t)child;
}

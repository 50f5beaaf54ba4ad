// Runs a program of system calls. Nothing here may call the C library: see clinux_program.h.
#include "calls.h"
#include "clinux_kernel.h"
#include "heap.h"

#include <linux/fcntl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/wait.h>
#include <linux/errno.h>

// Constants that only libc headers have; the same on every architecture that this file has a body for.
enum {
    UNIX_SOCKETS = 1,
    STREAM = 1,
    STREAM_CLOSE_ON_EXEC = 02000000,
    TRIES = 128,
    KILL = 9,
};

int64_t clinux_call(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
    return call6(number, a, b, c, d, e, f);
}

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

// A sibling's end is told as that of its maker.
IN_PLACE int64_t fork_with(uint64_t flags, int32_t cgroup, int32_t *pidfd) {
    // A handler of the program that is forked must not run in the child. What is ignored stays ignored, as it
    // does across exec.
    struct clone_args arguments = {
        .flags = flags | CLONE_CLEAR_SIGHAND,
        .pidfd = address(pidfd),
        .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
    };
    if (cgroup >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)cgroup;
    }
    return call3(__NR_clone3, address(&arguments), sizeof arguments, 0);
}

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

static struct clinux_failure
run_steps(struct clinux_program *program, uint32_t index, uint64_t registers[CLINUX_REGISTERS]);

// Out of line, so that its frame lies below that of a parent whose stack is borrowed.
__attribute__((noinline, noreturn)) static void
run_and_report(struct clinux_program *program, uint32_t index, uint64_t registers[CLINUX_REGISTERS]) {
    struct clinux_failure failure = run_steps(program, index, registers);
    if (program->reports_calls && failure.step < program->count) {
        failure.step = (uint32_t)program->steps[failure.step].number;
    }
    if (program->report >= 0) {
        call3(__NR_write, (uint64_t)program->report, address(&failure), sizeof failure);
    }
    leave(FAILED_CHILD);
}

// A child that runs could find the parent's descriptors in /proc before the parent has closed them. Until then the parent
// is not dumpable, and the child, once it has executed, is again.
static uint64_t hidden_until_closed(uint64_t roles) {
    int is_visible = call3(__NR_prctl, PR_GET_DUMPABLE, 0, 0) == 1;
    if (!(roles & CLINUX_PARENT_CLOSES) || !is_visible) {
        return 0;
    }
    return call3(__NR_prctl, PR_SET_DUMPABLE, 0, 0) == 0 ? CLINUX_PARENT_WAS_HIDDEN : 0;
}

// A child that borrows the parent's memory and stack, until it executes or exits, must not return from here.
static int64_t fork_and_attend(
    const uint64_t argument[6], struct clinux_program *program, uint32_t index, uint64_t registers[CLINUX_REGISTERS]
) {
    uint64_t roles = argument[1] | hidden_until_closed(argument[1]);
    int borrows = (argument[1] & CLINUX_PARENT_LENDS) && program->report >= 0;
    int64_t child = fork_with(argument[0] | (borrows ? CLONE_VM | CLONE_VFORK : 0), -1, 0);
    if (child == 0 && borrows) {
        run_and_report(program, index + 1, registers);
    }
    if (child <= 0) {
        return child;
    }
    if (program->report >= 0) {
        call3(__NR_close, (uint64_t)program->report, 0, 0);
    }
    if (argument[1] & CLINUX_PARENT_LEAVES) {
        leave(0);
    }
    clinux_attend(child, roles);
}

static int64_t fork_companion(const struct clinux_step *step, uint32_t *index, uint64_t registers[CLINUX_REGISTERS]) {
    int32_t ends[2];
    int64_t result =
        call6(__NR_socketpair, UNIX_SOCKETS, STREAM | STREAM_CLOSE_ON_EXEC, 0, address(ends), 0, 0);
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
            result = call6(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0, 0);
        }
    }
    return result;
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

static int64_t tell_reached(const struct clinux_program *program, uint32_t index) {
    struct clinux_failure reached = {index, 0};
    int64_t written = call3(__NR_write, (uint64_t)program->report, address(&reached), sizeof reached);
    return written < 0 ? written : 0;
}

// Whoever may look at the waiting process in /proc is not to find what the caller had open. What the command is to
// have was open before the gate was made, so it has a smaller number.
static void close_all_but_kept(uint64_t gate) {
    for (uint64_t number = 3; number < gate; number++) {
        int64_t flags = call3(__NR_fcntl, number, F_GETFD, 0);
        if (flags > 0) {
            call3(__NR_close, number, 0, 0);
        }
    }
    call3(__NR_close_range, gate + 1, ~0u, 0);
}

// Who connected may have ended without a byte; then the next one is waited for.
static int64_t wait_at_gate(uint64_t gate, struct clinux_program *program, uint32_t index) {
    int64_t result = tell_reached(program, index);
    if (result < 0) {
        return result;
    }
    close_all_but_kept(gate);
    program->report = -1;
    // Nobody would hear of a failure now, and one may be of a single connection: accept(2), "Error handling".
    for (int failures = 0; failures < TRIES;) {
        int64_t connection = call6(__NR_accept4, gate, 0, 0, STREAM_CLOSE_ON_EXEC, 0, 0);
        if (connection >= 0 && await((int32_t)connection) == 1) {
            program->report = (int32_t)connection;
            program->reports_calls = 1;
            return 0;
        }
        if (connection >= 0) {
            call3(__NR_close, (uint64_t)connection, 0, 0);
        } else if (connection != -EINTR && connection != -ECONNABORTED) {
            failures++;
            result = connection;
        }
    }
    return result;
}

static int64_t fork_sibling(uint64_t socket) {
    int32_t pidfd = -1;
    int64_t child = fork_with(CLONE_PARENT | CLONE_PIDFD, -1, &pidfd);
    if (child <= 0) {
        return child;
    }
    int64_t sent = clinux_send_descriptor(socket, (uint64_t)pidfd);
    if (sent >= 0) {
        leave(0);
    }
    call6(__NR_pidfd_send_signal, (uint64_t)pidfd, KILL, 0, 0, 0, 0);
    return sent;
}

static int64_t carry_out_on_files(uint8_t operation, const uint64_t argument[6]) {
    switch (operation) {
    case CLINUX_PLACE:
        return clinux_place(argument);
    case CLINUX_LANDED:
        return clinux_landed(argument);
    case CLINUX_MAKE_NODE:
        return clinux_make_node(argument);
    case CLINUX_MAKE_LINK:
        return clinux_make_link(argument);
    case CLINUX_MASK:
        return clinux_mask(argument);
    case CLINUX_RESTRICT:
        return clinux_restrict(argument);
    case CLINUX_REMOUNT:
        return clinux_remount(argument);
    case CLINUX_MOUNT_AT:
        return clinux_mount_at(argument);
    case CLINUX_MOUNT_FROM:
        return clinux_mount_from(argument);
    case CLINUX_UNMOUNT_AT:
        return clinux_unmount_at(argument);
    case CLINUX_FIND:
        return clinux_find(argument);
    case CLINUX_GIVE_STREAM:
        return clinux_give_stream(argument);
    case CLINUX_REQUIRE_MAGIC:
        return clinux_require_magic(argument);
    case CLINUX_COPY_UP:
        return clinux_copy_up(argument);
    case CLINUX_REQUIRE_INSIDE:
        return clinux_require_inside();
    default:
        return -ENOSYS;
    }
}

static int64_t carry_out(const struct clinux_step *step, const uint64_t argument[6], struct clinux_program *program) {
    switch (step->operation) {
    case CLINUX_CALL:
        return call6(step->number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
    case CLINUX_AWAIT:
        return await((int32_t)argument[0]);
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
        return clinux_owner(argument);
    case CLINUX_LIVES:
        return clinux_lives(argument[0]);
    case CLINUX_CLOSE_ON_EXECUTE:
        return clinux_close_on_execute(argument[0]);
    case CLINUX_CLOSE_OTHERS:
        return clinux_close_others(argument[0], program->report);
    case CLINUX_SEND:
        return clinux_send_descriptor(argument[0], argument[1]);
    case CLINUX_REPORT:
        return tell_reached(program, (uint32_t)(step - program->steps));
    case CLINUX_GATE:
        return wait_at_gate(argument[0], program, (uint32_t)(step - program->steps));
    case CLINUX_SIBLING:
        return fork_sibling(argument[0]);
    default:
        return carry_out_on_files(step->operation, argument);
    }
}

static struct clinux_failure
run_steps(struct clinux_program *program, uint32_t index, uint64_t registers[CLINUX_REGISTERS]) {
    for (; index < program->count; index++) {
        const struct clinux_step *step = &program->steps[index];
        uint64_t argument[6];
        for (int each = 0; each < 6; each++) {
            int held = step->from_registers >> each & 1;
            argument[each] = held ? registers[step->argument[each] % CLINUX_REGISTERS] : step->argument[each];
        }
        uint32_t next = index;
        int64_t result = step->operation == CLINUX_COMPANION ? fork_companion(step, &next, registers)
                         : step->operation == CLINUX_FORK    ? fork_and_attend(argument, program, index, registers)
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
    uint64_t registers[CLINUX_REGISTERS] = {0};
    struct clinux_failure failure = run_steps(&copy, 0, registers);
    set_signal_mask(former);
    return failure;
}

int32_t clinux_program_start(const struct clinux_program *program, uint64_t flags, int32_t cgroup, int32_t *pidfd) {
    uint64_t former = set_signal_mask(ALL_SIGNALS);
    clinux_leave_heap_out();
    int64_t child = fork_with(flags | CLONE_PIDFD, cgroup, pidfd);
    if (child == 0) {
        struct clinux_program copy = *program;
        uint64_t registers[CLINUX_REGISTERS] = {0};
        run_and_report(&copy, 0, registers);
    }
    clinux_take_heap_in();
    set_signal_mask(former);
    return (int32_t)child;
}

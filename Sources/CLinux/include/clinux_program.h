// A program of system calls: what runs between fork and exec. It is laid out flat beforehand, so running it
// allocates nothing, takes no lock and calls no library: it is safe in the child of a threaded program.
#ifndef CLINUX_PROGRAM_H
#define CLINUX_PROGRAM_H

#include <stdint.h>

enum {
    CLINUX_REGISTERS = 128,
    CLINUX_TOLERATED = 4,
    /// `into` of a step whose result is not kept.
    CLINUX_DISCARD = 255,
};

enum clinux_operation {
    /// The system call `number` with `argument`.
    CLINUX_CALL = 0,
    /// Reads one byte from descriptor argument[0]; end of file is ECANCELED.
    CLINUX_AWAIT = 1,
    /// Forks with clone flags argument[0]. The child goes on with the next step; the parent waits for it,
    /// reaps whatever else is its child, and exits as the child did. argument[1] is a set of CLINUX_PARENT_*.
    CLINUX_FORK = 2,
    /// Executes the first of the paths argument[0] (NULL-terminated) that can be, with arguments
    /// argument[1] and environment argument[2]. argument[3], if not NULL, is an argument list whose first
    /// is an interpreter for files that have none of their own; its second takes the path.
    CLINUX_EXECUTE = 3,
    /// Starts argument[0..3] as CLINUX_EXECUTE does, in a child, and waits for it; a status other than 0
    /// is ECHILD, and by custom 127 is ENOENT and 126 is EACCES.
    CLINUX_RUN = 4,
    /// A write(2) that must take all argument[2] bytes in one call, as the files under /proc want it.
    CLINUX_WRITE = 5,
    /// Ends the program with exit status argument[0], nothing executed.
    CLINUX_EXIT = 6,
    /// Forks a companion that does the following argument[0] steps, the last of which is CLINUX_EXIT; this
    /// process goes on after them. The register `into` gets, here and there, one end of a pair of sockets,
    /// and the register argument[1], here, the companion's PID.
    CLINUX_COMPANION = 7,
    /// Leaves out the next argument[1] steps when argument[0] is 0.
    CLINUX_SKIP = 8,
    /// Makes the permitted capabilities inheritable and ambient, so that they outlive exec.
    CLINUX_KEEP_CAPABILITIES = 9,
    /// The owner of the open file argument[0]: its user, or with argument[1] 1 its group.
    CLINUX_OWNER = 10,
    /// ESRCH when the process of the pidfd argument[0] has ended.
    CLINUX_LIVES = 11,
    /// Every descriptor from argument[0] on will be closed by exec.
    CLINUX_CLOSE_ON_EXECUTE = 13,
    /// Sends the descriptor argument[1] through the socket argument[0], with one byte.
    CLINUX_SEND = 12,
    /// Tells the reader of `report` that this step was reached: a failure without an error.
    CLINUX_REPORT = 14,
    /// As CLINUX_REPORT, and closes `report`; then waits at the listening socket argument[0] until somebody connects and
    /// writes a byte. The connection becomes `report`, and there `step` is the number of the call that failed.
    CLINUX_GATE = 15,
    /// Forks a sibling that goes on with the next step; sends its pidfd through the socket argument[0] and exits.
    CLINUX_SIBLING = 16,
    /// Opens (O_PATH) the path argument[1], resolved inside the directory argument[0]. argument[2] is a set of
    /// CLINUX_PLACE_*; argument[3] is a descriptor.
    CLINUX_PLACE = 17,
    /// EXDEV when the path argument[1] inside the directory argument[0] is not on the mount argument[2].
    CLINUX_LANDED = 18,
    /// Makes the device file argument[1] inside the directory argument[0], with mode argument[2] and number argument[3],
    /// owned by user argument[4] and group argument[5]. One that is there already must be the same device.
    CLINUX_MAKE_NODE = 19,
    /// Makes a symbolic link argument[1] inside the directory argument[0] to argument[2], unless there is a file.
    CLINUX_MAKE_LINK = 20,
    /// Lays a copy of the mount argument[2], or for a directory of argument[3], on the path argument[1] inside the
    /// directory argument[0]. Nothing is done where there is no file. argument[4] other than 0: by mount(2).
    CLINUX_MASK = 21,
    /// Lays a read-only copy of what is at the path argument[1] inside the directory argument[0] over itself. Nothing is
    /// done where there is no file. By mount(2) where argument[3] is not 0: the copy is first attached in the directory
    /// argument[2], which nobody else sees.
    CLINUX_RESTRICT = 22,
    /// Changes an attached mount argument[0] by mount(2): sets the flags argument[1], clears argument[2].
    CLINUX_REMOUNT = 23,
    /// mount(2) of argument[1], of type argument[2], with flags argument[3] and data argument[4], on descriptor
    /// argument[0]. EXDEV where /proc, by which it has a name, is no procfs.
    CLINUX_MOUNT_AT = 24,
    /// As CLINUX_EXECUTE fails when none of the paths argument[0] can be executed.
    CLINUX_FIND = 25,
    /// EXDEV when the working directory is outside the root directory.
    CLINUX_REQUIRE_INSIDE = 26,
    /// Gives descriptor argument[0] to the user argument[1] if it is a pipe, a socket or a terminal.
    CLINUX_GIVE_STREAM = 27,
    /// EXDEV when descriptor argument[0] is not on a file system with the magic number argument[1].
    CLINUX_REQUIRE_MAGIC = 28,
    /// Copies what the directory argument[0] holds into the directory argument[1], and unless argument[2] is set
    /// its owner and permissions.
    CLINUX_COPY_UP = 29,
    /// Closes every descriptor from 3 on but `report` and those of argument[0]: a 64-bit count and the address of as
    /// many 32-bit numbers.
    CLINUX_CLOSE_OTHERS = 30,
    /// mount(2) of what descriptor argument[0] refers to, with flags argument[2], on descriptor argument[1]. EXDEV as for
    /// CLINUX_MOUNT_AT.
    CLINUX_MOUNT_FROM = 31,
    /// umount2(2) of the mount whose root descriptor argument[0] is, with flags argument[1]. EXDEV as for CLINUX_MOUNT_AT.
    CLINUX_UNMOUNT_AT = 32,
};

enum clinux_place {
    /// Make what is missing.
    CLINUX_PLACE_CREATES = 1,
    /// What is made is a directory; else a file.
    CLINUX_PLACE_DIRECTORY = 2,
    /// What is made is a directory if the descriptor is one.
    CLINUX_PLACE_LIKE = 4,
    /// No symbolic link is followed.
    CLINUX_PLACE_NO_LINKS = 8,
};

enum clinux_parent {
    /// Hand on to the child every signal that a process sent (what a terminal sends, the child gets itself).
    CLINUX_PARENT_FORWARDS = 1,
    /// When the child stops, stop too, and continue it when continued.
    CLINUX_PARENT_STOPS = 2,
    /// When the child was ended by a signal, end by the same signal (else: exit with 128 + signal).
    CLINUX_PARENT_DIES_ALIKE = 4,
    /// Close every descriptor above 2 before waiting.
    CLINUX_PARENT_CLOSES = 8,
    /// Ignore SIGINT and SIGTERM instead of dying of them while the child runs.
    CLINUX_PARENT_OUTLASTS = 16,
    /// Do not attend: exit with status 0 at once, so that the child is adopted by its namespace's init.
    CLINUX_PARENT_LEAVES = 32,
    /// Lend the child memory and stack, and wait until it executes or exits, where failures are reported: nothing is
    /// copied. A change of user by the child would take from the parent, too, that its user may look at it.
    CLINUX_PARENT_LENDS = 64,
};

struct clinux_step {
    uint8_t operation;
    /// Bit i: argument[i] is the number of a register that holds the value.
    uint8_t from_registers;
    /// The register for the result, or CLINUX_DISCARD.
    uint8_t into;
    /// How many of the following steps to leave out after a tolerated failure.
    uint8_t skip;
    int32_t number;
    uint64_t argument[6];
    /// Errnos that are not a failure; 0 ends the list. The register `into` gets the negated errno.
    int32_t tolerated[CLINUX_TOLERATED];
};

struct clinux_program {
    const struct clinux_step *steps;
    uint32_t count;
    /// Written to when a step fails, as struct clinux_failure; closed by a successful exec. -1: none.
    int32_t report;
    /// The mask that the executed program starts with (bit signal - 1).
    uint64_t signal_mask;
    /// Whether a failure is reported by the number of its call.
    uint32_t reports_calls;
};

struct clinux_failure {
    uint32_t step;
    int32_t error;
};

/// Runs the program in this process. Returns only when a step fails; the caller's signal mask is as before.
struct clinux_failure clinux_program_run(const struct clinux_program *program);

/// Starts a child by clone3(2) that runs the program; `flags` are CLONE_* (CLONE_PIDFD is added),
/// `cgroup` is a cgroup v2 directory for CLONE_INTO_CGROUP or -1. Returns the PID and sets `pidfd`,
/// or the negated errno. The child's exit status after a failed step is 125.
int32_t clinux_program_start(const struct clinux_program *program, uint64_t flags, int32_t cgroup, int32_t *pidfd);

#endif

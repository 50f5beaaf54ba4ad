// What the steps of a program do with single descriptors. Nothing here may call the C library: see clinux_program.h.
#include "calls.h"
#include "clinux_kernel.h"

#include <linux/close_range.h>
#include <linux/fcntl.h>
#include <linux/resource.h>

// Constants that only libc headers have; the same on every architecture.
enum {
    READABLE = 1,
    SOCKET_LEVEL = 1,
    RIGHTS = 1,
    NO_SIGNAL = 0x4000,
};

int64_t clinux_owner(const uint64_t argument[6]) {
    struct clinux_statx status;
    int64_t result = status_of(argument[0], &status);
    if (result < 0) {
        return result;
    }
    return argument[1] == 0 ? status.uid : status.gid;
}

int64_t clinux_lives(uint64_t pidfd) {
    struct {
        int32_t descriptor;
        int16_t wanted, found;
    } poll = {(int32_t)pidfd, READABLE, 0};
    int64_t now[2] = {0, 0};
    int64_t result = call6(__NR_ppoll, address(&poll), 1, address(now), 0, 0, 0);
    return result > 0 ? -ESRCH : result;
}

// Before Linux 5.11 each descriptor is marked by itself, up to the number that may be open.
int64_t clinux_close_on_execute(uint64_t first) {
    int64_t result = call3(__NR_close_range, first, ~0u, CLOSE_RANGE_CLOEXEC);
    if (result != -EINVAL && result != -ENOSYS) {
        return result;
    }
    uint64_t limits[2] = {0, 0};
    result = call6(__NR_prlimit64, 0, RLIMIT_NOFILE, 0, address(limits), 0, 0);
    for (uint64_t descriptor = first; result >= 0 && descriptor < limits[0]; descriptor++) {
        int64_t marked = call3(__NR_fcntl, descriptor, F_SETFD, FD_CLOEXEC);
        result = marked == -EBADF ? 0 : marked;
    }
    return result;
}

// The smallest of the numbers that is `first` or more; ~0 where none is.
static uint64_t next_kept(const int32_t *kept, uint64_t count, int32_t report, uint64_t first) {
    uint64_t next = report >= 0 && (uint64_t)report >= first ? (uint64_t)report : ~0ull;
    for (uint64_t index = 0; index < count; index++) {
        uint64_t number = (uint64_t)kept[index];
        next = kept[index] >= 0 && number >= first && number < next ? number : next;
    }
    return next;
}

int64_t clinux_close_others(uint64_t list, int32_t report) {
    const uint64_t *header = pointer(list);
    uint64_t first = 3;
    int64_t result = 0;
    while (result >= 0 && first != 0) {
        uint64_t next = next_kept(pointer(header[1]), header[0], report, first);
        if (next > first) {
            result = call3(__NR_close_range, first, next == ~0ull ? ~0u : next - 1, 0);
        }
        first = next + 1;
    }
    return result;
}

// SCM_RIGHTS, with the structures of unix(7) as the kernel has them.
int64_t clinux_send_descriptor(uint64_t socket, uint64_t descriptor) {
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

// Copies what a directory holds into a new file system that will lie over it. Nothing here may call the C library: see
// clinux_program.h.
#include "calls.h"
#include "clinux_kernel.h"

#include <linux/fcntl.h>

enum {
    DEEPEST = 64,
    PIECE = 1 << 30,
    KIND = 0170000,
    DIRECTORY = 0040000,
    REGULAR_FILE = 0100000,
    SYMBOLIC_LINK = 0120000,
};

// The kernel's struct linux_dirent64.
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t kind;
    char name[];
};

static int64_t open_file(int64_t directory, const char *name, int flags, uint32_t mode) {
    return call6(
        __NR_openat, (uint64_t)directory, address(name), (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC), mode, 0, 0);
}

static int64_t status_at(int64_t directory, const char *name, struct clinux_statx *status) {
    return call6(
        __NR_statx, (uint64_t)directory, address(name), AT_SYMLINK_NOFOLLOW | EMPTY_PATH, CLINUX_STATX_WANTED,
        address(status), 0);
}

// Owner before permissions: a change of owner takes set-ID bits away.
static int64_t set_status(int64_t file, const struct clinux_statx *status) {
    int64_t result = call3(__NR_fchown, (uint64_t)file, status->uid, status->gid);
    result = result < 0 ? result : call3(__NR_fchmod, (uint64_t)file, status->mode & 07777, 0);
    const int64_t times[4] = {
        status->atime.sec, status->atime.nsec, status->mtime.sec, status->mtime.nsec,
    };
    return result < 0 ? result : call6(__NR_utimensat, (uint64_t)file, 0, address(times), 0, 0, 0);
}

static int64_t copy_file(int64_t from, int64_t to, const char *name, const struct clinux_statx *status) {
    int64_t source = open_file(from, name, O_RDONLY | O_NONBLOCK, 0);
    int64_t copy = source < 0 ? source : open_file(to, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    int64_t result = copy < 0 ? copy : 1;
    while (result > 0) {
        result = call6(__NR_sendfile, (uint64_t)copy, (uint64_t)source, 0, PIECE, 0, 0);
    }
    result = result < 0 ? result : set_status(copy, status);
    close_descriptor(copy);
    close_descriptor(source);
    return result;
}

static int64_t copy_link(int64_t from, int64_t to, const char *name, const struct clinux_statx *status) {
    char link[4096];
    int64_t length = call6(
        __NR_readlinkat, (uint64_t)from, address(name), address(link), sizeof link - 1, 0, 0);
    if (length < 0) {
        return length;
    }
    link[length] = 0;
    int64_t result = call3(__NR_symlinkat, address(link), (uint64_t)to, address(name));
    return result < 0 ? result
                      : call6(
                            __NR_fchownat, (uint64_t)to, address(name), status->uid, status->gid,
                            AT_SYMLINK_NOFOLLOW, 0);
}

// A device that may not be made is left out.
static int64_t copy_node(int64_t to, const char *name, const struct clinux_statx *status) {
    uint64_t number = (status->rdev_minor & 0xff) | (uint64_t)status->rdev_major << 8
                      | ((uint64_t)status->rdev_minor & ~0xffull) << 12;
    int64_t result = call6(__NR_mknodat, (uint64_t)to, address(name), status->mode, number, 0, 0);
    if (result < 0) {
        return result == -EPERM ? 0 : result;
    }
    return call6(
        __NR_fchownat, (uint64_t)to, address(name), status->uid, status->gid, AT_SYMLINK_NOFOLLOW, 0);
}

static int64_t copy_content(int64_t from, int64_t to, int depth);

static int64_t copy_directory(
    int64_t from, int64_t to, const char *name, const struct clinux_statx *status, int depth
) {
    int64_t result = call3(__NR_mkdirat, (uint64_t)to, address(name), 0700);
    if (result < 0) {
        return result;
    }
    int64_t source = open_file(from, name, O_RDONLY | O_DIRECTORY, 0);
    int64_t copy = open_file(to, name, O_RDONLY | O_DIRECTORY, 0);
    result = source < 0 ? source : copy < 0 ? copy : copy_content(source, copy, depth + 1);
    result = result < 0 ? result : set_status(copy, status);
    close_descriptor(copy);
    close_descriptor(source);
    return result;
}

static int64_t copy_entry(int64_t from, int64_t to, const char *name, int depth) {
    if (name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0))) {
        return 0;
    }
    struct clinux_statx status = {0};
    int64_t result = status_at(from, name, &status);
    if (result < 0) {
        return result;
    }
    switch (status.mode & KIND) {
    case DIRECTORY:
        return copy_directory(from, to, name, &status, depth);
    case REGULAR_FILE:
        return copy_file(from, to, name, &status);
    case SYMBOLIC_LINK:
        return copy_link(from, to, name, &status);
    default:
        return copy_node(to, name, &status);
    }
}

static int64_t copy_content(int64_t from, int64_t to, int depth) {
    uint64_t buffer[256];
    int64_t length = depth > DEEPEST ? -ELOOP : 1;
    while (length > 0) {
        length = call3(__NR_getdents64, (uint64_t)from, address(buffer), sizeof buffer);
        for (int64_t place = 0; place < length;) {
            const struct entry *entry = (const struct entry *)((const char *)buffer + place);
            int64_t result = copy_entry(from, to, entry->name, depth);
            if (result < 0) {
                return result;
            }
            place += entry->length;
        }
    }
    return length;
}

int64_t clinux_copy_up(const uint64_t argument[6]) {
    int64_t from = open_file((int64_t)argument[0], ".", O_RDONLY | O_DIRECTORY, 0);
    int64_t to = from < 0 ? from : open_file((int64_t)argument[1], ".", O_RDONLY | O_DIRECTORY, 0);
    int64_t result = to < 0 ? to : copy_content(from, to, 0);
    struct clinux_statx status = {0};
    if (!argument[2]) {
        result = result < 0 ? result : status_at(from, "", &status);
        result = result < 0 ? result : set_status(to, &status);
    }
    close_descriptor(to);
    close_descriptor(from);
    return result;
}

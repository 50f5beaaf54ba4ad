// Mounts that lie on descriptors: laid there by the calls that take descriptors, or, where those are refused, by mount(2)
// with the names that descriptors have in a procfs. Nothing here may call the C library: see clinux_program.h.
#include "calls.h"
#include "clinux_kernel.h"

#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>

enum {
    NAME_SIZE = 64,
    RECURSIVE = 0x8000,
    ON_DESCRIPTORS = 0x44,
    PROCFS_MAGIC = 0x9fa0,
    PROCFS_ROOT = 1,
};

// Flags of mount(2), which <linux/mount.h> has beside the C library's.
enum {
    REMOUNT = 0x20,
    BIND = 0x1000,
    MOVE = 0x2000,
    WITH_MOUNTS_BELOW = 0x4000,
};

// Whether the names of this process's descriptors are what they seem: /proc is the root of a procfs, and nothing lies over
// the way from there.
static int64_t require_names(void) {
    int64_t procfs = call6(
        __NR_openat, (uint64_t)AT_FDCWD, address("/proc"), O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 0, 0);
    const uint64_t magic[6] = {(uint64_t)procfs, PROCFS_MAGIC};
    struct clinux_statx status;
    int64_t result = procfs < 0 ? procfs : clinux_require_magic(magic);
    result = result < 0 ? result : status_of((uint64_t)procfs, &status);
    if (result >= 0 && status.ino != PROCFS_ROOT) {
        result = -EXDEV;
    }
    struct open_how how = {
        .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS,
    };
    int64_t names = result < 0 ? result
                               : call6(
                                     __NR_openat2, (uint64_t)procfs, address("self/fd"), address(&how), sizeof how, 0,
                                     0);
    close_descriptor(names);
    close_descriptor(procfs);
    return names < 0 ? names : 0;
}

static void write_name(char name[NAME_SIZE], uint64_t descriptor) {
    static const char folder[] = "/proc/self/fd/";
    uint64_t end = 0, scale = 1;
    for (; folder[end] != 0; end++) {
        name[end] = folder[end];
    }
    while (descriptor / scale >= 10) {
        scale *= 10;
    }
    for (; scale > 0; scale /= 10) {
        name[end++] = (char)('0' + descriptor / scale % 10);
    }
    name[end] = 0;
}

static int64_t mount_on(uint64_t place, uint64_t source, uint64_t type, uint64_t flags, uint64_t data) {
    char name[NAME_SIZE];
    int64_t result = require_names();
    write_name(name, place);
    return result < 0 ? result : call6(__NR_mount, source, address(name), type, flags, data, 0);
}

static int64_t mount_from(uint64_t source, uint64_t place, uint64_t flags) {
    char name[NAME_SIZE];
    write_name(name, source);
    return mount_on(place, address(name), 0, flags, 0);
}

int64_t clinux_mount_at(const uint64_t argument[6]) {
    return mount_on(argument[0], argument[1], argument[2], argument[3], argument[4]);
}

int64_t clinux_mount_from(const uint64_t argument[6]) {
    return mount_from(argument[0], argument[1], argument[2]);
}

int64_t clinux_unmount_at(const uint64_t argument[6]) {
    char name[NAME_SIZE];
    int64_t result = require_names();
    write_name(name, argument[0]);
    return result < 0 ? result : call3(__NR_umount2, address(name), argument[1], 0);
}

// The attributes that a mount has, as flags of mount(2): ST_* are the same numbers, but for relatime and nosymfollow.
static uint64_t flags_of(uint64_t mount) {
    uint64_t fields[15] = {0};
    call3(__NR_fstatfs, mount, address(fields), 0);
    uint64_t flags = fields[10];
    return (flags & 0xf) | (flags & 0xc00) | (flags & 0x1000 ? 0x200000 : 0) | (flags & 0x2000 ? 0x100 : 0);
}

int64_t clinux_remount(const uint64_t argument[6]) {
    return mount_on(
        argument[0], 0, 0, (flags_of(argument[0]) & ~argument[2]) | argument[1] | REMOUNT | BIND, 0);
}

static int64_t move_onto(int64_t mount, int64_t place) {
    return call6(
        __NR_move_mount, (uint64_t)mount, address(""), (uint64_t)place, address(""), ON_DESCRIPTORS, 0);
}

static int is_absent(int64_t result) {
    return result == -ENOENT || result == -ENOTDIR || result == -EACCES;
}

// A copy of a mount that is laid over a place, with the calls that take descriptors.
static int64_t lay_copy(uint64_t source, int64_t place) {
    int64_t copy = call3(
        __NR_open_tree, source, address(""), EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    // Before Linux 6.15 only what is attached can be copied: the first directory gets the mount itself.
    int64_t result = copy == -EINVAL ? move_onto((int64_t)source, place) : copy < 0 ? copy : move_onto(copy, place);
    close_descriptor(copy);
    return result;
}

// Whether a path leads to another file than before, and to this one.
static int64_t require_covered(uint64_t root, const char *path, uint64_t source) {
    struct clinux_statx there, wanted;
    int64_t found = clinux_open_inside(root, path, 0, 0);
    int64_t result = found < 0 ? found : status_of((uint64_t)found, &there);
    result = result < 0 ? result : status_of(source, &wanted);
    close_descriptor(found);
    int is_same = result >= 0 && there.ino == wanted.ino && there.dev_major == wanted.dev_major
                  && there.dev_minor == wanted.dev_minor;
    return result < 0 ? result : is_same ? 0 : -EXDEV;
}

int64_t clinux_mask(const uint64_t argument[6]) {
    int64_t place = clinux_open_inside(argument[0], pointer(argument[1]), 0, 0);
    if (place < 0) {
        return is_absent(place) ? 0 : place;
    }
    int64_t kind = clinux_is_directory((uint64_t)place);
    uint64_t source = argument[kind == 1 ? 3 : 2];
    int64_t result = kind < 0       ? kind
                     : argument[4] ? mount_from(source, (uint64_t)place, BIND)
                                   : lay_copy(source, place);
    close_descriptor(place);
    if (result >= 0 && argument[4]) {
        result = require_covered(argument[0], pointer(argument[1]), source);
    }
    return result < 0 ? result : 0;
}

// By a kernel before 5.12, or by a filter of system calls that is older than the call.
static int is_refused(int64_t result) {
    return result == -ENOSYS || result == -EPERM;
}

static int64_t set_read_only(int64_t tree) {
    const uint64_t remount[6] = {(uint64_t)tree, MOUNT_ATTR_RDONLY, 0};
    return clinux_remount(remount);
}

static int64_t lay_read_only(int64_t place) {
    int64_t tree = call3(
        __NR_open_tree, (uint64_t)place, address(""),
        EMPTY_PATH | RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    uint64_t attributes[4] = {MOUNT_ATTR_RDONLY, 0, 0, 0};
    int64_t set = tree < 0 ? tree
                           : call6(
                                 __NR_mount_setattr, (uint64_t)tree, address(""), EMPTY_PATH | RECURSIVE,
                                 address(attributes), sizeof attributes, 0);
    int64_t result = tree < 0 || (set < 0 && !is_refused(set)) ? set : move_onto(tree, place);
    if (result >= 0 && is_refused(set)) {
        result = set_read_only(tree);
    }
    close_descriptor(tree);
    return result;
}

// The copy lies in the stage until it is read-only. Its place there is free again afterwards.
static int64_t lay_read_only_by_name(const uint64_t argument[6], int64_t place) {
    uint64_t root = argument[0], stage = argument[2];
    int64_t kind = clinux_is_directory((uint64_t)place);
    const char *name = kind == 1 ? "directory" : "file";
    int64_t slot = kind < 0 ? kind : clinux_place_inside(stage, name, CLINUX_PLACE_CREATES, (int)kind);
    int64_t result = slot < 0 ? slot : mount_from((uint64_t)place, (uint64_t)slot, BIND | WITH_MOUNTS_BELOW);
    int64_t tree = result < 0 ? result : clinux_open_inside(stage, name, 0, 0);
    result = tree < 0 ? tree : set_read_only(tree);
    result = result < 0 ? result : mount_from((uint64_t)tree, (uint64_t)place, MOVE);
    const uint64_t landed[6] = {root, argument[1], (uint64_t)tree};
    result = result < 0 ? result : clinux_landed(landed);
    close_descriptor(tree);
    close_descriptor(slot);
    return result;
}

int64_t clinux_restrict(const uint64_t argument[6]) {
    int64_t place = clinux_open_inside(argument[0], pointer(argument[1]), 0, 0);
    if (place < 0) {
        return is_absent(place) ? 0 : place;
    }
    int64_t result = argument[3] ? lay_read_only_by_name(argument, place) : lay_read_only(place);
    close_descriptor(place);
    return result < 0 ? result : 0;
}

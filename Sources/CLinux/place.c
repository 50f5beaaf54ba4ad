// Files of a world, found and made inside its root directory: a name is resolved by openat2(2) and never leads out, and
// what is missing is made on its parent's descriptor. Nothing here may call the C library: see clinux_program.h.
#include "calls.h"
#include "clinux_kernel.h"

#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>

enum {
    NAME_SIZE = 4096,
    CHANGES = 255,
    TRIES = 128,
};

// The kinds of file in a mode; <linux/stat.h> has them only without a C library.
enum {
    KIND = 0170000,
    PIPE = 0010000,
    CHARACTER_DEVICE = 0020000,
    DIRECTORY = 0040000,
    REGULAR_FILE = 0100000,
    SOCKET = 0140000,
};

static int is_kind(const struct clinux_statx *status, int kind) {
    return (status->mode & KIND) == kind;
}

int64_t clinux_open_inside(uint64_t root, const char *path, uint64_t flags, uint64_t resolve) {
    struct open_how how = {
        .flags = flags | O_PATH | O_CLOEXEC,
        .resolve = resolve | RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int64_t result = -EAGAIN;
    // A rename or a mount elsewhere came between; the kernel asks for another try.
    for (int try = 0; try < TRIES && (result == -EAGAIN || result == -EINTR); try++) {
        result = call6(__NR_openat2, root, address(path), address(&how), sizeof how, 0, 0);
    }
    return result;
}

static uint64_t length_of(const char *text) {
    uint64_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

static int64_t copy_name(char *name, const char *text, uint64_t at) {
    uint64_t length = length_of(text);
    if (at + length >= NAME_SIZE) {
        return -ENAMETOOLONG;
    }
    for (uint64_t index = 0; index <= length; index++) {
        name[at + index] = text[index];
    }
    return (int64_t)(at + length);
}

static int64_t make_file(uint64_t parent, const char *name, int is_directory) {
    if (is_directory) {
        return call3(__NR_mkdirat, parent, address(name), 0755);
    }
    int64_t file = call6(
        __NR_openat, parent, address(name), O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0644, 0, 0);
    if (file >= 0) {
        close_descriptor(file);
    }
    return file < 0 ? file : 0;
}

// What is in the way of a component that is missing is a link that leads nowhere: the name is written anew, with what
// the link says in its place.
static int64_t replace_link(char *name, uint64_t start, uint64_t end, uint64_t parent) {
    char link[NAME_SIZE], rest[NAME_SIZE];
    char after = name[end];
    name[end] = 0;
    int64_t length = call6(__NR_readlinkat, parent, address(name + start), address(link), sizeof link - 1, 0, 0);
    name[end] = after;
    if (length < 0) {
        // Somebody made a file there meanwhile.
        return length == -EINVAL ? 0 : length;
    }
    link[length] = 0;
    int64_t result = copy_name(rest, name + end, 0);
    result = result < 0 ? result : copy_name(name, link, link[0] == '/' ? 0 : start);
    return result < 0 ? result : copy_name(name, rest, (uint64_t)result);
}

// Makes the first component that is missing, or replaces a link on the way.
static int64_t make_next(uint64_t root, char *name, int is_directory) {
    int64_t parent = clinux_open_inside(root, ".", O_DIRECTORY, 0);
    uint64_t start = 0;
    while (parent >= 0) {
        while (name[start] == '/') {
            start++;
        }
        uint64_t end = start;
        while (name[end] != '/' && name[end] != 0) {
            end++;
        }
        if (end == start) {
            break;
        }
        char after = name[end];
        name[end] = 0;
        int64_t found = clinux_open_inside(root, name, 0, 0);
        int64_t result = found;
        if (found == -ENOENT) {
            result = make_file((uint64_t)parent, name + start, is_directory || after != 0);
        }
        name[end] = after;
        if (found == -ENOENT && result == -EEXIST) {
            result = replace_link(name, start, end, (uint64_t)parent);
        }
        close_descriptor(parent);
        if (found < 0) {
            return result < 0 ? result : 0;
        }
        parent = found;
        start = end;
    }
    if (parent >= 0) {
        close_descriptor(parent);
    }
    return parent < 0 ? parent : 0;
}

int64_t clinux_is_directory(uint64_t descriptor) {
    struct clinux_statx status;
    int64_t result = status_of(descriptor, &status);
    return result < 0 ? result : is_kind(&status, DIRECTORY);
}

// Most often the last component alone is missing: it is made on its parent without a walk from the root.
static int64_t make_last(uint64_t root, char *name, uint64_t length, int is_directory) {
    uint64_t start = length;
    while (start > 0 && name[start - 1] != '/') {
        start--;
    }
    int is_plain = start > 1 && name[start] != 0 && name[start] != '.';
    if (!is_plain) {
        return -ENOENT;
    }
    name[start - 1] = 0;
    int64_t parent = clinux_open_inside(root, name, O_DIRECTORY, 0);
    name[start - 1] = '/';
    if (parent < 0) {
        return parent;
    }
    int64_t result = make_file((uint64_t)parent, name + start, is_directory);
    close_descriptor(parent);
    return result;
}

static uint64_t resolve_flags(uint64_t flags) {
    return flags & CLINUX_PLACE_NO_LINKS ? RESOLVE_NO_SYMLINKS : 0;
}

static int64_t make_inside(uint64_t root, const char *path, uint64_t flags, int is_directory) {
    char name[NAME_SIZE];
    int64_t result = copy_name(name, path, 0), found = -ENOENT;
    if (result >= 0 && make_last(root, name, (uint64_t)result, is_directory) >= 0) {
        found = clinux_open_inside(root, name, 0, resolve_flags(flags));
    }
    for (int change = 0; change < CHANGES && result >= 0 && found == -ENOENT; change++) {
        result = make_next(root, name, is_directory);
        found = result < 0 ? result : clinux_open_inside(root, name, 0, resolve_flags(flags));
    }
    return result < 0 ? result : found == -ENOENT ? -ELOOP : found;
}

int64_t clinux_place_inside(uint64_t root, const char *path, uint64_t flags, int wants_directory) {
    int64_t found = clinux_open_inside(root, path, 0, resolve_flags(flags));
    return found == -ENOENT && flags & CLINUX_PLACE_CREATES ? make_inside(root, path, flags, wants_directory) : found;
}

int64_t clinux_place(const uint64_t argument[6]) {
    uint64_t flags = argument[2];
    int64_t found = clinux_place_inside(argument[0], pointer(argument[1]), flags & ~(uint64_t)CLINUX_PLACE_CREATES, 0);
    if (found != -ENOENT || !(flags & CLINUX_PLACE_CREATES)) {
        return found;
    }
    int64_t wants_directory
        = flags & CLINUX_PLACE_LIKE ? clinux_is_directory(argument[3]) : (flags & CLINUX_PLACE_DIRECTORY) != 0;
    return wants_directory < 0 ? wants_directory
                               : make_inside(argument[0], pointer(argument[1]), flags, (int)wants_directory);
}

// The directory of a path, made if need be; *last is the last component.
static int64_t open_parent(uint64_t root, const char *path, const char **last) {
    char name[NAME_SIZE];
    int64_t length = copy_name(name, path, 0);
    uint64_t end = 0;
    for (uint64_t index = 0; length >= 0 && path[index] != 0; index++) {
        end = path[index] == '/' ? index : end;
        name[index] = path[index];
    }
    *last = path[end] == '/' ? path + end + 1 : path + end;
    name[end] = 0;
    return length < 0 ? length
                      : clinux_place_inside(root, end == 0 ? "." : name, CLINUX_PLACE_CREATES | CLINUX_PLACE_DIRECTORY, 1);
}

static int64_t is_that_device(uint64_t parent, const char *name, const uint64_t argument[6]) {
    struct clinux_statx status;
    int64_t result = call6(
        __NR_statx, parent, address(name), AT_SYMLINK_NOFOLLOW, CLINUX_STATX_WANTED, address(&status), 0);
    if (result < 0) {
        return result;
    }
    uint64_t major = argument[3] >> 8 & 0xfff, minor = (argument[3] & 0xff) | (argument[3] >> 12 & 0xfff00);
    int is_alike = is_kind(&status, (int)(argument[2] & KIND)) && status.rdev_major == major
                   && status.rdev_minor == minor;
    return is_alike ? 0 : -EEXIST;
}

int64_t clinux_make_node(const uint64_t argument[6]) {
    const char *name = 0;
    int64_t parent = open_parent(argument[0], pointer(argument[1]), &name);
    if (parent < 0) {
        return parent;
    }
    int64_t result = call6(
        __NR_mknodat, (uint64_t)parent, address(name), argument[2], argument[3], 0, 0);
    if (result == -EEXIST) {
        result = is_that_device((uint64_t)parent, name, argument);
    }
    if (result >= 0) {
        result = call6(
            __NR_fchownat, (uint64_t)parent, address(name), argument[4], argument[5], AT_SYMLINK_NOFOLLOW, 0);
    }
    close_descriptor(parent);
    return result < 0 ? result : 0;
}

int64_t clinux_make_link(const uint64_t argument[6]) {
    const char *name = 0;
    int64_t parent = open_parent(argument[0], pointer(argument[1]), &name);
    if (parent < 0) {
        return parent;
    }
    int64_t result = call3(__NR_symlinkat, argument[2], (uint64_t)parent, address(name));
    close_descriptor(parent);
    return result == -EEXIST ? 0 : result;
}

int64_t clinux_landed(const uint64_t argument[6]) {
    struct clinux_statx there, mount;
    int64_t found = clinux_open_inside(argument[0], pointer(argument[1]), 0, 0);
    if (found < 0) {
        return found;
    }
    int64_t result = status_of((uint64_t)found, &there);
    result = result < 0 ? result : status_of(argument[2], &mount);
    close_descriptor(found);
    return result < 0 ? result : there.mnt_id == mount.mnt_id ? 0 : -EXDEV;
}

int64_t clinux_require_magic(const uint64_t argument[6]) {
    uint64_t fields[15] = {0};
    int64_t result = call3(__NR_fstatfs, argument[0], address(fields), 0);
    return result < 0 ? result : fields[0] == argument[1] ? 0 : -EXDEV;
}

int64_t clinux_require_inside(void) {
    char path[NAME_SIZE];
    int64_t result = call3(__NR_getcwd, address(path), sizeof path, 0);
    return result < 0 ? result : path[0] == '/' ? 0 : -EXDEV;
}

// A pipe, a socket or a terminal; never a device that is everybody's, /dev/null for example.
int64_t clinux_give_stream(const uint64_t argument[6]) {
    struct clinux_statx status;
    int64_t result = status_of(argument[0], &status);
    if (result < 0) {
        return result == -EBADF ? 0 : result;
    }
    int is_terminal = is_kind(&status, CHARACTER_DEVICE) && status.rdev_major >= 136 && status.rdev_major <= 143;
    if (!is_kind(&status, PIPE) && !is_kind(&status, SOCKET) && !is_terminal) {
        return 0;
    }
    result = call3(__NR_fchown, argument[0], argument[1], (uint64_t)-1);
    return result == -EPERM || result == -EINVAL || result == -EROFS ? 0 : result;
}

static int64_t find_file(const char *path) {
    struct clinux_statx status;
    int64_t result = call6(
        __NR_statx, (uint64_t)AT_FDCWD, address(path), 0, CLINUX_STATX_WANTED, address(&status), 0);
    if (result < 0) {
        return result;
    }
    return is_kind(&status, REGULAR_FILE) ? call3(__NR_faccessat, (uint64_t)AT_FDCWD, address(path), 1) : -EACCES;
}

int64_t clinux_find(const uint64_t argument[6]) {
    int64_t worst = -ENOENT;
    for (const char *const *paths = pointer(argument[0]); *paths != 0; paths++) {
        int64_t result = find_file(*paths);
        if (result >= 0) {
            return 0;
        }
        worst = worst == -EACCES || result == -ENOTDIR ? worst : result;
    }
    return worst;
}

// Kernel constants that are newer than the oldest headers we build against, and the raw system call.
#ifndef CLINUX_KERNEL_H
#define CLINUX_KERNEL_H

#include <stdint.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <linux/unistd.h>

/// System call numbers are the same on every architecture since 5.1 (asm-generic/unistd.h).
enum clinux_new_call {
    CLINUX_NR_statmount = 457,
    CLINUX_NR_listmount = 458,
    CLINUX_NR_open_tree_attr = 467,
};

/// A raw system call: the result, or the negated errno. Touches neither errno nor any lock, so it is
/// fit for use between fork and exec.
int64_t clinux_call(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f);

/// Reads and writes what the kernel writes and reads meanwhile: everything that it wrote before is seen then, and by it.
static inline uint64_t clinux_load(const uint64_t *place) { return __atomic_load_n(place, __ATOMIC_ACQUIRE); }
static inline void clinux_store(uint64_t *place, uint64_t value) { __atomic_store_n(place, value, __ATOMIC_RELEASE); }

/// fork(3): 0 in the child, its PID in the parent, or the negated errno.
int32_t clinux_fork(void);

/// The symbolic name of an error number, for example "EPERM"; NULL for one that is unknown.
const char *clinux_error_name(int32_t number);

/// nsfs ioctls, ioctl_nsfs(2). NS_GET_USERNS and NS_GET_PARENT exist since 4.9, the type and the owner since
/// 4.11, NS_GET_MNTNS_ID and the translation of PIDs since 6.11, the iteration since 6.12, NS_GET_ID since 6.18.
#define CLINUX_NS_GET_USERNS 0xb701
#define CLINUX_NS_GET_PARENT 0xb702
#define CLINUX_NS_GET_NSTYPE 0xb703
#define CLINUX_NS_GET_OWNER_UID 0xb704
#define CLINUX_NS_GET_MNTNS_ID 0x8008b705
#define CLINUX_NS_GET_PID_FROM_PIDNS 0x8004b706
#define CLINUX_NS_GET_TGID_FROM_PIDNS 0x8004b707
#define CLINUX_NS_GET_PID_IN_PIDNS 0x8004b708
#define CLINUX_NS_GET_TGID_IN_PIDNS 0x8004b709
#define CLINUX_NS_MNT_GET_INFO 0x8010b70a
#define CLINUX_NS_MNT_GET_NEXT 0x8010b70b
#define CLINUX_NS_MNT_GET_PREV 0x8010b70c
#define CLINUX_NS_GET_ID 0x8008b70d

/// Argument of NS_MNT_GET_INFO, NS_MNT_GET_NEXT and NS_MNT_GET_PREV.
struct clinux_mnt_ns_info {
    uint32_t size;
    uint32_t nr_mounts;
    uint64_t mnt_ns_id;
};

/// PIDFD_GET_INFO (6.13), include/uapi/linux/pidfd.h. The first published size, 64 bytes.
#define CLINUX_PIDFD_GET_INFO 0xc040ff0b
#define CLINUX_PIDFD_INFO_PID 1u
#define CLINUX_PIDFD_INFO_CREDS 2u
#define CLINUX_PIDFD_INFO_CGROUPID 4u
#define CLINUX_PIDFD_INFO_EXIT 8u
struct clinux_pidfd_info {
    uint64_t mask;
    uint64_t cgroupid;
    uint32_t pid, tgid, ppid;
    uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
};

/// Namespace ioctls on a pidfd (6.11): each gives a new nsfs descriptor.
#define CLINUX_PIDFD_GET_CGROUP_NAMESPACE 0xff01
#define CLINUX_PIDFD_GET_IPC_NAMESPACE 0xff02
#define CLINUX_PIDFD_GET_MNT_NAMESPACE 0xff03
#define CLINUX_PIDFD_GET_NET_NAMESPACE 0xff04
#define CLINUX_PIDFD_GET_PID_NAMESPACE 0xff05
#define CLINUX_PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE 0xff06
#define CLINUX_PIDFD_GET_TIME_NAMESPACE 0xff07
#define CLINUX_PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE 0xff08
#define CLINUX_PIDFD_GET_USER_NAMESPACE 0xff09
#define CLINUX_PIDFD_GET_UTS_NAMESPACE 0xff0a

/// statmount(2) and listmount(2), 6.8; the mnt_ns_id member since 6.11.
struct clinux_mnt_id_req {
    uint32_t size;
    uint32_t spare;
    uint64_t mnt_id;
    uint64_t param;
    uint64_t mnt_ns_id;
};
#define CLINUX_LSMT_ROOT 0xffffffffffffffffull
#define CLINUX_STATMOUNT_SB_BASIC 0x01u
#define CLINUX_STATMOUNT_MNT_BASIC 0x02u
#define CLINUX_STATMOUNT_PROPAGATE_FROM 0x04u
#define CLINUX_STATMOUNT_MNT_ROOT 0x08u
#define CLINUX_STATMOUNT_MNT_POINT 0x10u
#define CLINUX_STATMOUNT_FS_TYPE 0x20u
#define CLINUX_STATMOUNT_MNT_NS_ID 0x40u
struct clinux_statmount {
    uint32_t size;
    uint32_t mnt_opts;
    uint64_t mask;
    uint32_t sb_dev_major, sb_dev_minor;
    uint64_t sb_magic;
    uint32_t sb_flags;
    uint32_t fs_type;
    uint64_t mnt_id, mnt_parent_id;
    uint32_t mnt_id_old, mnt_parent_id_old;
    uint64_t mnt_attr, mnt_propagation, mnt_peer_group, mnt_master, propagate_from;
    uint32_t mnt_root, mnt_point;
    uint64_t mnt_ns_id;
    uint64_t spare[49];
    char str[];
};

/// statx(2), 4.11; mnt_id since 5.8. Named anew because the C library declares one too.
#define CLINUX_STATX_MNT_ID 0x1000u
#define CLINUX_STATX_WANTED (0x7ffu | CLINUX_STATX_MNT_ID)
struct clinux_statx_timestamp {
    int64_t sec;
    uint32_t nsec;
    int32_t reserved;
};
struct clinux_statx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, spare0;
    uint64_t ino, size, blocks, attributes_mask;
    struct clinux_statx_timestamp atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t mnt_id;
    uint32_t dio_mem_align, dio_offset_align;
    uint64_t spare3[12];
};

/// epoll(7). <linux/eventpoll.h> would bring <linux/fcntl.h>, which clashes with the C library's.
enum clinux_epoll_operation {
    CLINUX_EPOLL_ADD = 1,
    CLINUX_EPOLL_REMOVE = 2,
    CLINUX_EPOLL_CHANGE = 3,
};
#if defined(__x86_64__)
#define CLINUX_EPOLL_PACKED __attribute__((packed))
#else
#define CLINUX_EPOLL_PACKED
#endif
struct clinux_epoll_event {
    uint32_t events;
    uint64_t data;
} CLINUX_EPOLL_PACKED;

#endif

// Runs a command in a world where system calls are refused, as under a filter that is older than they are, or on a kernel
// that has none of them.
// usage: refuse ENOSYS|EPERM CALL[,CALL]... COMMAND...    `mounts` stands for all calls of the newer mount interface
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

static const struct {
    const char *name;
    unsigned number;
} calls[] = {
    {"open_tree", SYS_open_tree}, {"move_mount", SYS_move_mount}, {"fsopen", SYS_fsopen},
    {"fsconfig", SYS_fsconfig},   {"fsmount", SYS_fsmount},       {"fspick", SYS_fspick},
    {"mount_setattr", SYS_mount_setattr}, {"open_tree_attr", SYS_open_tree_attr},
    {"bpf", SYS_bpf},
};
enum { count = sizeof calls / sizeof *calls, of_mounts = 8 };

static int is_named(int index, const char *list)
{
    const char *name = calls[index].name;
    size_t length = strlen(name);
    if (!strcmp(list, "mounts"))
        return index < of_mounts;
    for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL) {
        if (!strncmp(list, name, length) && (list[length] == ',' || !list[length]))
            return 1;
    }
    return 0;
}

int main(int words, char **word)
{
    if (words < 4)
        return 2;
    struct sock_filter filter[2 * count + 2] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    unsigned short length = 1;
    unsigned error = !strcmp(word[1], "ENOSYS") ? ENOSYS : EPERM;
    for (int index = 0; index < count; index++) {
        if (!is_named(index, word[2]))
            continue;
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[index].number, 0, 1);
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {length, filter};
    // Without rights a filter takes this; set-user-ID programs have no effect then.
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0
        && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)) {
        perror("refuse");
        return 2;
    }
    execvp(word[3], word + 3);
    perror(word[3]);
    return 127;
}

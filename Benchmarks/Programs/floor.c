// The least that a process table can cost: read every /proc/N/stat once, and do nothing with it.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    static char text[4096];
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        perror("/proc");
        return 1;
    }
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
            continue;
        char path[64];
        strcpy(stpcpy(path, entry->d_name), "/stat");
        int file = openat(dirfd(processes), path, O_RDONLY | O_CLOEXEC);
        if (file < 0)
            continue;
        if (read(file, text, sizeof text) < 0)
            perror(path);
        close(file);
    }
    return 0;
}

// The C library knows the names of errors, in a function that is only visible to GNU sources.
#define _GNU_SOURCE
#include "clinux_kernel.h"
#include <string.h>

const char *clinux_error_name(int32_t number) {
    return strerrorname_np(number);
}

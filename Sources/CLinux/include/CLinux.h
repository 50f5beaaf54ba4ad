// The kernel's constants and structures, and the few functions that must be C.
// Headers here include <stdint.h> and <linux/*.h> alone: a libc header would clash with the Glibc module.
#ifndef CLINUX_H
#define CLINUX_H

#include "clinux_kernel.h"
#include "clinux_program.h"
#include "clinux_startup.h"

#endif

// path: Sources/CLinux/include/sample.h
#include <stdint.h>
#include <linux/sched.h>
#include "other.h"
#include <sched.h>  // expect: a header includes <sched.h>

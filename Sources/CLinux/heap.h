// Whether a child gets a copy of the heap that malloc(3) keeps by brk(2). Nothing is done in a program with threads.
#ifndef HEAP_H
#define HEAP_H

/// madvise(2) MADV_DONTFORK.
void clinux_leave_heap_out(void);

/// madvise(2) MADV_DOFORK.
void clinux_take_heap_in(void);

#endif

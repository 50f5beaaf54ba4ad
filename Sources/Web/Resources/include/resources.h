// The files of the pages, put into the program by the compiler.
#ifndef RESOURCES_H
#define RESOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The pages that files belong to.
enum {
    /// The map of `web`.
    RESOURCES_MAP = 1,
    /// The course of `lab web`.
    RESOURCES_COURSE = 2,
};

/// How many files there are.
size_t resources_count(void);

/// The name of a file as bytes; 0 past its end.
uint8_t resources_name_byte(size_t file, size_t index);

/// Whether a file belongs to a page.
bool resources_is_of(size_t file, unsigned page);

/// The size of a file in bytes.
size_t resources_size(size_t file);

/// A byte of a file.
uint8_t resources_byte(size_t file, size_t index);

#endif

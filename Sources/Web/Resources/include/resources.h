// The files of the page, put into the program by the compiler.
#ifndef RESOURCES_H
#define RESOURCES_H

#include <stddef.h>
#include <stdint.h>

/// How many files there are.
size_t resources_count(void);

/// The name of a file as bytes; 0 past its end.
uint8_t resources_name_byte(size_t file, size_t index);

/// The size of a file in bytes.
size_t resources_size(size_t file);

/// A byte of a file.
uint8_t resources_byte(size_t file, size_t index);

#endif

// The courses' text, put into the program by the compiler.
#ifndef COURSES_H
#define COURSES_H

#include <stddef.h>
#include <stdint.h>

/// How many courses there are.
size_t courses_count(void);

/// The name of a course's file as bytes; 0 past its end.
uint8_t courses_name_byte(size_t course, size_t index);

/// The size of a course's text in bytes.
size_t courses_size(size_t course);

/// A byte of a course's text.
uint8_t courses_byte(size_t course, size_t index);

#endif

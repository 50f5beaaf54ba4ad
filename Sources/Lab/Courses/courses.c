// The courses' text, put into the program by the compiler: an array literal in Swift takes it seconds.
#include "courses.h"

#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t anatomy_of_a_process[] = {
#embed "anatomy-of-a-process.md"
};

static const uint8_t signals_and_jobs[] = {
#embed "signals-and-jobs.md"
};

static const struct {
    const char *name;
    const uint8_t *text;
    size_t size;
} courses[] = {
    {"anatomy-of-a-process.md", anatomy_of_a_process, sizeof anatomy_of_a_process},
    {"signals-and-jobs.md", signals_and_jobs, sizeof signals_and_jobs},
};

size_t courses_count(void) {
    return sizeof courses / sizeof courses[0];
}

uint8_t courses_name_byte(size_t course, size_t index) {
    return index < strlen(courses[course].name) ? (uint8_t)courses[course].name[index] : 0;
}

size_t courses_size(size_t course) {
    return courses[course].size;
}

uint8_t courses_byte(size_t course, size_t index) {
    return courses[course].text[index];
}

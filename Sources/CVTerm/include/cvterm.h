// What is used of libvterm, in flat values: its own header brings the C library's along, which would clash with the
// Glibc module, and its cells are bit fields.
#ifndef CVTERM_H
#define CVTERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cvterm;

enum {
    CVTERM_CHARACTERS = 6,
    CVTERM_BOLD = 1,
    CVTERM_UNDERLINE = 2,
    CVTERM_ITALIC = 4,
    CVTERM_BLINK = 8,
    CVTERM_REVERSE = 16,
};

/// A place on the screen.
struct cvterm_cell {
    /// A character and those that combine with it, 0 behind the last; 0 first of all in a blank cell.
    uint32_t characters[CVTERM_CHARACTERS];
    /// Of the palette: 0 to 255; -1 for the terminal's own; 1 << 24 and red, green, blue for a colour of light.
    int32_t foreground;
    int32_t background;
    uint8_t attributes;
    /// 1 or 2 columns; 0 for the second half of a wide character.
    uint8_t width;
};

/// What the terminal is in the midst of.
struct cvterm_state {
    int row;
    int column;
    bool shows_cursor;
    bool is_alternate;
    bool wants_mouse;
};

struct cvterm *cvterm_new(int rows, int columns, size_t scrollback);
void cvterm_free(struct cvterm *terminal);
void cvterm_resize(struct cvterm *terminal, int rows, int columns);
void cvterm_write(struct cvterm *terminal, const uint8_t *bytes, size_t count);
void cvterm_get_state(struct cvterm *terminal, struct cvterm_state *state);
void cvterm_get_cell(struct cvterm *terminal, int row, int column, struct cvterm_cell *cell);

/// How many lines have left the screen at the top and are kept.
size_t cvterm_scrollback(const struct cvterm *terminal);
/// A cell of a kept line, 0 the oldest; blank beyond its end.
void cvterm_get_kept_cell(const struct cvterm *terminal, size_t line, int column, struct cvterm_cell *cell);

/// Keys that are no characters.
enum cvterm_key {
    CVTERM_ENTER,
    CVTERM_TAB,
    CVTERM_BACKSPACE,
    CVTERM_ESCAPE,
    CVTERM_UP,
    CVTERM_DOWN,
    CVTERM_LEFT,
    CVTERM_RIGHT,
    CVTERM_INSERT,
    CVTERM_DELETE,
    CVTERM_HOME,
    CVTERM_END,
    CVTERM_PAGE_UP,
    CVTERM_PAGE_DOWN,
    CVTERM_KEYS,
    CVTERM_FUNCTION = 256,
};

/// What a key sends goes to the output; modifiers are 1 shift, 2 alt, 4 control. A function key is CVTERM_FUNCTION + N.
void cvterm_press(struct cvterm *terminal, int key, int modifiers);
void cvterm_press_character(struct cvterm *terminal, uint32_t character, int modifiers);
/// Buttons are 1 to 3; 4 and 5 are the wheel.
void cvterm_mouse(struct cvterm *terminal, int row, int column, int button, bool is_pressed);

/// Takes what the terminal sends: keys, and its answers to who asks it something.
size_t cvterm_take_output(struct cvterm *terminal, uint8_t *buffer, size_t size);

#endif

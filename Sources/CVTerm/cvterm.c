// libvterm behind flat values. What scrolls off the top is kept in a ring of lines.
#include "cvterm.h"

#include <stdlib.h>
#include <string.h>
#include <vterm.h>

struct line {
    int columns;
    struct cvterm_cell cells[];
};

struct cvterm {
    VTerm *vterm;
    VTermScreen *screen;
    struct cvterm_state state;
    struct line **kept;
    size_t oldest;
    size_t count;
    size_t capacity;
    uint8_t *output;
    size_t output_count;
    size_t output_capacity;
};

static int32_t flat_color(const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color)) {
        return -1;
    }
    if (VTERM_COLOR_IS_INDEXED(color)) {
        return color->indexed.idx;
    }
    return 1 << 24 | color->rgb.red << 16 | color->rgb.green << 8 | color->rgb.blue;
}

static void flatten(const VTermScreenCell *from, struct cvterm_cell *to)
{
    memset(to, 0, sizeof *to);
    // The second half of a wide character.
    if (from->chars[0] == (uint32_t)-1) {
        to->foreground = flat_color(&from->fg);
        to->background = flat_color(&from->bg);
        return;
    }
    for (int index = 0; index < CVTERM_CHARACTERS && index < VTERM_MAX_CHARS_PER_CELL; index++) {
        to->characters[index] = from->chars[index];
    }
    to->width = (uint8_t)from->width;
    to->foreground = flat_color(&from->fg);
    to->background = flat_color(&from->bg);
    to->attributes = (from->attrs.bold ? CVTERM_BOLD : 0) | (from->attrs.underline ? CVTERM_UNDERLINE : 0)
        | (from->attrs.italic ? CVTERM_ITALIC : 0) | (from->attrs.blink ? CVTERM_BLINK : 0)
        | (from->attrs.reverse ? CVTERM_REVERSE : 0);
}

static void blank(struct cvterm_cell *cell)
{
    memset(cell, 0, sizeof *cell);
    cell->foreground = -1;
    cell->background = -1;
    cell->width = 1;
}

static int note_property(VTermProp property, VTermValue *value, void *user)
{
    struct cvterm *terminal = user;
    switch (property) {
    case VTERM_PROP_CURSORVISIBLE: terminal->state.shows_cursor = value->boolean; break;
    case VTERM_PROP_ALTSCREEN: terminal->state.is_alternate = value->boolean; break;
    case VTERM_PROP_MOUSE: terminal->state.wants_mouse = value->number != VTERM_PROP_MOUSE_NONE; break;
    default: break;
    }
    return 1;
}

static int push_line(int columns, const VTermScreenCell *cells, void *user)
{
    struct cvterm *terminal = user;
    struct line *line = terminal->capacity ? malloc(sizeof *line + (size_t)columns * sizeof line->cells[0]) : NULL;
    if (!line) {
        return 0;
    }
    line->columns = columns;
    for (int column = 0; column < columns; column++) {
        flatten(&cells[column], &line->cells[column]);
    }
    if (terminal->count == terminal->capacity) {
        free(terminal->kept[terminal->oldest]);
        terminal->kept[terminal->oldest] = line;
        terminal->oldest = (terminal->oldest + 1) % terminal->capacity;
    } else {
        terminal->kept[(terminal->oldest + terminal->count++) % terminal->capacity] = line;
    }
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = note_property, .sb_pushline = push_line};

static void keep_output(const char *bytes, size_t count, void *user)
{
    struct cvterm *terminal = user;
    if (terminal->output_count + count > terminal->output_capacity) {
        size_t capacity = (terminal->output_count + count) * 2;
        uint8_t *larger = realloc(terminal->output, capacity);
        if (!larger) {
            return;
        }
        terminal->output = larger;
        terminal->output_capacity = capacity;
    }
    memcpy(terminal->output + terminal->output_count, bytes, count);
    terminal->output_count += count;
}

struct cvterm *cvterm_new(int rows, int columns, size_t scrollback)
{
    struct cvterm *terminal = calloc(1, sizeof *terminal);
    if (!terminal) {
        return NULL;
    }
    terminal->kept = calloc(scrollback ? scrollback : 1, sizeof *terminal->kept);
    terminal->vterm = vterm_new(rows, columns);
    if (!terminal->kept || !terminal->vterm) {
        cvterm_free(terminal);
        return NULL;
    }
    terminal->capacity = scrollback;
    terminal->state.shows_cursor = true;
    vterm_set_utf8(terminal->vterm, 1);
    vterm_output_set_callback(terminal->vterm, keep_output, terminal);
    terminal->screen = vterm_obtain_screen(terminal->vterm);
    vterm_screen_set_callbacks(terminal->screen, &callbacks, terminal);
    vterm_screen_enable_altscreen(terminal->screen, 1);
    vterm_screen_reset(terminal->screen, 1);
    return terminal;
}

void cvterm_free(struct cvterm *terminal)
{
    for (size_t index = 0; index < terminal->count; index++) {
        free(terminal->kept[(terminal->oldest + index) % terminal->capacity]);
    }
    free(terminal->kept);
    free(terminal->output);
    if (terminal->vterm) {
        vterm_free(terminal->vterm);
    }
    free(terminal);
}

void cvterm_resize(struct cvterm *terminal, int rows, int columns)
{
    vterm_set_size(terminal->vterm, rows, columns);
}

void cvterm_write(struct cvterm *terminal, const uint8_t *bytes, size_t count)
{
    vterm_input_write(terminal->vterm, (const char *)bytes, count);
}

void cvterm_get_state(struct cvterm *terminal, struct cvterm_state *state)
{
    VTermPos position;
    vterm_state_get_cursorpos(vterm_obtain_state(terminal->vterm), &position);
    *state = terminal->state;
    state->row = position.row;
    state->column = position.col;
}

void cvterm_get_cell(struct cvterm *terminal, int row, int column, struct cvterm_cell *cell)
{
    VTermScreenCell found;
    VTermPos position = {.row = row, .col = column};
    if (vterm_screen_get_cell(terminal->screen, position, &found)) {
        flatten(&found, cell);
    } else {
        blank(cell);
    }
}

size_t cvterm_scrollback(const struct cvterm *terminal)
{
    return terminal->count;
}

void cvterm_get_kept_cell(const struct cvterm *terminal, size_t line, int column, struct cvterm_cell *cell)
{
    const struct line *kept = line < terminal->count ? terminal->kept[(terminal->oldest + line) % terminal->capacity]
                                                     : NULL;
    if (kept && column >= 0 && column < kept->columns) {
        *cell = kept->cells[column];
    } else {
        blank(cell);
    }
}

static VTermModifier modifier(int modifiers)
{
    return (modifiers & 1 ? VTERM_MOD_SHIFT : 0) | (modifiers & 2 ? VTERM_MOD_ALT : 0)
        | (modifiers & 4 ? VTERM_MOD_CTRL : 0);
}

void cvterm_press(struct cvterm *terminal, int key, int modifiers)
{
    static const VTermKey keys[CVTERM_KEYS] = {
        VTERM_KEY_ENTER, VTERM_KEY_TAB, VTERM_KEY_BACKSPACE, VTERM_KEY_ESCAPE, VTERM_KEY_UP, VTERM_KEY_DOWN,
        VTERM_KEY_LEFT, VTERM_KEY_RIGHT, VTERM_KEY_INS, VTERM_KEY_DEL, VTERM_KEY_HOME, VTERM_KEY_END,
        VTERM_KEY_PAGEUP, VTERM_KEY_PAGEDOWN,
    };
    if (key >= CVTERM_FUNCTION) {
        vterm_keyboard_key(terminal->vterm, (VTermKey)VTERM_KEY_FUNCTION(key - CVTERM_FUNCTION), modifier(modifiers));
    } else if (key >= 0 && key < CVTERM_KEYS) {
        vterm_keyboard_key(terminal->vterm, keys[key], modifier(modifiers));
    }
}

void cvterm_press_character(struct cvterm *terminal, uint32_t character, int modifiers)
{
    vterm_keyboard_unichar(terminal->vterm, character, modifier(modifiers));
}

void cvterm_mouse(struct cvterm *terminal, int row, int column, int button, bool is_pressed)
{
    vterm_mouse_move(terminal->vterm, row, column, VTERM_MOD_NONE);
    if (button > 0) {
        vterm_mouse_button(terminal->vterm, button, is_pressed, VTERM_MOD_NONE);
    }
}

size_t cvterm_take_output(struct cvterm *terminal, uint8_t *buffer, size_t size)
{
    size_t count = terminal->output_count < size ? terminal->output_count : size;
    if (count == 0) {
        return 0;
    }
    memcpy(buffer, terminal->output, count);
    terminal->output_count -= count;
    memmove(terminal->output, terminal->output + count, terminal->output_count);
    return count;
}

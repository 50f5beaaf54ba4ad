// What is used of ncurses. Its own header brings the C library's along, which would clash with the Glibc module.
#ifndef CCURSES_H
#define CCURSES_H

#include <stddef.h>
#include <stdint.h>

struct _IO_FILE;
struct _win_st;
struct screen;

extern struct _IO_FILE *stdin;
extern struct _IO_FILE *stdout;
extern struct _win_st *stdscr;
extern int COLORS;

/// MEVENT.
struct ccurses_mouse {
    short id;
    int column;
    int row;
    int z;
    uint32_t state;
};

char *setlocale(int category, const char *locale);
int setupterm(const char *term, int descriptor, int *result);
char *tigetstr(const char *name);
struct screen *newterm(const char *type, struct _IO_FILE *output, struct _IO_FILE *input);
void delscreen(struct screen *screen);
int endwin(void);
int cbreak(void);
int raw(void);
int noecho(void);
int keypad(struct _win_st *window, _Bool on);
int nodelay(struct _win_st *window, _Bool on);
int curs_set(int visibility);
_Bool has_colors(void);
int start_color(void);
int use_default_colors(void);
int alloc_pair(int foreground, int background);
uint32_t mousemask(uint32_t mask, uint32_t *former);
int mouseinterval(int milliseconds);
int getmouse(struct ccurses_mouse *event);
int set_escdelay(int milliseconds);
int resizeterm(int rows, int columns);
int wmove(struct _win_st *window, int row, int column);
int waddnwstr(struct _win_st *window, const wchar_t *text, int count);
int wattr_set(struct _win_st *window, uint32_t attributes, short pair, void *extended_pair);
int clearok(struct _win_st *window, _Bool clears);
int wnoutrefresh(struct _win_st *window);
int doupdate(void);
int wget_wch(struct _win_st *window, uint32_t *character);
const char *keyname(int code);

/// Takes the terminal over; NULL when it cannot be.
static inline struct screen *ccurses_start(void)
{
    return newterm(NULL, stdout, stdin);
}

/// Lets the terminal's own colours be named -1, and returns how many others it has.
static inline int ccurses_colors(void)
{
    if (!has_colors() || start_color() != 0 || use_default_colors() != 0) {
        return 0;
    }
    return COLORS;
}

/// Prepares the keyboard of the screen that was started.
static inline void ccurses_prepare(_Bool hands_over_every_key)
{
    hands_over_every_key ? raw() : cbreak();
    noecho();
    keypad(stdscr, 1);
    nodelay(stdscr, 1);
}

/// Writes characters of one style from a place on.
static inline void ccurses_write(int row, int column, const int32_t *text, int count, uint32_t attributes, int pair)
{
    wmove(stdscr, row, column);
    wattr_set(stdscr, attributes, (short)pair, &pair);
    waddnwstr(stdscr, (const wchar_t *)text, count);
}

/// Sends what changed to the terminal, the cursor last.
static inline void ccurses_refresh(int row, int column, _Bool from_scratch)
{
    wmove(stdscr, row, column);
    if (from_scratch) {
        clearok(stdscr, 1);
    }
    wnoutrefresh(stdscr);
    doupdate();
}

/// Reads a key that was typed: 0 for a character, 256 for a code of a key, -1 for none.
static inline int ccurses_key(uint32_t *character)
{
    return wget_wch(stdscr, character);
}

#endif

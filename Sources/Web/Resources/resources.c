// The files of the pages, put into the program by the compiler: an array literal in Swift takes it seconds.
#include "resources.h"

#include <string.h>

#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t page_html[] = {
#embed "page.html"
};

static const uint8_t page_js[] = {
#embed "page.js"
};

static const uint8_t table_js[] = {
#embed "table.js"
};

static const uint8_t rows_js[] = {
#embed "rows.js"
};

static const uint8_t columns_js[] = {
#embed "columns.js"
};

static const uint8_t search_js[] = {
#embed "search.js"
};

static const uint8_t timeline_js[] = {
#embed "timeline.js"
};

static const uint8_t page_css[] = {
#embed "page.css"
};

static const uint8_t map_css[] = {
#embed "map.css"
};

static const uint8_t world_js[] = {
#embed "world.js"
};

static const uint8_t scene_js[] = {
#embed "scene.js"
};

static const uint8_t layout_js[] = {
#embed "layout.js"
};

static const uint8_t coast_js[] = {
#embed "coast.js"
};

static const uint8_t map_js[] = {
#embed "map.js"
};

static const uint8_t view_js[] = {
#embed "view.js"
};

static const uint8_t crossings_js[] = {
#embed "crossings.js"
};

static const uint8_t looks_js[] = {
#embed "looks.js"
};

static const uint8_t holders_js[] = {
#embed "holders.js"
};

static const uint8_t memberships_js[] = {
#embed "memberships.js"
};

static const uint8_t inspector_js[] = {
#embed "inspector.js"
};

static const uint8_t kinds_js[] = {
#embed "kinds.js"
};

static const uint8_t text_js[] = {
#embed "text.js"
};

static const uint8_t course_html[] = {
#embed "course.html"
};

static const uint8_t course_css[] = {
#embed "course.css"
};

static const uint8_t course_js[] = {
#embed "course.js"
};

static const uint8_t lesson_js[] = {
#embed "lesson.js"
};

static const uint8_t markdown_js[] = {
#embed "markdown.js"
};

static const uint8_t worldpane_js[] = {
#embed "worldpane.js"
};

static const uint8_t screen_js[] = {
#embed "screen.js"
};

static const uint8_t shells_js[] = {
#embed "shells.js"
};

static const uint8_t socket_js[] = {
#embed "socket.js"
};

static const uint8_t xterm_js[] = {
#embed "xterm/xterm.js"
};

static const uint8_t xterm_css[] = {
#embed "xterm/xterm.css"
};

#define FILE_OF(name, text, pages) {name, text, sizeof text, pages}
#define BOTH (RESOURCES_MAP | RESOURCES_COURSE)

static const struct {
    const char *name;
    const uint8_t *text;
    size_t size;
    unsigned pages;
} files[] = {
    FILE_OF("page.html", page_html, RESOURCES_MAP),
    FILE_OF("page.js", page_js, RESOURCES_MAP),
    FILE_OF("table.js", table_js, RESOURCES_MAP),
    FILE_OF("rows.js", rows_js, RESOURCES_MAP),
    FILE_OF("columns.js", columns_js, RESOURCES_MAP),
    FILE_OF("search.js", search_js, RESOURCES_MAP),
    FILE_OF("timeline.js", timeline_js, RESOURCES_MAP),
    FILE_OF("page.css", page_css, BOTH),
    FILE_OF("map.css", map_css, BOTH),
    FILE_OF("world.js", world_js, BOTH),
    FILE_OF("scene.js", scene_js, BOTH),
    FILE_OF("layout.js", layout_js, BOTH),
    FILE_OF("coast.js", coast_js, BOTH),
    FILE_OF("map.js", map_js, BOTH),
    FILE_OF("view.js", view_js, BOTH),
    FILE_OF("crossings.js", crossings_js, BOTH),
    FILE_OF("holders.js", holders_js, BOTH),
    FILE_OF("looks.js", looks_js, BOTH),
    FILE_OF("memberships.js", memberships_js, BOTH),
    FILE_OF("inspector.js", inspector_js, BOTH),
    FILE_OF("kinds.js", kinds_js, BOTH),
    FILE_OF("text.js", text_js, BOTH),
    FILE_OF("course.html", course_html, RESOURCES_COURSE),
    FILE_OF("course.css", course_css, RESOURCES_COURSE),
    FILE_OF("course.js", course_js, RESOURCES_COURSE),
    FILE_OF("lesson.js", lesson_js, RESOURCES_COURSE),
    FILE_OF("markdown.js", markdown_js, RESOURCES_COURSE),
    FILE_OF("worldpane.js", worldpane_js, RESOURCES_COURSE),
    FILE_OF("screen.js", screen_js, RESOURCES_COURSE),
    FILE_OF("shells.js", shells_js, RESOURCES_COURSE),
    FILE_OF("socket.js", socket_js, RESOURCES_COURSE),
    FILE_OF("xterm.js", xterm_js, RESOURCES_COURSE),
    FILE_OF("xterm.css", xterm_css, RESOURCES_COURSE),
};

size_t resources_count(void) {
    return sizeof files / sizeof files[0];
}

uint8_t resources_name_byte(size_t file, size_t index) {
    return index < strlen(files[file].name) ? (uint8_t)files[file].name[index] : 0;
}

bool resources_is_of(size_t file, unsigned page) {
    return (files[file].pages & page) != 0;
}

size_t resources_size(size_t file) {
    return files[file].size;
}

uint8_t resources_byte(size_t file, size_t index) {
    return files[file].text[index];
}

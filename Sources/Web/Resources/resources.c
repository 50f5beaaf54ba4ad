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
    FILE_OF("timeline.js", timeline_js, RESOURCES_MAP),
    FILE_OF("page.css", page_css, BOTH),
    FILE_OF("map.css", map_css, BOTH),
    FILE_OF("world.js", world_js, BOTH),
    FILE_OF("scene.js", scene_js, BOTH),
    FILE_OF("layout.js", layout_js, BOTH),
    FILE_OF("coast.js", coast_js, BOTH),
    FILE_OF("map.js", map_js, BOTH),
    FILE_OF("view.js", view_js, BOTH),
    FILE_OF("memberships.js", memberships_js, BOTH),
    FILE_OF("inspector.js", inspector_js, BOTH),
    FILE_OF("kinds.js", kinds_js, BOTH),
    FILE_OF("text.js", text_js, BOTH),
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

// What is used of SQLite. Its own header brings the C library's along, which would clash with the Glibc module.
#ifndef CSQLITE_H
#define CSQLITE_H

#include <stdint.h>

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;

static const int CSQLITE_OK = 0;
static const int CSQLITE_READ_ONLY = 8;
static const int CSQLITE_CORRUPT = 11;
static const int CSQLITE_FORMAT = 24;
static const int CSQLITE_NOT_A_DATABASE = 26;
static const int CSQLITE_ROW = 100;
static const int CSQLITE_DONE = 101;
static const int CSQLITE_OPEN_READ_ONLY = 1;
static const int CSQLITE_OPEN_READ_WRITE = 2;
static const int CSQLITE_NULL = 5;

int sqlite3_open_v2(const char *filename, sqlite3 **database, int flags, const char *vfs);
int sqlite3_close_v2(sqlite3 *database);
const char *sqlite3_errmsg(sqlite3 *database);
int sqlite3_exec(
    sqlite3 *database, const char *text, int (*callback)(void *, int, char **, char **), void *argument, char **error);
int sqlite3_prepare_v2(sqlite3 *database, const char *text, int length, sqlite3_stmt **statement, const char **tail);
int sqlite3_finalize(sqlite3_stmt *statement);
int sqlite3_step(sqlite3_stmt *statement);
int sqlite3_reset(sqlite3_stmt *statement);
int sqlite3_bind_null(sqlite3_stmt *statement, int index);
int sqlite3_bind_int64(sqlite3_stmt *statement, int index, int64_t value);
int sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int count, void (*release)(void *));
int sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, int count, void (*release)(void *));
int sqlite3_column_type(sqlite3_stmt *statement, int column);
int64_t sqlite3_column_int64(sqlite3_stmt *statement, int column);
const void *sqlite3_column_blob(sqlite3_stmt *statement, int column);
int sqlite3_column_bytes(sqlite3_stmt *statement, int column);

/// SQLITE_TRANSIENT: the bytes are copied.
static inline int csqlite_bind_bytes(sqlite3_stmt *statement, int index, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, index, count ? bytes : "", count, (void (*)(void *))-1);
}

static inline int csqlite_bind_text(sqlite3_stmt *statement, int index, const char *text) {
    return sqlite3_bind_text(statement, index, text, -1, (void (*)(void *))-1);
}

/// Copies a value into memory that is as long as sqlite3_column_bytes says.
static inline void csqlite_copy(sqlite3_stmt *statement, int column, void *into) {
    const void *bytes = sqlite3_column_blob(statement, column);
    if (bytes) __builtin_memcpy(into, bytes, (unsigned long)sqlite3_column_bytes(statement, column));
}

#endif

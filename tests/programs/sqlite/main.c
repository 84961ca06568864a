/* Runs the SQL on standard input against an in-memory database and prints each row. */
#include <stdio.h>
#include <stdlib.h>

#include "sqlite3.h"

static char *read_all(FILE *in)
{
    size_t size = 0, capacity = 4096;
    char *text = malloc(capacity);
    while (text != NULL) {
        size += fread(text + size, 1, capacity - size - 1, in);
        if (size < capacity - 1)
            break;
        capacity *= 2;
        text = realloc(text, capacity);
    }
    if (text != NULL)
        text[size] = '\0';
    return text;
}

static void print_row(sqlite3_stmt *statement)
{
    int columns = sqlite3_column_count(statement);
    for (int i = 0; i < columns; i++) {
        const unsigned char *text = sqlite3_column_text(statement, i);
        printf("%s%s", i == 0 ? "" : "|", text == NULL ? "NULL" : (const char *)text);
    }
    putchar('\n');
}

static int run(sqlite3 *database, const char *sql)
{
    int failed = 0;
    while (*sql != '\0') {
        sqlite3_stmt *statement = NULL;
        int status = sqlite3_prepare_v2(database, sql, -1, &statement, &sql);
        if (status != SQLITE_OK) {
            printf("error: %s\n", sqlite3_errmsg(database));
            return 1;
        }
        if (statement == NULL) /* white space or a comment */
            continue;
        while ((status = sqlite3_step(statement)) == SQLITE_ROW)
            print_row(statement);
        if (status != SQLITE_DONE) {
            printf("error: %s\n", sqlite3_errmsg(database));
            failed = 1;
        }
        sqlite3_finalize(statement);
    }
    return failed;
}

int main(void)
{
    sqlite3 *database;
    char *sql = read_all(stdin);
    if (sql == NULL || sqlite3_open(":memory:", &database) != SQLITE_OK)
        return 2;
    int failed = run(database, sql);
    sqlite3_close(database);
    free(sql);
    return failed;
}

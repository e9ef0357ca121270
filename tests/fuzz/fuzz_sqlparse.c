/* SPDX-License-Identifier: MIT */
/* SQL as a person sends it, judged; and any text taken for a parse tree. A verdict comes always, a
 * refusal says why and points into the text, and what is let through stays so when it is repeated
 * behind a comment. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlparse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int characters(const char *text) {
    int count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static bool judge(const char *sql, size_t size) {
    struct err err = ERR_INIT;
    struct sqlparse parse = { 0 };
    bool ok = sqlparse_read_only(sql, size, &parse, &err);
    if (ok != (err.code == ERR_NONE) || ok != (parse.kind != 0)) abort();
    if (ok) return true;
    if (!err.detail[0] || err.position < 0) abort();
    if (strlen(sql) == size && err.position > characters(sql) + 1) abort();
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char comment[] = "/* c */ ";
    if (size > SQLPARSE_INLINE_MAX - 64) return -1; /* larger ones are judged by a child */
    char *text = malloc(size + sizeof comment);
    if (!text) abort();
    memcpy(text, comment, sizeof comment - 1);
    memcpy(text + sizeof comment - 1, data, size);
    text[size + sizeof comment - 1] = '\0';
    const char *sql = text + sizeof comment - 1;
    if (judge(sql, size) && !judge(text, strlen(text))) abort();
    struct err err = ERR_INIT;
    struct sqlparse parse = { 0 };
    if (!sqlparse_tree(sql, "SELECT 1", &parse, &err) && err.code == ERR_NONE) abort();
    free(text);
    return 0;
}

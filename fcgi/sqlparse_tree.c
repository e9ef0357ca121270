/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sqlparse.h"

/*
 * The tree is read as one flat run of keys: a key with a capital is the type of a node, and what a
 * node means is known from its name, so neither recursion nor a stack is needed, however deep the
 * statement nests.
 */
struct slice {
    const char *text;
    size_t size;
};

struct walk {
    const char *tree, *at, *sql;
    int depth;
    int statements;
    int location, size;  /* of the first statement, in bytes; 0: not said */
    int last_location;   /* of the node read before, -1: none */
    int second_location; /* of the second statement */
    struct slice top;    /* the first statement's node */
    struct err refusal;  /* the first one, its position in bytes from 0 */
};

#define ALLOWED_HERE "Only SELECT, VALUES, TABLE, WITH, EXPLAIN and SHOW run here"

static bool is(struct slice slice, const char *text) {
    return slice.size == strlen(text) && memcmp(slice.text, text, slice.size) == 0;
}

/* All nodes that a reading statement may be made of. Sorted: bsearch. Anything else is refused,
 * also what comes to be. */
static const char *const nodes_allowed[] = {
    "A_ArrayExpr",
    "A_Const",
    "A_Expr",
    "A_Indices",
    "A_Indirection",
    "A_Star",
    "Alias",
    "BitString",
    "BoolExpr",
    "Boolean",
    "BooleanTest",
    "CTECycleClause",
    "CTESearchClause",
    "CaseExpr",
    "CaseWhen",
    "CoalesceExpr",
    "CollateClause",
    "ColumnDef",
    "ColumnRef",
    "CommonTableExpr",
    "DefElem",
    "ExplainStmt",
    "Float",
    "FuncCall",
    "GroupingFunc",
    "GroupingSet",
    "Integer",
    "JoinExpr",
    "List",
    "MinMaxExpr",
    "NamedArgExpr",
    "NullTest",
    "ParamRef",
    "RangeFunction",
    "RangeSubselect",
    "RangeTableFunc",
    "RangeTableFuncCol",
    "RangeTableSample",
    "RangeVar",
    "ResTarget",
    "RowExpr",
    "SQLValueFunction",
    "SelectStmt",
    "SetToDefault",
    "SortBy",
    "String",
    "SubLink",
    "TypeCast",
    "TypeName",
    "VariableShowStmt",
    "WindowDef",
    "WithClause",
    "XmlExpr",
    "XmlSerialize",
};

struct node_refusal {
    const char *node, *why;
};

static const struct node_refusal node_refusals[] = {
    { "InsertStmt", "INSERT writes rows" },
    { "UpdateStmt", "UPDATE changes rows" },
    { "DeleteStmt", "DELETE removes rows" },
    { "MergeStmt", "MERGE changes rows" },
    { "TruncateStmt", "TRUNCATE empties tables" },
    { "CopyStmt",
      "COPY moves data between tables, files and programs; download the result as CSV instead" },
    { "TransactionStmt", "Transactions are opened and ended by the console, and PREPARE "
                         "TRANSACTION would leave one behind" },
    { "VariableSetStmt", "SET and RESET change the session" },
    { "DoStmt", "DO runs a program" },
    { "CallStmt", "CALL runs a procedure, which may write and end the transaction" },
    { "CreateTableAsStmt", "CREATE TABLE AS and CREATE MATERIALIZED VIEW create an object" },
    { "RefreshMatViewStmt", "REFRESH MATERIALIZED VIEW writes" },
    { "PrepareStmt", "PREPARE leaves a statement behind in the session" },
    { "ExecuteStmt", "EXECUTE runs a statement that cannot be seen here" },
    { "DeallocateStmt", "DEALLOCATE changes the session" },
    { "DeclareCursorStmt", "DECLARE leaves a cursor behind in the session" },
    { "FetchStmt", "FETCH and MOVE need a cursor, which the console does not keep" },
    { "ClosePortalStmt", "CLOSE needs a cursor, which the console does not keep" },
    { "DiscardStmt", "DISCARD changes the session" },
    { "ListenStmt", "LISTEN leaves a registration behind in the session" },
    { "UnlistenStmt", "UNLISTEN changes the session" },
    { "NotifyStmt", "NOTIFY sends a message" },
    { "LockStmt", "LOCK TABLE keeps others waiting" },
    { "LockingClause", "FOR UPDATE and FOR SHARE lock rows, which is a write" },
    { "VacuumStmt", "VACUUM and ANALYZE are maintenance" },
    { "ReindexStmt", "REINDEX is maintenance" },
    { "ClusterStmt", "CLUSTER is maintenance" },
    { "CheckPointStmt", "CHECKPOINT is maintenance" },
    { "LoadStmt", "LOAD brings code into the server" },
    { "GrantStmt", "GRANT and REVOKE change privileges" },
    { "GrantRoleStmt", "GRANT and REVOKE change privileges" },
    { "AlterSystemStmt", "ALTER SYSTEM changes the server's configuration" },
    { "ConstraintsSetStmt", "SET CONSTRAINTS changes the transaction" },
};

static int name_order(const void *key, const void *element) {
    const struct slice *name = key;
    const char *const *allowed = element;
    int order = strncmp(name->text, *allowed, name->size);
    return order ? order : (*allowed)[name->size] ? -1 : 0;
}

static bool node_allowed(struct slice name) {
    return bsearch(&name, nodes_allowed, sizeof nodes_allowed / sizeof nodes_allowed[0],
                   sizeof nodes_allowed[0], name_order) != NULL;
}

/* Reads the string that starts at *at, leaves *at behind it. The slice keeps its escapes. */
static struct slice string_read(const char **at) {
    const char *start = ++*at;
    while (**at && **at != '"') *at += **at == '\\' && (*at)[1] ? 2 : 1;
    struct slice slice = { start, (size_t)(*at - start) };
    if (**at) ++*at;
    return slice;
}

static int number_read(const char *at) {
    return (int)strtol(at, NULL, 10);
}

/* The next key, the walk standing behind its colon. False at the end. */
static bool key_next(struct walk *walk, struct slice *ret_key) {
    while (*walk->at) {
        char c = *walk->at;
        if (c == '"') {
            *ret_key = string_read(&walk->at);
            if (*walk->at == ':') {
                walk->at++;
                return true;
            }
            continue;
        }
        if (c == '{' || c == '[') walk->depth++;
        if (c == '}' || c == ']') walk->depth--;
        walk->at++;
    }
    return false;
}

/* The location of the node whose members are `up` levels above (0: the value that follows): its
 * own, else the first inside, else that of the node read before. -1: none. */
static int location_ahead(const struct walk *walk, int up) {
    struct walk ahead = *walk;
    int own = walk->depth - up + (up == 0), first = -1;
    struct slice key;
    while (key_next(&ahead, &key) && ahead.depth >= own) {
        if (!is(key, "location")) continue;
        int location = number_read(ahead.at);
        if (ahead.depth == own && location >= 0) return location;
        if (first < 0) first = location;
    }
    return up == 0 && first >= 0 ? first : walk->last_location;
}

static void refuse(struct walk *walk, int location, const char *why) {
    (void)err_set(&walk->refusal, ERR_SQL_READ_ONLY, "%s. %s.", why, ALLOWED_HERE);
    walk->refusal.position = location;
}

/* Where the last such word stands before `before`; else `before` itself. The tree keeps the places
 * of names, not of the words that make a clause, and of FOR UPDATE nothing. */
static int word_before(const char *sql, int before, const char *word, size_t size) {
    for (int i = before - (int)size; i >= 0; i--)
        if (strncasecmp(sql + i, word, size) == 0 &&
            (i == 0 || !isalnum((unsigned char)sql[i - 1])) &&
            !isalnum((unsigned char)sql[(size_t)i + size]))
            return i;
    return before;
}

/* Behind white space and comments, which count as part of the statement that follows. */
static size_t statement_start(const char *sql, size_t at) {
    for (;;) {
        at += strspn(sql + at, " \t\r\n\f\v;");
        if (sql[at] == '-' && sql[at + 1] == '-') {
            at += strcspn(sql + at, "\r\n");
        } else if (sql[at] == '/' && sql[at + 1] == '*') {
            int depth = 0;
            do {
                bool open = sql[at] == '/' && sql[at + 1] == '*',
                     shut = sql[at] == '*' && sql[at + 1] == '/';
                depth += open - shut;
                at += open || shut ? 2 : 1;
            } while (depth > 0 && sql[at]);
        } else {
            return at;
        }
    }
}

static void node_refuse(struct walk *walk, struct slice name) {
    bool statement = name.size > 4 && memcmp(name.text + name.size - 4, "Stmt", 4) == 0;
    int end = (int)strlen(walk->sql), location = location_ahead(walk, 0);
    if (location > end) location = end;
    if (is(name, "LockingClause")) location = word_before(walk->sql, end, "for", 3);
    else if (statement) location = word_before(walk->sql, location, name.text, name.size - 4);
    if (name.text == walk->top.text) location = -1; /* where the statement starts */
    for (size_t i = 0; i < sizeof node_refusals / sizeof node_refusals[0]; i++)
        if (is(name, node_refusals[i].node)) {
            refuse(walk, location, node_refusals[i].why);
            return;
        }
    size_t start = statement_start(walk->sql, 0);
    size_t word = strspn(walk->sql + start, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    struct slice shown =
        name.text == walk->top.text && word > 0 ? (struct slice){ walk->sql + start, word } : name;
    (void)err_set(&walk->refusal, ERR_SQL_READ_ONLY, "%.*s is not something that only reads. %s.",
                  (int)(shown.size < 64 ? shown.size : 64), shown.text, ALLOWED_HERE);
    walk->refusal.position = location;
}

static void into_refuse(struct walk *walk) {
    int end = (int)strlen(walk->sql), location = location_ahead(walk, 0);
    refuse(walk, word_before(walk->sql, location < end ? location : end, "into", 4),
           "SELECT INTO creates a table");
}

static bool stands_before(const struct walk *walk, const char *text) {
    size_t size = strlen(text);
    return (size_t)(walk->at - walk->tree) >= size && memcmp(walk->at - size, text, size) == 0;
}

/*
 * Names stand in String nodes: of functions, but also after a dot, where (8).pg_advisory_lock calls
 * the function as well. So any such name is refused, save for a column's name that stands alone.
 */
static void name_check(struct walk *walk) {
    const char *tail = walk->at;
    if (*tail != '"' || !stands_before(walk, "\"String\":{\"sval\":")) return;
    struct slice name = string_read(&tail);
    const char *why = sqlparse_function_refusal(name.text, name.size);
    if (!why) return;
    if (strncmp(tail, "}}]", 3) == 0 &&
        stands_before(walk, "\"ColumnRef\":{\"fields\":[{\"String\":{\"sval\":"))
        return;
    (void)err_set(&walk->refusal, ERR_SQL_READ_ONLY,
                  "%.*s() %s. Only functions that read may be called here.",
                  (int)(name.size < 64 ? name.size : 64), name.text, why);
    walk->refusal.position = location_ahead(walk, 3);
}

static void key_check(struct walk *walk, struct slice key) {
    bool open = walk->refusal.code == ERR_NONE; /* the first refusal counts */
    if (isupper((unsigned char)key.text[0])) {
        if (!walk->top.text) walk->top = key;
        if (open && !node_allowed(key)) node_refuse(walk, key);
    } else if (is(key, "sval")) {
        if (open) name_check(walk);
    } else if (is(key, "intoClause")) {
        if (open) into_refuse(walk);
    } else if (is(key, "location")) {
        walk->last_location = number_read(walk->at);
    } else if (walk->depth == 3 && is(key, "stmt")) {
        walk->statements++;
    } else if (walk->depth == 3 && is(key, "stmt_location")) {
        if (walk->statements == 2) walk->second_location = number_read(walk->at);
        else walk->location = number_read(walk->at);
    } else if (walk->depth == 3 && is(key, "stmt_len") && walk->statements == 1) {
        walk->size = number_read(walk->at);
    }
}

/* In characters from 1. */
static int position_of(const char *sql, size_t at) {
    int position = 1;
    for (size_t i = 0; i < at && sql[i]; i++) position += ((unsigned char)sql[i] & 0xc0) != 0x80;
    return position;
}

bool sqlparse_tree(const char *tree, const char *sql, struct sqlparse *ret_parse, struct err *err) {
    struct walk walk = { .tree = tree,
                         .at = tree,
                         .sql = sql,
                         .last_location = -1,
                         .second_location = -1,
                         .refusal = ERR_INIT };
    struct slice key;
    while (key_next(&walk, &key))
        if (key.size > 0) key_check(&walk, key);
    if (walk.statements == 0)
        return err_set(err, ERR_SQL_SYNTAX, "There is no statement. Write one, such as SELECT 1.");
    size_t sql_size = strlen(sql);
    if (walk.statements > 1) {
        size_t at = walk.second_location > 0 && (size_t)walk.second_location < sql_size
                        ? (size_t)walk.second_location
                        : 0;
        (void)err_set(err, ERR_SQL_READ_ONLY,
                      "One statement at a time: here a second one begins. Run them one by one.");
        err->position = position_of(sql, statement_start(sql, at));
        return false;
    }
    if (walk.refusal.code != ERR_NONE) {
        int at = walk.refusal.position;
        bool known = at >= 0 && (size_t)at <= sql_size;
        walk.refusal.position = position_of(sql, known ? (size_t)at : statement_start(sql, 0));
        *err = walk.refusal;
        return false;
    }
    /* Without a length it ends with the text. */
    bool cut = walk.location >= 0 && walk.size > 0 &&
               (size_t)walk.location + (size_t)walk.size <= sql_size;
    ret_parse->size = cut ? (size_t)walk.location + (size_t)walk.size : sql_size;
    if (is(walk.top, "SelectStmt")) ret_parse->kind = SQLPARSE_SELECT;
    else if (is(walk.top, "ExplainStmt")) ret_parse->kind = SQLPARSE_EXPLAIN;
    else if (is(walk.top, "VariableShowStmt")) ret_parse->kind = SQLPARSE_SHOW;
    else
        return err_set(err, ERR_SQL_READ_ONLY, "The statement is of no known kind. %s.",
                       ALLOWED_HERE);
    return true;
}

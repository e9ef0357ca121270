# Turns SQL files into C: mode=header (enum db_statement), mode=statements (name and text of each), mode=migrations.
function flush() {
    if (name == "") return
    if (mode == "header") print "    DB_" toupper(name) ","
    else print "    { \"" name "\",\n" body "      \"\" },"
}
FNR == 1 {
    flush()
    n = split(FILENAME, parts, "/")
    name = parts[n]; sub(/\.sql$/, "", name)
    if (mode == "migrations") name = parts[n - 1] "/" name
    body = ""
    if (!started) { started = 1; prologue() }
}
# A statement's comments are for its reader: the server and its pg_stat_activity get the SQL.
mode == "migrations" || (mode == "statements" && $0 !~ /^[ \t]*--/) {
    line = escape($0)
    body = body "      \"" line "\\n\"\n"
}
# gsub() would read backslashes in the replacement, and every awk differently.
function escape(text,    i, c, escaped) {
    if (text !~ /["\\]/) return text
    for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        escaped = escaped ((c == "\"" || c == "\\") ? "\\" c : c)
    }
    return escaped
}
function prologue() {
    print "/* Made by fcgi/embed.awk; do not edit. */"
    if (mode == "header") print "#ifndef GUARDIAN_SQL_GEN_H\n#define GUARDIAN_SQL_GEN_H\nenum db_statement {"
    if (mode == "statements")
        print "#include \"sql_gen.h\"\nconst struct db_statement_text db_statement_texts[DB_STATEMENTS] = {"
    if (mode == "migrations") print "#include \"migrate.h\"\nconst struct migration_text migration_texts[] = {"
}
END {
    flush()
    if (mode == "header") {
        print "    DB_STATEMENTS\n};"
        print "struct db_statement_text {\n    const char *name, *sql;\n};"
        print "extern const struct db_statement_text db_statement_texts[DB_STATEMENTS];\n#endif"
    }
    if (mode == "statements") print "};"
    if (mode == "migrations") print "    { 0, 0 }\n};"
}

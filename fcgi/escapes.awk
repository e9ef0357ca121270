# Turns data/escapes.sql into C: name, class, text and whether the parser may refuse it.
function flush() {
    if (name == "") return
    sub(/(\\n)+$/, "", text)
    print "    { \"" name "\", \"" class "\",\n      \"" text "\",\n      " (unseen ? "true" : "false") " },"
}
function quoted(line) {
    gsub(/\\/, "&&", line); gsub(/"/, "\\\"", line); gsub(/\?\?/, "?\"\"?", line)
    gsub(/\r/, "\\r", line); gsub(/\f/, "\\f", line); gsub(/\v/, "\\v", line); gsub(/\t/, "\\t", line)
    return line
}
BEGIN { print "/* Made by fcgi/escapes.awk; do not edit. */\n#include \"escapes.h\"\nconst struct escape escapes[] = {" }
/^--# / {
    flush()
    fields = split(substr($0, 5), part, / *[|] */)
    name = part[1]; class = part[2]; unseen = fields > 2 && part[3] == "unseen"; text = ""
    next
}
name != "" { text = text quoted($0) "\\n" }
END { flush(); print "    { 0, 0, 0, false }\n};" }

/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcgiapp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clock.h"

#define API_PREFIX "/api/v1"
/* A peer that connects and says nothing, or stops reading, must not keep a worker for longer than
 * this. */
#define READ_TIMEOUT_S 10
/* The same between two pieces of a body that is relayed: people's lines are slow. */
#define PIECE_TIMEOUT_S 60
/* More than nginx's send_timeout: when a client stops reading, nginx gives it up and then us, so
 * that what we leave half sent is never taken for whole. */
#define WRITE_TIMEOUT_S 75

/* A wait in the queue counts against the deadline, but leaves so much to answer in; what is longer
 * than the longest, or negative, is a clock that is wrong. */
#define QUEUED_MAX_MS 30000
#define LEFT_MIN_MS   250

/* libfcgi reads requests. Replies go out in records of our own: libfcgi would copy them into
 * records of 8 KB with a write each, and wait at the end until the peer has closed. */
#define RECORD_MAX  65528u /* bytes of content */
#define RECORDS_MAX 4      /* in one write */
#define OUTPUT_SIZE 16384u

struct transport {
    FCGX_Request fcgi;
    bool ended;  /* the end of the request is on the wire */
    size_t used; /* bytes in output */
    char output[OUTPUT_SIZE];
};

static FCGX_Request *fcgx(const struct request *request) {
    return &((struct transport *)request->transport)->fcgi;
}

void *request_transport_new(void) {
    struct transport *transport = calloc(1, sizeof *transport);
    /* No listening socket: libfcgi is never to accept a connection itself. */
    if (transport && (FCGX_Init() != 0 || FCGX_InitRequest(&transport->fcgi, -1, 0) != 0)) {
        free(transport);
        return NULL;
    }
    return transport;
}

bool request_accept(void *transport, int listen_socket) {
    struct transport *made = transport;
    FCGX_Request *fcgi = &made->fcgi;
    int connection = accept4(listen_socket, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0) return false;
    struct timeval read_timeout = { .tv_sec = READ_TIMEOUT_S };
    if (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &read_timeout, sizeof read_timeout) != 0) {
        close(connection);
        return false;
    }
    /* libfcgi takes a connection that it did not accept itself only when it believes it to be a
     * kept one. When the peer turns out to be silent or to speak something else, it falls back to
     * its own accept, which fails for want of a socket. */
    fcgi->ipcFd = connection;
    fcgi->keepConnection = 1;
    made->ended = false;
    made->used = 0;
    return FCGX_Accept_r(fcgi) == 0;
}

static bool id_is_legal(const char *text) {
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t size = text ? strlen(text) : 0;
    return size >= 8 && size <= REQUEST_ID_MAX && strspn(text, legal) == size;
}

static void id_make(char id[REQUEST_ID_MAX + 1]) {
    unsigned char r[16];
    if (getrandom(r, sizeof r, 0) != (ssize_t)sizeof r) abort();
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    (void)snprintf(id, REQUEST_ID_MAX + 1,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0],
                   r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13],
                   r[14], r[15]);
}

static enum request_method method_parse(const char *name) {
    static const char *const names[] = { "", "GET", "POST", "PUT", "PATCH", "DELETE" };
    for (int i = METHOD_GET; i <= METHOD_DELETE; i++)
        if (strcmp(name, names[i]) == 0) return (enum request_method)i;
    return METHOD_OTHER;
}

const char *request_param(const struct request *request, const char *name) {
    return FCGX_GetParam(name, fcgx(request)->envp);
}

const char *request_header(const struct request *request, const char *name) {
    char param[80] = "HTTP_";
    size_t size = 5;
    for (; *name && size + 1 < sizeof param; name++)
        param[size++] =
            *name == '-' ? '_' : (char)(*name >= 'a' && *name <= 'z' ? *name - 32 : *name);
    param[size] = '\0';
    return request_param(request, param);
}

const char *request_cookie(const struct request *request, const char *name) {
    const char *cookies = request_param(request, "HTTP_COOKIE");
    size_t name_size = strlen(name);
    while (cookies && *cookies) {
        cookies += strspn(cookies, "; \t");
        size_t size = strcspn(cookies, ";");
        if (size > name_size && cookies[name_size] == '=' && strncmp(cookies, name, name_size) == 0)
            return arena_strndup(request->arena, cookies + name_size + 1, size - name_size - 1);
        cookies += size;
    }
    return NULL;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* jansson's own check: what it takes as a string is UTF-8 without surrogates or overlong forms. */
static bool is_utf8(const char *text, size_t size) {
    json_t *string = json_stringn(text, size);
    json_decref(string);
    return string != NULL;
}

const char *request_decode(struct arena *arena, const char *text, size_t size, bool plus_is_space) {
    char *decoded = arena_alloc(arena, size + 1);
    size_t out = 0;
    for (size_t i = 0; decoded && i < size; i++) {
        char c = text[i];
        if (c == '+' && plus_is_space) c = ' ';
        else if (c == '%') {
            if (size - i < 3) return NULL;
            int first = hex_digit(text[i + 1]), second = hex_digit(text[i + 2]);
            if (first < 0 || second < 0) return NULL;
            c = (char)(first * 16 + second);
            i += 2;
        }
        if (c == '\0') return NULL;
        decoded[out++] = c;
    }
    return decoded && is_utf8(decoded, out) ? decoded : NULL;
}

static int depth_of(const json_t *value, int limit) {
    if (limit == 0) return 1;
    int deepest = 0, depth;
    if (json_is_array(value)) {
        size_t i;
        json_t *item;
        json_array_foreach(value, i, item) {
            depth = depth_of(item, limit - 1);
            if (depth > deepest) deepest = depth;
        }
    } else if (json_is_object(value)) {
        void *iterator = json_object_iter((json_t *)value);
        for (; iterator; iterator = json_object_iter_next((json_t *)value, iterator)) {
            depth = depth_of(json_object_iter_value(iterator), limit - 1);
            if (depth > deepest) deepest = depth;
        }
    } else return 0;
    return deepest + 1;
}

static void decref(void *value) {
    json_decref(value);
}

bool request_keep(const struct request *request, json_t *value) {
    return arena_defer(request->arena, decref, value);
}

static bool is_media_type(const struct request *request, const char *wanted) {
    const char *type = request_param(request, "CONTENT_TYPE");
    size_t size = type ? strcspn(type, "; ") : 0;
    return size == strlen(wanted) && strncasecmp(type, wanted, size) == 0;
}

bool request_body(struct request *request, struct err *err) {
    if (request->body_size == 0) return true;
    if (!is_media_type(request, "application/json"))
        return err_set(err, ERR_MEDIA_TYPE, "send the body as Content-Type: application/json");
    return request_body_parse(request, err);
}

bool request_body_parse(struct request *request, struct err *err) {
    json_error_t problem;
    json_t *body =
        json_loadb(request->body_text, request->body_size, JSON_REJECT_DUPLICATES, &problem);
    if (!body)
        return err_set(err, ERR_BAD_JSON, "%s (line %d, column %d)", problem.text, problem.line,
                       problem.column);
    if (!request_keep(request, body)) return err_set(err, ERR_LIMIT, "out of request memory");
    if (!json_is_object(body)) return err_set(err, ERR_BAD_JSON, "the body must be a JSON object");
    if (depth_of(body, REQUEST_JSON_DEPTH_MAX + 1) > REQUEST_JSON_DEPTH_MAX)
        return err_set(err, ERR_BAD_JSON, "the body is nested more than %d levels deep",
                       REQUEST_JSON_DEPTH_MAX);
    request->body = body;
    return true;
}

static bool read_length(struct request *request, struct err *err) {
    const char *length = request_param(request, "CONTENT_LENGTH");
    char *end;
    request->body_length = -1;
    if (!length || !*length) return true;
    errno = 0;
    long long size = strtoll(length, &end, 10);
    if (*end || errno || *length < '0' || *length > '9')
        return err_set(err, ERR_BAD_REQUEST, "Content-Length is not a number");
    request->body_length = size;
    return true;
}

bool request_take(struct request *request, struct err *err) {
    int64_t size = request->body_length;
    if (size <= 0) return true;
    if (size > REQUEST_BODY_MAX)
        return err_set(err, ERR_TOO_LARGE, "a body has at most %u bytes", REQUEST_BODY_MAX);
    char *text = arena_alloc(request->arena, (size_t)size + 1);
    if (!text) return err_set(err, ERR_LIMIT, "out of request memory");
    int got = FCGX_GetStr(text, (int)size, fcgx(request)->in);
    if (got != (int)size)
        return err_set(err, ERR_BAD_REQUEST, "the body ended early: %d of %lld bytes", got,
                       (long long)size);
    request->body_text = text;
    request->body_size = (size_t)size;
    return true;
}

bool request_leave(struct request *request, struct err *err) {
    struct timeval patience = { .tv_sec = PIECE_TIMEOUT_S };
    if (!is_media_type(request, "application/octet-stream"))
        return err_set(err, ERR_MEDIA_TYPE,
                       "send the bytes as Content-Type: application/octet-stream");
    if (request->body_length < 0)
        return err_set(err, ERR_BAD_REQUEST, "send Content-Length: the bytes must be counted");
    (void)setsockopt(fcgx(request)->ipcFd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return true;
}

bool request_piece(struct request *request, char *buffer, size_t size, struct err *err) {
    int got = FCGX_GetStr(buffer, (int)size, fcgx(request)->in);
    if (got == (int)size) return true;
    request->broken = true;
    return err_set(err, ERR_CLIENT_GONE, "the client stopped sending");
}

/* Milliseconds since nginx sent the request ("seconds.milliseconds" of the day); 0 when it is not
 * told or cannot be true. */
static int64_t queued_ms(const struct request *request) {
    const char *sent = request_param(request, "GUARDIAN_SENT");
    double sent_s = sent ? strtod(sent, NULL) : 0;
    if (!(sent_s > 0 && sent_s < 1e11)) return 0;
    int64_t queued = clock_unix_ms() - (int64_t)(sent_s * 1000);
    return queued > 0 && queued <= QUEUED_MAX_MS ? queued : 0;
}

static int64_t deadline_ms(const struct request *request, int64_t timeout_ms) {
    int64_t left_ms = timeout_ms - queued_ms(request);
    int64_t least_ms = timeout_ms < LEFT_MIN_MS ? timeout_ms : LEFT_MIN_MS;
    return request->started_ms + (left_ms > least_ms ? left_ms : least_ms);
}

bool request_read(struct request *request, void *transport, struct arena *arena, int64_t timeout_ms,
                  struct err *err) {
    *request = (struct request){ .arena = arena,
                                 .transport = transport,
                                 .method = METHOD_OTHER,
                                 .method_name = "",
                                 .path = "",
                                 .instance = "",
                                 .query = "",
                                 .source_ip = "",
                                 .body_text = "" };
    request->started_us = clock_us();
    request->started_ms = request->started_us / 1000;
    request->deadline_ms = deadline_ms(request, timeout_ms);
    const char *id = request_param(request, "HTTP_X_REQUEST_ID");
    if (id_is_legal(id)) (void)snprintf(request->id, sizeof request->id, "%s", id);
    else id_make(request->id);
    const char *method = request_param(request, "REQUEST_METHOD"),
               *uri = request_param(request, "REQUEST_URI");
    const char *address = request_param(request, "REMOTE_ADDR");
    if (!method || !uri)
        return err_set(err, ERR_BAD_REQUEST, "REQUEST_METHOD and REQUEST_URI are missing");
    /* Copies: libfcgi's parameters die with the request on the wire, before it is logged. */
    size_t path_size = strcspn(uri, "?");
    const char *path = arena_strndup(arena, uri, path_size);
    const char *query = arena_strdup(arena, uri[path_size] ? uri + path_size + 1 : "");
    method = arena_strdup(arena, method);
    address = arena_strdup(arena, address ? address : "");
    if (!path || !query || !method || !address)
        return err_set(err, ERR_LIMIT, "out of request memory");
    request->instance = path;
    request->query = query;
    request->source_ip = address;
    request->method_name = method;
    request->method = method_parse(method);
    /* What has no API prefix stands outside the API and is looked up whole ("/metrics"). */
    request->instance = path;
    request->path =
        strncmp(path, API_PREFIX "/", sizeof API_PREFIX) == 0 ? path + sizeof API_PREFIX - 1 : path;
    return read_length(request, err);
}

static void skip(struct msghdr *message, size_t sent) {
    for (; message->msg_iovlen > 0 && sent >= message->msg_iov->iov_len; message->msg_iovlen--)
        sent -= message->msg_iov++->iov_len;
    if (message->msg_iovlen == 0) return;
    message->msg_iov->iov_base = (char *)message->msg_iov->iov_base + sent;
    message->msg_iov->iov_len -= sent;
}

/* Waits until a peer that reads slowly takes more. */
static bool takes_more(int connection) {
    struct pollfd poll_fd = { .fd = connection, .events = POLLOUT };
    int ready = poll(&poll_fd, 1, WRITE_TIMEOUT_S * 1000);
    return ready > 0 || (ready < 0 && errno == EINTR);
}

static bool send_parts(struct request *request, struct iovec *parts, size_t count) {
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };
    while (message.msg_iovlen > 0) {
        int connection = fcgx(request)->ipcFd;
        ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) skip(&message, (size_t)sent);
        else if (errno != EINTR && !(errno == EAGAIN && takes_more(connection))) {
            request->broken = true;
            return false;
        }
    }
    return true;
}

/* What is in the output buffer, then `data`, and with `end` the end of the request. */
static bool send_out(struct request *request, const char *data, size_t size, bool end) {
    struct transport *transport = request->transport;
    size_t buffered = transport->used;
    FCGI_Header header = { .version = FCGI_VERSION_1,
                           .type = FCGI_STDOUT,
                           .requestIdB1 = (unsigned char)(transport->fcgi.requestId >> 8),
                           .requestIdB0 = (unsigned char)transport->fcgi.requestId },
                headers[RECORDS_MAX];
    struct {
        FCGI_Header out;
        FCGI_EndRequestRecord end;
    } trailer = { .out = header, .end.header = header };
    trailer.end.header.type = FCGI_END_REQUEST;
    trailer.end.header.contentLengthB0 = sizeof trailer.end.body;
    transport->used = 0;
    if (request->broken) return false;
    do {
        struct iovec parts[3 * RECORDS_MAX + 1];
        size_t count = 0;
        for (int i = 0; i < RECORDS_MAX && buffered + size > 0; i++) {
            size_t piece = size < RECORD_MAX - buffered ? size : RECORD_MAX - buffered;
            headers[i] = header;
            headers[i].contentLengthB1 = (unsigned char)((buffered + piece) >> 8);
            headers[i].contentLengthB0 = (unsigned char)(buffered + piece);
            parts[count++] = (struct iovec){ &headers[i], sizeof header };
            parts[count++] = (struct iovec){ transport->output, buffered };
            parts[count++] = (struct iovec){ (void *)data, piece };
            data += piece;
            size -= piece;
            buffered = 0;
        }
        if (end && size == 0) parts[count++] = (struct iovec){ &trailer, sizeof trailer };
        if (!send_parts(request, parts, count)) return false;
    } while (size > 0);
    transport->ended = end;
    return true;
}

static bool put(struct request *request, const char *data, size_t size) {
    struct transport *transport = request->transport;
    if (request->broken) return false;
    if (size > OUTPUT_SIZE - transport->used) {
        if (!send_out(request, data, size, false)) return false;
    } else {
        memcpy(transport->output + transport->used, data, size);
        transport->used += size;
    }
    request->bytes_out += (int64_t)size;
    return true;
}

void request_finish(struct request *request) {
    struct transport *transport = request->transport;
    int connection = transport->fcgi.ipcFd, unread = 0;
    if (!transport->ended) (void)send_out(request, "", 0, true);
    /* To close over unread input resets the connection under the reply: libfcgi then reads on for a
     * while. A peer that asks to keep the connection is not heard: an idle one pins a worker. nginx
     * asks only in order to tell an answer that broke off from one that ended. */
    bool linger = ioctl(connection, FIONREAD, &unread) != 0 || unread > 0;
    FCGX_Free(&transport->fcgi, linger);
    if (!linger) close(connection);
    transport->fcgi.ipcFd = -1;
}

static bool put_header(struct request *request, const char *name, const char *value) {
    /* A value with a line break would be a header of its own. */
    if (strpbrk(value, "\r\n")) return true;
    return put(request, name, strlen(name)) && put(request, ": ", 2) &&
           put(request, value, strlen(value)) && put(request, "\r\n", 2);
}

bool request_begin(struct request *request, int status, const char *content_type,
                   const struct request_header *headers) {
    char number[16];
    bool cache_named = false;
    request->replied = true;
    request->status = status;
    (void)snprintf(number, sizeof number, "%d", status);
    if (!put_header(request, "Status", number) || !put_header(request, "X-Request-Id", request->id))
        return false;
    if (content_type && !put_header(request, "Content-Type", content_type)) return false;
    for (; headers && headers->name; headers++) {
        if (strcmp(headers->name, "Cache-Control") == 0) cache_named = true;
        if (!put_header(request, headers->name, headers->value)) return false;
    }
    if (!cache_named && !put_header(request, "Cache-Control", "no-store")) return false;
    return put(request, "\r\n", 2);
}

void request_reply(struct request *request, int status, const char *content_type,
                   const struct request_header *headers, const char *body, size_t size) {
    struct request_header all[16];
    char length[24];
    size_t count = 0;
    for (; headers && headers[count].name && count + 2 < sizeof all / sizeof all[0]; count++)
        all[count] = headers[count];
    (void)snprintf(length, sizeof length, "%zu", size);
    if (status != 304 && status != 204)
        all[count++] = (struct request_header){ "Content-Length", length };
    all[count] = (struct request_header){ NULL, NULL };
    if (request_begin(request, status, size ? content_type : NULL, all) &&
        send_out(request, body, size, true))
        request->bytes_out += (int64_t)size;
}

bool request_write(struct request *request, const char *data, size_t size) {
    return put(request, data, size);
}

bool request_flush(struct request *request) {
    const struct transport *transport = request->transport;
    if (transport->used == 0) return !request->broken;
    return send_out(request, "", 0, false);
}

void request_abort(struct request *request) {
    /* No record at all: nginx takes the mere end of the connection for the end of the answer where
     * it does not buffer, but breaks its client's transfer off over this. */
    static const char nonsense[sizeof(FCGI_Header)] = "\377\377\377\377\377\377\377";
    struct iovec part = { (void *)nonsense, sizeof nonsense };
    if (fcgx(request)->ipcFd < 0) return;
    if (request->replied && !request->broken) (void)send_parts(request, &part, 1);
    request->broken = true;
    (void)shutdown(fcgx(request)->ipcFd, SHUT_RDWR);
}

int request_socket(const struct request *request) {
    return fcgx(request)->ipcFd;
}

bool request_client_gone(struct request *request) {
    struct pollfd poll_fd = { .fd = request_socket(request), .events = POLLRDHUP };
    if (!request->broken && poll(&poll_fd, 1, 0) > 0 &&
        (poll_fd.revents & (POLLRDHUP | POLLHUP | POLLERR)))
        request->broken = true;
    return request->broken;
}

static json_t *problem_json(const struct request *request, const struct err *err) {
    char type[96];
    (void)snprintf(type, sizeof type, "https://iot-guardian.dev/problems/%s", err_name(err->code));
    json_t *problem =
        json_pack("{s:s s:s s:i s:s? s:s s:s s:s}", "type", type, "title", err_title(err->code),
                  "status", err_status(err->code), "detail",
                  is_utf8(err->detail, strlen(err->detail)) ? err->detail : "", "instance",
                  is_utf8(request->instance, strlen(request->instance)) ? request->instance : "",
                  "code", err_name(err->code), "request_id", request->id);
    if (!problem) return NULL;
    int failed = 0;
    if (err->field[0]) failed |= json_object_set_new(problem, "field", json_string(err->field));
    if (err->sqlstate[0])
        failed |= json_object_set_new(problem, "sqlstate", json_string(err->sqlstate));
    if (err->position > 0)
        failed |= json_object_set_new(problem, "position", json_integer(err->position));
    if (err->parser_version[0])
        failed |= json_object_set_new(problem, "parser_version", json_string(err->parser_version));
    if (err->hint[0]) failed |= json_object_set_new(problem, "hint", json_string(err->hint));
    if (err->retry_after_s > 0)
        failed |= json_object_set_new(problem, "retry_after", json_integer(err->retry_after_s));
    (void)failed; /* an optional member that does not fit in memory is left out */
    return problem;
}

void request_problem(struct request *request, const struct err *err,
                     const struct request_header *headers) {
    static const char last_resort[] =
        "{\"type\":\"https://iot-guardian.dev/problems/limit\",\"title\":\"Out of memory\","
        "\"status\":500,\"detail\":\"\",\"instance\":\"\",\"code\":\"limit\",\"request_id\":\"\"}";
    struct request_header all[12];
    size_t count = 0;
    char retry_after[16];
    for (; headers && headers->name && count + 2 < sizeof all / sizeof all[0]; headers++)
        all[count++] = *headers;
    int retry_after_s = err->retry_after_s > 0         ? err->retry_after_s
                        : err_status(err->code) == 503 ? 2
                                                       : 0;
    if (retry_after_s > 0) {
        (void)snprintf(retry_after, sizeof retry_after, "%d", retry_after_s);
        all[count++] = (struct request_header){ "Retry-After", retry_after };
    }
    all[count] = (struct request_header){ NULL, NULL };
    json_t *problem = problem_json(request, err);
    char *text = problem ? json_dumps(problem, JSON_COMPACT) : NULL;
    json_decref(problem);
    const char *body = text ? text : last_resort;
    request_reply(request, err_status(err->code), "application/problem+json", all, body,
                  strlen(body));
    free(text);
}

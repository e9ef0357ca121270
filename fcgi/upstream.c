/* SPDX-License-Identifier: MIT */
#include "upstream.h"

#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "jsonpick.h"

#define LOST_MAX    32
#define REASON_MAX  200
#define FIRST_PIECE (16u * 1024)
#define CONNECT_MS  1000
#define IDLE_S      75L
#define AGENT       "iot-guardian"

/* A server that was not there a moment ago. */
struct lost {
    char base[256];
    int64_t until_ms;
    char why[REASON_MAX + 1];
};

struct upstream {
    CURLM *multi;
    struct lost lost[LOST_MAX];
};

/* One call on its way. */
struct transfer {
    struct upstream_call *call;
    CURL *easy;
    struct curl_slist *headers;
    char *bytes;
    size_t size, room, size_max;
    bool too_large, stopped;
    char reason[CURL_ERROR_SIZE];
};

bool upstream_open(struct upstream **ret_upstream, struct err *err) {
    struct upstream *upstream = calloc(1, sizeof *upstream);
    if (upstream && curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK)
        upstream->multi = curl_multi_init();
    if (!upstream || !upstream->multi) {
        free(upstream);
        return err_set(err, ERR_LIMIT, "out of memory");
    }
    *ret_upstream = upstream;
    return true;
}

void upstream_close(struct upstream *upstream) {
    if (!upstream) return;
    (void)curl_multi_cleanup(upstream->multi);
    curl_global_cleanup();
    free(upstream);
}

const char *upstream_encode(struct arena *arena, const char *text) {
    static const char hex[] = "0123456789ABCDEF";
    char *encoded = arena_alloc(arena, strlen(text) * 3 + 1), *out = encoded;
    for (; encoded && *text; text++) {
        unsigned char byte = (unsigned char)*text;
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                     (byte >= '0' && byte <= '9') || strchr("-._~", byte);
        if (plain) *out++ = (char)byte;
        else {
            *out++ = '%';
            *out++ = hex[byte >> 4];
            *out++ = hex[byte & 15];
        }
    }
    return encoded;
}

/* -- who was not there ------------------------------------------------------------------------- */

static bool is_lost(const struct upstream *upstream, struct upstream_call *call) {
    if (call->method) return false; /* what somebody decided to do is tried */
    for (int i = 0; i < LOST_MAX; i++) {
        const struct lost *lost = &upstream->lost[i];
        if (lost->until_ms <= clock_ms() || strcmp(lost->base, call->base) != 0) continue;
        (void)err_set(&call->err, ERR_UPSTREAM_UNAVAILABLE, "%s", lost->why);
        return true;
    }
    return false;
}

static void note_lost(struct upstream *upstream, const struct upstream_call *call) {
    struct lost *oldest = &upstream->lost[0];
    if (strlen(call->base) >= sizeof oldest->base) return;
    for (int i = 0; i < LOST_MAX; i++) {
        struct lost *lost = &upstream->lost[i];
        if (strcmp(lost->base, call->base) == 0) {
            oldest = lost;
            break;
        }
        if (lost->until_ms < oldest->until_ms) oldest = lost;
    }
    (void)snprintf(oldest->base, sizeof oldest->base, "%s", call->base);
    (void)snprintf(oldest->why, sizeof oldest->why, "%.*s", REASON_MAX, call->err.detail);
    oldest->until_ms = clock_ms() + UPSTREAM_FORGET_MS;
}

/* -- one transfer ------------------------------------------------------------------------------ */

/* What the answer says of its length, as far as it is believed. */
static size_t first_room(const struct transfer *transfer) {
    curl_off_t length = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    bool useful = length > (curl_off_t)FIRST_PIECE && (uintmax_t)length < transfer->size_max;
    return useful ? (size_t)length + 1 : FIRST_PIECE;
}

static size_t take(char *bytes, size_t one, size_t count, void *context) {
    struct transfer *transfer = context;
    size_t size = one * count;
    if (transfer->call->sink) {
        long status = 0;
        (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
        if (status < 400) {
            transfer->stopped = !transfer->call->sink(transfer->call->sink_context, bytes, size);
            return transfer->stopped ? 0 : size;
        }
    }
    if (transfer->size + size > transfer->size_max) {
        transfer->too_large = true;
        return 0;
    }
    if (transfer->size + size + 1 > transfer->room) {
        size_t room = transfer->room ? transfer->room * 2 : first_room(transfer);
        while (room < transfer->size + size + 1) room *= 2;
        char *grown = realloc(transfer->bytes, room);
        if (!grown) return 0;
        transfer->bytes = grown;
        transfer->room = room;
    }
    memcpy(transfer->bytes + transfer->size, bytes, size);
    transfer->size += size;
    transfer->bytes[transfer->size] = '\0';
    return size;
}

static bool add_header(struct transfer *transfer, const char *text) {
    struct curl_slist *longer = curl_slist_append(transfer->headers, text);
    if (longer) transfer->headers = longer;
    return longer != NULL;
}

static bool set_secret(struct transfer *transfer) {
    const struct upstream_call *call = transfer->call;
    CURL *easy = transfer->easy;
    if (!call->secret || !call->secret->size) return true;
    if (!call->username)
        return curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) == CURLE_OK &&
               curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, call->secret->text) == CURLE_OK;
    return curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERNAME, call->username) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PASSWORD, call->secret->text) == CURLE_OK;
}

/* Where to: a socket of this machine, or a host. */
static bool set_address(struct transfer *transfer, struct arena *arena) {
    const struct upstream_call *call = transfer->call;
    bool local = strncmp(call->base, "unix:", 5) == 0;
    const char *url =
        arena_printf(arena, "%s%s", local ? "http://localhost" : call->base, call->path);
    return url &&
           (!local || curl_easy_setopt(transfer->easy, CURLOPT_UNIX_SOCKET_PATH, call->base + 5) ==
                          CURLE_OK) &&
           curl_easy_setopt(transfer->easy, CURLOPT_URL, url) == CURLE_OK;
}

static bool set_rules(struct transfer *transfer, long left_ms) {
    CURL *easy = transfer->easy;
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, AGENT) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 262144L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                            left_ms < CONNECT_MS ? left_ms : (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer) == CURLE_OK;
}

static size_t give(char *bytes, size_t one, size_t count, void *context) {
    const struct upstream_call *call = ((struct transfer *)context)->call;
    size_t size = call->source(call->source_context, bytes, one * count);
    return size == UPSTREAM_STOP ? CURL_READFUNC_ABORT : size;
}

/* Bytes that are relayed: who takes nothing of them for long is given up. */
static bool set_source(struct transfer *transfer) {
    const struct upstream_call *call = transfer->call;
    CURL *easy = transfer->easy;
    return curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READFUNCTION, give) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_READDATA, transfer) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->source_size) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, 262144L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, IDLE_S) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           add_header(transfer, "Expect:");
}

/* An action goes over a connection of its own: over a kept one libcurl might send it twice. */
static bool set_action(struct transfer *transfer) {
    const struct upstream_call *call = transfer->call;
    CURL *easy = transfer->easy;
    if (!call->method) return true;
    if (call->source) return set_source(transfer);
    return curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body ? call->body : "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, call->method) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L) == CURLE_OK &&
           add_header(transfer, "Content-Type: application/json") &&
           add_header(transfer, "Expect:");
}

static bool begin(struct upstream *upstream, struct arena *arena, struct transfer *transfer,
                  int64_t deadline_ms) {
    struct upstream_call *call = transfer->call;
    long left_ms = clock_left_ms(deadline_ms),
         most_ms = call->timeout_ms ? call->timeout_ms : UPSTREAM_CALL_MAX_MS;
    if (left_ms > most_ms) left_ms = most_ms;
    transfer->size_max = call->size_max ? call->size_max : UPSTREAM_SIZE_MAX;
    transfer->easy = left_ms > 0 ? curl_easy_init() : NULL;
    if (left_ms <= 0)
        return err_set(&call->err, ERR_UPSTREAM_UNAVAILABLE, "No time is left to ask %s.",
                       call->name);
    bool ok = transfer->easy && set_rules(transfer, left_ms) && set_address(transfer, arena) &&
              set_secret(transfer) && set_action(transfer) &&
              curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK &&
              curl_multi_add_handle(upstream->multi, transfer->easy) == CURLM_OK;
    return ok || err_set(&call->err, ERR_LIMIT, "No memory to ask %s.", call->name);
}

/* -- what came back ---------------------------------------------------------------------------- */

static void fail(struct upstream *upstream, struct transfer *transfer, CURLcode code) {
    struct upstream_call *call = transfer->call;
    if (transfer->too_large) {
        (void)err_set(&call->err, ERR_UPSTREAM_GARBAGE, "%s answered with more than %zu bytes.",
                      call->name, transfer->size_max);
        return;
    }
    if (code == CURLE_OPERATION_TIMEDOUT)
        (void)err_set(&call->err, ERR_UPSTREAM_UNAVAILABLE, "%s did not answer in time.",
                      call->name);
    else if (code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UNSUPPORTED_PROTOCOL ||
             code == CURLE_HTTP2 || code == CURLE_PARTIAL_FILE ||
             code == CURLE_BAD_CONTENT_ENCODING)
        (void)err_set(&call->err, ERR_UPSTREAM_GARBAGE, "%s did not answer in HTTP: %s.",
                      call->name, curl_easy_strerror(code));
    else
        (void)err_set(&call->err, ERR_UPSTREAM_UNAVAILABLE, "%s cannot be reached: %s.", call->name,
                      *transfer->reason ? transfer->reason : curl_easy_strerror(code));
    if (call->err.code == ERR_UPSTREAM_UNAVAILABLE) note_lost(upstream, call);
}

/* What an error of the other side says, for people: its `message`, or its first line. */
static void refuse(struct arena *arena, struct transfer *transfer) {
    struct upstream_call *call = transfer->call;
    json_t *json = NULL;
    const char *why = NULL, *unused;
    if (transfer->bytes && jsonpick_load(transfer->bytes, transfer->size, "*", &json, &unused)) {
        why = jsonpick_text(json, "message");
        if (!why) why = jsonpick_text(json, "error");
        if (why) why = arena_strdup(arena, why);
        json_decref(json);
    }
    char line[REASON_MAX + 1] = "";
    if (!why && transfer->bytes) {
        size_t size = strcspn(transfer->bytes, "\r\n");
        if (size > REASON_MAX) size = REASON_MAX;
        for (size_t i = 0; i < size; i++)
            line[i] =
                (char)(transfer->bytes[i] >= ' ' && transfer->bytes[i] < 127 ? transfer->bytes[i]
                                                                             : '?');
        why = line;
    }
    bool is_gone = call->status >= 502 && call->status <= 504; /* a proxy's word for it */
    (void)err_set(&call->err, is_gone ? ERR_UPSTREAM_UNAVAILABLE : ERR_UPSTREAM_REFUSED,
                  "%s answered %d: %.300s", call->name, call->status, why ? why : "");
}

static void drop_json(void *json) {
    json_decref(json);
}

static void understand(struct arena *arena, struct transfer *transfer) {
    struct upstream_call *call = transfer->call;
    const char *why = NULL;
    if (call->status >= 400 && !call->any_status) {
        refuse(arena, transfer);
        return;
    }
    if (call->status < 200 || (call->status >= 300 && call->status < 400)) {
        (void)err_set(&call->err, ERR_UPSTREAM_GARBAGE,
                      "%s answered with status %d, which nobody asked for.", call->name,
                      call->status);
        return;
    }
    call->text = transfer->bytes ? transfer->bytes : "";
    call->text_size = transfer->size;
    if (!call->is_text && !call->sink && transfer->size) {
        if (!jsonpick_load(call->text, call->text_size, call->shape, &call->json, &why)) {
            (void)err_set(&call->err, ERR_UPSTREAM_GARBAGE,
                          "%s answered with what cannot be read: %s.", call->name, why);
            return;
        }
        if (!arena_defer(arena, drop_json, call->json)) {
            call->json = NULL;
            (void)err_set(&call->err, ERR_LIMIT, "No memory for what %s answered.", call->name);
            return;
        }
    }
    call->ok = true;
}

static void finish(struct upstream *upstream, struct arena *arena, struct transfer *transfer,
                   CURLcode code) {
    struct upstream_call *call = transfer->call;
    long status = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    call->status = (int)status;
    if (transfer->stopped) call->ok = true; /* the sink has enough */
    else if (code != CURLE_OK) fail(upstream, transfer, code);
    else understand(arena, transfer);
}

static void collect(struct upstream *upstream, struct arena *arena) {
    int left;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(upstream->multi, &left))) {
        char *transfer = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode code = message->data.result;
        if (curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer) == CURLE_OK)
            finish(upstream, arena, (struct transfer *)(void *)transfer, code);
    }
}

static void end(struct upstream *upstream, struct arena *arena, struct transfer *transfer) {
    if (transfer->easy) {
        (void)curl_multi_remove_handle(upstream->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
    }
    curl_slist_free_all(transfer->headers);
    if (!transfer->call->ok && transfer->call->err.code == ERR_NONE)
        (void)err_set(&transfer->call->err, ERR_UPSTREAM_UNAVAILABLE, "%s did not answer in time.",
                      transfer->call->name);
    bool is_kept =
        transfer->call->text && transfer->call->text == transfer->bytes && transfer->call->is_text;
    if (!is_kept) {
        free(transfer->bytes);
        transfer->call->text = NULL;
    } else if (!arena_defer(arena, free, transfer->bytes)) {
        transfer->call->text = NULL;
        transfer->call->ok = err_set(&transfer->call->err, ERR_LIMIT, "No memory.");
    }
}

/* A caller that has lost interest gets what it has. */
static bool is_given_up(struct upstream_call *calls, int count) {
    for (int i = 0; i < count; i++)
        if (calls[i].still && !calls[i].still(calls[i].sink_context)) {
            calls[i].ok = true;
            return true;
        }
    return false;
}

void upstream_run(struct upstream *upstream, struct arena *arena, struct upstream_call *calls,
                  int count, int64_t deadline_ms) {
    int running = 0;
    deadline_ms -= UPSTREAM_SPARE_MS;
    struct transfer *transfers =
        count <= UPSTREAM_CALLS_MAX ? arena_alloc(arena, (size_t)count * sizeof *transfers) : NULL;
    for (int i = 0; i < count; i++) {
        calls[i].ok = false;
        calls[i].status = 0;
        err_clear(&calls[i].err);
        if (!transfers) {
            (void)err_set(&calls[i].err, ERR_LIMIT, "No memory to ask %s.", calls[i].name);
            continue;
        }
        transfers[i].call = &calls[i];
        if (!is_lost(upstream, &calls[i])) (void)begin(upstream, arena, &transfers[i], deadline_ms);
    }
    if (!transfers) return;
    do {
        if (curl_multi_perform(upstream->multi, &running) != CURLM_OK) break;
        collect(upstream, arena);
        int left_ms = clock_left_ms(deadline_ms);
        if (!running || left_ms == 0 || is_given_up(calls, count)) break;
        if (curl_multi_poll(upstream->multi, NULL, 0, left_ms < 1000 ? left_ms : 1000, NULL) !=
            CURLM_OK)
            break;
    } while (running);
    for (int i = 0; i < count; i++) end(upstream, arena, &transfers[i]);
}

bool upstream_one(struct upstream *upstream, struct arena *arena, struct upstream_call *call,
                  int64_t deadline_ms, struct err *err) {
    upstream_run(upstream, arena, call, 1, deadline_ms);
    if (!call->ok) *err = call->err;
    return call->ok;
}

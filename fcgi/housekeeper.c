/* SPDX-License-Identifier: MIT */
/* What must happen without a request: the spool's merge and the countersigned heads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit_chain.h"
#include "audit_spool.h"
#include "clock.h"
#include "db.h"
#include "log.h"
#include "metrics.h"
#include "worker.h"

#define PERIOD_MS       1000
#define STEP_TIMEOUT_MS 10000

struct housekeeper {
    const struct config *config;
    struct db *db;
    struct seal_key key;
    struct metrics *metrics;
    bool countersigns, trouble;
    int64_t next_seal_ms;
};

static bool add_anchor(struct housekeeper *keeper, const struct db_at *at, int64_t id,
                       const char *hash, struct err *err) {
    char text[AUDIT_ANCHOR_TEXT_SIZE], signature_hex[2 * SEAL_SIGNATURE_SIZE + 1],
        public_hex[2 * SEAL_PUBLIC_SIZE + 1];
    unsigned char signature[SEAL_SIGNATURE_SIZE];
    char id_text[24];
    json_t *rows = NULL;
    audit_anchor_text(id, hash, text);
    seal_sign(&keeper->key, text, strlen(text), signature);
    seal_hex(signature, sizeof signature, signature_hex);
    seal_hex(keeper->key.public, sizeof keeper->key.public, public_hex);
    (void)snprintf(id_text, sizeof id_text, "%lld", (long long)id);
    const char *values[] = { id_text, hash, public_hex, signature_hex };
    bool ok = db_rows(keeper->db, at, DB_AUDIT_ANCHOR_ADD, values, 4, &rows, err);
    json_decref(rows);
    if (ok) metrics_audit_sealed(keeper->metrics, id, clock_unix_s());
    /* The log leaves this machine: with it a chain whose tail and anchors were both cut is still
     * found out. */
    if (ok)
        log_event(LOG_INFO, "audit_head", "event_id", 'i', (long long)id, "hash", 's', hash,
                  "public_key", 's', public_hex, "signature", 's', signature_hex, NULL);
    return ok;
}

static bool countersign(struct housekeeper *keeper, struct err *err) {
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = clock_ms() + STEP_TIMEOUT_MS,
                        .client_socket = -1 };
    struct arena *arena = arena_new(64u * 1024);
    const char *text;
    if (!arena) return err_set(err, ERR_LIMIT, "out of memory");
    bool ok = db_text(keeper->db, &at, DB_AUDIT_HEAD, arena, NULL, 0, &text, NULL, err);
    if (ok) {
        json_t *head = json_loads(text, 0, NULL);
        const char *hash = json_string_value(json_object_get(head, "hash"));
        ok = hash ? add_anchor(keeper, &at, json_integer_value(json_object_get(head, "id")), hash,
                               err)
                  : err_set(err, ERR_INTERNAL, "the chain's head is not readable");
        json_decref(head);
    } else if (err->code == ERR_NOT_FOUND) { /* nothing new since the last one */
        err_clear(err);
        metrics_audit_sealed(keeper->metrics, 0, clock_unix_s());
        ok = true;
    }
    arena_free(arena);
    return ok;
}

static void step(struct housekeeper *keeper) {
    struct err err = ERR_INIT;
    int merged = 0;
    bool ok =
        audit_spool_merge(keeper->config->state_dir, keeper->db, STEP_TIMEOUT_MS, &merged, &err);
    if (merged > 0)
        log_event(LOG_INFO, "audit_spool_merged", "events", 'i', (long long)merged, NULL);
    if (ok && keeper->countersigns && clock_ms() >= keeper->next_seal_ms) {
        ok = countersign(keeper, &err);
        if (ok) keeper->next_seal_ms = clock_ms() + keeper->config->audit.seal_interval_s * 1000;
    }
    if (!ok && !keeper->trouble)
        log_event(LOG_ERROR, "housekeeping", "detail", 's', err.detail, NULL);
    keeper->trouble = !ok;
    db_reset(keeper->db);
}

int housekeeper_run(const struct config *config, struct metrics *metrics) {
    struct housekeeper keeper = { .config = config, .metrics = metrics };
    struct err err = ERR_INIT;
    worker_signals();
    bool ok = db_open(config, &keeper.db, &err);
    if (ok && config->audit.seal_key.text) {
        ok = seal_key_read(config->audit.seal_key.text, config->audit.seal_key.size, &keeper.key,
                           &err);
        keeper.countersigns = ok;
    }
    if (!ok) log_event(LOG_ERROR, "housekeeper_start", "detail", 's', err.detail, NULL);
    while (ok && !worker_stopping()) {
        step(&keeper);
        worker_wait(-1, PERIOD_MS);
    }
    seal_key_wipe(&keeper.key);
    db_close(keeper.db);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

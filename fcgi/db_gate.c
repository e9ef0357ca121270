/* SPDX-License-Identifier: MIT */
#include "db_gate.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "clock.h"

/* Whose search takes longer, or who has died of it, is not waited for: another begins. */
#define SEARCH_MAX_MS 5000
/* After a search in vain. */
#define PAUSE_MS 100
#define STEP_MS  10

struct gate {
    atomic_llong next_ms;      /* when the next search may begin: clock_ms() */
    atomic_uint ended_in_vain; /* searches */
    atomic_int host;
    atomic_uint moves;
};

static struct gate own[2], *gates = own;

bool db_gate_share(struct err *err) {
    void *page = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return err_set(err, ERR_LIMIT, "no memory to share between processes: %s", strerror(errno));
    gates = page; /* all zero: nobody searches */
    return true;
}

/* Sleeps a step. False when the client went meanwhile. */
static bool wait_step(const struct db_at *at, struct err *err) {
    struct pollfd client = { .fd = at->client_socket, .events = POLLRDHUP };
    if (poll(&client, 1, STEP_MS) <= 0) return true;
    return err_set(err, ERR_CLIENT_GONE, "the client went away while it waited for a server");
}

bool db_gate_enter(const struct db_at *at, struct err *err) {
    struct gate *gate = &gates[at->target];
    unsigned before = atomic_load(&gate->ended_in_vain);
    for (;;) {
        int64_t now_ms = clock_ms();
        long long next_ms = atomic_load(&gate->next_ms);
        if (now_ms >= next_ms &&
            atomic_compare_exchange_strong(&gate->next_ms, &next_ms, now_ms + SEARCH_MAX_MS))
            return true;
        /* The first that ends may have begun before this call, and have missed what came since. */
        if (atomic_load(&gate->ended_in_vain) - before > 1 || now_ms >= at->deadline_ms)
            return err_set(err, ERR_DB_UNAVAILABLE, "no server of PostgreSQL can be had");
        if (!wait_step(at, err)) return false;
    }
}

void db_gate_leave(enum db_target target, bool in_vain) {
    struct gate *gate = &gates[target];
    if (in_vain) atomic_fetch_add(&gate->ended_in_vain, 1);
    atomic_store(&gate->next_ms, in_vain ? clock_ms() + PAUSE_MS : 0);
}

int db_gate_host(enum db_target target) {
    return atomic_load(&gates[target].host);
}

void db_gate_set_host(enum db_target target, int host) {
    if (atomic_exchange(&gates[target].host, host) != host)
        atomic_fetch_add(&gates[target].moves, 1);
}

unsigned db_gate_moves(enum db_target target) {
    return atomic_load(&gates[target].moves);
}

/* SPDX-License-Identifier: MIT */
#include "db_gate.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "clock.h"

/* Whose search takes longer, or who has died of it, is not waited for: another begins. */
#define SEARCH_MAX_MS 5000
/* Between two searches. */
#define PAUSE_MS 100
#define STEP_NS  10000000L

struct gate {
    atomic_bool closed;        /* the last search found nobody */
    atomic_llong next_ms;      /* when the next one may begin: clock_ms() */
    atomic_uint ended_in_vain; /* searches */
};

static struct gate own[2], *gates = own;

bool db_gate_share(struct err *err) {
    void *page = mmap(NULL, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return err_set(err, ERR_LIMIT, "no memory to share between processes: %s", strerror(errno));
    gates = page; /* all zero: open */
    return true;
}

bool db_gate_enter(enum db_target target, int64_t deadline_ms, bool *ret_alone, struct err *err) {
    static const struct timespec step = { .tv_nsec = STEP_NS };
    struct gate *gate = &gates[target];
    unsigned before = atomic_load(&gate->ended_in_vain);
    *ret_alone = false;
    while (atomic_load(&gate->closed)) {
        int64_t now_ms = clock_ms();
        long long next_ms = atomic_load(&gate->next_ms);
        if (now_ms >= next_ms &&
            atomic_compare_exchange_strong(&gate->next_ms, &next_ms, now_ms + SEARCH_MAX_MS)) {
            *ret_alone = true;
            return true;
        }
        if (atomic_load(&gate->ended_in_vain) != before || now_ms >= deadline_ms)
            return err_set(err, ERR_DB_UNAVAILABLE, "no server of PostgreSQL can be had");
        (void)nanosleep(&step, NULL);
    }
    return true;
}

void db_gate_leave(enum db_target target, bool alone, bool found) {
    struct gate *gate = &gates[target];
    if (found) {
        if (atomic_load(&gate->closed)) atomic_store(&gate->closed, false);
    } else {
        atomic_store(&gate->closed, true);
        atomic_fetch_add(&gate->ended_in_vain, 1);
    }
    if (alone) atomic_store(&gate->next_ms, clock_ms() + PAUSE_MS);
}

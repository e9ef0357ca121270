/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_JOB_SERVICE_H
#define GUARDIAN_JOB_SERVICE_H
/*
 * guardian-jobs: claims jobs and runs each in a child of its own. A job that runs is leased: while
 * its runner says so every second it is the runner's; a runner that is silent for JOB_LEASE_MS has
 * lost it to whoever looks first, and stops its child before that by its own clock.
 */
#include <signal.h>
#include <sys/types.h>

#include "jobs.h"

#define JOB_LEASE_MS    10000
#define JOB_FENCE_MS    2000 /* so long before a lease ends, it is no longer trusted */
#define JOB_ATTEMPTS    3
#define JOB_RUNNING_MAX 16

/* One job that this runner holds. */
struct job_slot {
    bool used;
    char id[40], database[64], application[64], created_by[200], request_id[64];
    const struct job_kind *kind;
    int attempt;
    pid_t pid;          /* of the child; 0: it has ended */
    int channel;        /* to it; -1: closed */
    int64_t renewed_ms; /* when the lease was last renewed */
    int64_t kill_ms;    /* the child is killed at this time; 0: not told to end */
    bool cancelled, handed_back, lost, done;
    json_t *parameters;
    char *progress, *result, *error; /* JSON texts as they came; NULL: none */
    char log[4096];                  /* what the row has not got yet */
    size_t log_size;
};

struct job_service {
    pid_t pitr_keeper; /* 0: it does not run */
    const struct config *config;
    struct db *db;
    struct arena *arena; /* of one step */
    struct job_slot slots[JOB_RUNNING_MAX];
    struct db_listener *listener;
    int lock;          /* on the folder */
    sigset_t open;     /* the signals that are let in while it waits */
    pid_t keeper;      /* 0: it does not run */
    int64_t keeper_ms; /* when it may be started again */
    int64_t here_ms;   /* when it says again that it is there */
    bool notified;     /* something changed in the table */
    bool trouble;      /* the database did not answer at the last look */
    bool forsaken;     /* what this runner did in an earlier life is left to whoever looks first */
};

int job_service_run(const struct config *config);

/* job_child.c: starts the child of a slot; reads what it says; tells it to end; takes its end. */
bool job_child_start(struct job_service *service, struct job_slot *slot, struct err *err)
    __attribute__((warn_unused_result));
/* Starts the keeper where it does not run. */
void job_child_keep(struct job_service *service);
void job_child_listen(struct job_slot *slot);
void job_child_cancel(struct job_slot *slot);
void job_child_ended(struct job_slot *slot, int status);
void job_slot_clear(struct job_slot *slot);
#endif

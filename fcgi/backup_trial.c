/* SPDX-License-Identifier: MIT */
#include "backup_trial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PIPE_BYTES (1 << 20)

static bool tick(void *context, struct err *err) {
    struct backup_trial *trial = context;
    return !atomic_load(&trial->given_up) || err_set(err, ERR_CANCELLED, "it was given up");
}

/* Its end of the pipe goes with it: whoever feeds it is told. */
static void *try(void *context) {
    struct backup_trial *trial = context;
    if (!program_run(&trial->program, &trial->err) && trial->err.code == ERR_NONE)
        (void)err_set(&trial->err, ERR_INTERNAL, "pg_restore failed");
    if (trial->program.input_fd >= 0) close(trial->program.input_fd);
    return NULL;
}

static void close_feed(struct backup_trial *trial) {
    if (trial->feed >= 0) close(trial->feed);
    trial->feed = -1;
}

static bool start(struct backup_trial *trial, struct err *err) {
    int problem = pthread_create(&trial->thread, NULL, try, trial);
    trial->runs = problem == 0;
    return trial->runs || err_set(err, ERR_BUSY, "a thread for pg_restore: %s", strerror(problem));
}

bool backup_trial_begin(struct backup_trial *trial, const struct config *config, const char *folder,
                        int cancel_fd, struct err *err) {
    int ends[2] = { -1, -1 };
    *trial = (struct backup_trial){ .feed = -1 };
    if (!program_find(config, "pg_restore", trial->path, sizeof trial->path, err)) return false;
    if (!folder && pipe2(ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_BUSY, "a pipe to pg_restore: %s", strerror(errno));
    /* Larger, so that the two need not take turns; it works without. */
    if (!folder) (void)fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES);
    trial->feed = ends[1];
    trial->argv[0] = trial->path;
    trial->argv[1] = "--file=/dev/null";
    trial->argv[2] = folder;
    trial->program = (struct program){ .argv = trial->argv,
                                       .input_fd = ends[0],
                                       .output_fd = -1,
                                       .passed_fd = -1,
                                       .cancel_fd = cancel_fd,
                                       .context = trial,
                                       .tick = tick };
    if (start(trial, err)) return true;
    close_feed(trial);
    if (ends[0] >= 0) close(ends[0]);
    return false;
}

bool backup_trial_add(struct backup_trial *trial, const char *data, size_t size, struct err *err) {
    while (size > 0 && trial->feed >= 0) {
        ssize_t sent = write(trial->feed, data, size);
        if (sent < 0 && errno == EINTR) continue;
        /* It has ended: where it read all that it wanted, so be it. */
        if (sent < 0) return backup_trial_end(trial, err);
        data += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool backup_trial_end(struct backup_trial *trial, struct err *err) {
    close_feed(trial);
    if (trial->runs) (void)pthread_join(trial->thread, NULL);
    trial->runs = false;
    if (trial->err.code == ERR_NONE) return true;
    if (trial->err.code == ERR_INTERNAL)
        return err_set(err, ERR_INTERNAL, "the archive cannot be read back: %s", trial->err.detail);
    *err = trial->err;
    return false;
}

void backup_trial_drop(struct backup_trial *trial) {
    struct err nobodys = ERR_INIT;
    atomic_store(&trial->given_up, true);
    if (trial->runs && !backup_trial_end(trial, &nobodys)) err_clear(&nobodys);
}

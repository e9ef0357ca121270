/* SPDX-License-Identifier: MIT */
#include "job_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX     ".job-"
#define RUNNER_MAX 32

static bool is_name(const char *text) {
    size_t size = strlen(text);
    return size > 0 && size <= RUNNER_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

bool job_folder_open(const struct config *config, int *ret_lock, struct err *err) {
    const char *folder = config->jobs.backup_dir;
    char path[PATH_MAX];
    if (!config->jobs.runner || !is_name(config->jobs.runner))
        return err_set(err, ERR_CONFIG, "jobs.runner must be 1 to %d of a-z, 0-9 and -",
                       RUNNER_MAX);
    if (!folder) return err_set(err, ERR_CONFIG, "jobs.backup_dir is missing");
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "jobs.backup_dir: %s: %s", folder, strerror(errno));
    if (snprintf(path, sizeof path, "%s/.lock", folder) >= (int)sizeof path)
        return err_set(err, ERR_CONFIG, "jobs.backup_dir is too long");
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    /* A folder that cannot be written to is found out by the jobs, which say so: what is there can
     * still be restored from. */
    if (lock < 0) lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0) return err_set(err, ERR_CONFIG, "jobs.backup_dir: %s: %s", path, strerror(errno));
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        (void)err_set(err, errno == EWOULDBLOCK ? ERR_CONFLICT : ERR_CONFIG,
                      "jobs.backup_dir: another runner works in %s", folder);
        close(lock);
        return false;
    }
    *ret_lock = lock;
    return true;
}

bool job_folder_path(const struct config *config, const char *job_id, const char *suffix,
                     char ret_path[PATH_MAX], struct err *err) {
    return snprintf(ret_path, PATH_MAX, "%s/" PREFIX "%s%s", config->jobs.backup_dir, job_id,
                    suffix) < PATH_MAX ||
           err_set(err, ERR_LIMIT, "jobs.backup_dir is too long");
}

static int remove_one(const char *path, const struct stat *file, int kind, struct FTW *at) {
    (void)file;
    (void)kind;
    (void)at;
    (void)remove(path);
    return 0;
}

void job_folder_remove(const char *path) {
    (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

void job_folder_sweep(const struct config *config, const char *job_id) {
    DIR *folder = opendir(config->jobs.backup_dir);
    size_t size = job_id ? strlen(job_id) : 0;
    char path[PATH_MAX];
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 &&
            (!job_id || strncmp(entry->d_name + strlen(PREFIX), job_id, size) == 0) &&
            snprintf(path, sizeof path, "%s/%s", config->jobs.backup_dir, entry->d_name) <
                (int)sizeof path)
            job_folder_remove(path);
    if (folder) closedir(folder);
}

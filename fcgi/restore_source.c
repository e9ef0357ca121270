/* SPDX-License-Identifier: MIT */
#include "restore_archive.h"
#include <stdio.h>
#include <unistd.h>
/* TEMPORARY until backup.h is there. */
bool restore_archive_open(struct job *job, const char *backup_id, struct restore_archive *archive,
                          struct err *err) {
    (void)snprintf(archive->path, sizeof archive->path, "%s/%s.dump", job->config->jobs.backup_dir,
                   backup_id);
    archive->manifest = json_object();
    archive->temporary = false;
    return access(archive->path, R_OK) == 0 || err_set(err, ERR_NOT_FOUND, "no backup");
}
void restore_archive_close(struct restore_archive *archive) {
    if (archive->temporary) (void)unlink(archive->path);
}

/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "seal.h"
#include "upload.h"

/* The group's too: the file service may run under a name of its own. */
bool upload_folder_make(const struct config *config, struct err *err) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/" UPLOAD_FOLDER, config->jobs.backup_dir) >=
        (int)sizeof path)
        return err_set(err, ERR_CONFIG, "jobs.backup_dir is too long");
    /* A folder that cannot be written to is found out by who uploads. */
    return mkdir(path, 0770) == 0 || errno == EEXIST || errno == EROFS || errno == EACCES ||
           errno == ENOSPC || err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
}

static int open_folder(const struct config *config) {
    int parent = open(config->jobs.backup_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = parent < 0 ? -1 : openat(parent, UPLOAD_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent >= 0) close(parent);
    return fd;
}

json_t *upload_folder_list(const struct config *config) {
    int fd = open_folder(config);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    json_t *files = json_array();
    if (fd >= 0 && !folder) close(fd);
    for (struct dirent *entry; folder && files && (entry = readdir(folder));) {
        struct stat file;
        if (!seal_is_uuid(entry->d_name) || fstatat(dirfd(folder), entry->d_name, &file, 0) != 0)
            continue;
        json_t *item = json_pack("{s:s s:I}", "file", entry->d_name, "age_seconds",
                                 (json_int_t)(clock_unix_s() - file.st_mtime));
        if (json_array_append_new(files, item) != 0) break;
    }
    if (folder) closedir(folder);
    return files;
}

void upload_folder_remove(const struct config *config, const char *file) {
    int fd = open_folder(config);
    if (fd >= 0 && seal_is_uuid(file)) (void)unlinkat(fd, file, 0);
    if (fd >= 0) close(fd);
}

/* SPDX-License-Identifier: MIT */
#include "backup_pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "backup_manifest.h"
#include "program.h"

#define TAR "/bin/tar"

/* What is in the folder of pg_dump: files, no folders. */
static int64_t size_of(const char *folder) {
    int64_t size = 0;
    struct stat file;
    DIR *open = opendir(folder);
    for (struct dirent *entry; open && (entry = readdir(open));)
        if (fstatat(dirfd(open), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(file.st_mode))
            size += file.st_size;
    if (open) closedir(open);
    return size;
}

struct packing {
    struct job *job;
    struct backup_writer *writer;
    int64_t done, total;
};

static bool take_output(void *context, const char *data, size_t size, struct err *err) {
    struct packing *packing = context;
    packing->done += (int64_t)size;
    return backup_writer_add(packing->writer, data, size, err);
}

/* tar's headers are beside the files' bytes. */
static bool tick(void *context, struct err *err) {
    const struct packing *packing = context;
    (void)err;
    job_progress(packing->job, "packing",
                 packing->done < packing->total ? packing->done : packing->total, packing->total,
                 "bytes");
    return true;
}

bool backup_pack(struct job *job, const char *id, const char *folder, struct backup_writer *writer,
                 struct err *err) {
    struct packing packing = { .job = job, .writer = writer, .total = size_of(folder) };
    char names[sizeof "--transform=s,^[.],," + SEAL_UUID_SIZE];
    const char *argv[] = { TAR,        "--create", "--format=gnu", "--sort=name", "--numeric-owner",
                           "--file=-", names,      "--directory",  folder,        ".",
                           NULL };
    struct program program = { .argv = argv,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = -1,
                               .cancel_fd = job->channel,
                               .context = &packing,
                               .output = take_output,
                               .tick = tick };
    (void)snprintf(names, sizeof names, "--transform=s,^[.],%s,", id);
    return program_run(&program, err);
}

struct unpacking {
    const struct backup_check *check;
    struct backup_reader reader;
    int64_t before; /* bytes of an earlier reading */
};

static ptrdiff_t feed(void *context, char *buffer, size_t size, struct err *err) {
    struct unpacking *unpacking = context;
    return backup_reader_next(&unpacking->reader, buffer, size, err);
}

static bool show(void *context, struct err *err) {
    const struct unpacking *unpacking = context;
    const struct backup_check *check = unpacking->check;
    (void)err;
    if (check->progress)
        check->progress(check->context, unpacking->before + unpacking->reader.size,
                        unpacking->before + backup_manifest_number(check->manifest, "size_bytes"));
    return true;
}

/* The backup as it lies, decrypted, into tar. */
static bool feed_tar(struct unpacking *unpacking, const char *const *argv, struct err *err) {
    struct program program = { .argv = argv,
                               .input_fd = -1,
                               .output_fd = -1,
                               .passed_fd = -1,
                               .cancel_fd = unpacking->check->cancel_fd,
                               .context = unpacking,
                               .input = feed,
                               .tick = show };
    return backup_check_reader(unpacking->check, &unpacking->reader, err) &&
           program_run(&program, err);
}

/* Where tar finds a difference, the hash says whether the file is to blame. */
bool backup_pack_compare(const struct backup_check *check, struct err *err) {
    struct unpacking unpacking = { .check = check, .reader.fd = -1 };
    const char *argv[] = {
        TAR,           "--compare",   "--file=-", "--transform=s,^[^/]*,.,", "--numeric-owner",
        "--directory", check->folder, NULL
    };
    struct err damage = ERR_INIT;
    bool ok = feed_tar(&unpacking, argv, err);
    if (ok) ok = backup_check_end(check, &unpacking.reader, err);
    else if (err->code == ERR_INTERNAL && unpacking.reader.fd >= 0 &&
             !backup_check_end(check, &unpacking.reader, &damage))
        *err = damage;
    backup_reader_close(&unpacking.reader);
    return ok;
}

bool backup_unpack(const struct backup_check *check, const char *folder, struct err *err) {
    struct unpacking unpacking = {
        .check = check,
        .reader.fd = -1,
        .before = backup_manifest_number(check->manifest, "size_bytes"),
    };
    struct backup_check first = *check;
    const char *argv[] = {
        TAR,           "--extract", "--file=-", "--strip-components=1", "--no-same-owner",
        "--directory", folder,      NULL
    };
    first.twice = true;
    if (!backup_check_bytes(&first, -1, err)) return false;
    if (mkdir(folder, 0700) != 0)
        return err_set(err, ERR_INTERNAL, "making %s: %s", folder, strerror(errno));
    bool ok = feed_tar(&unpacking, argv, err);
    backup_reader_close(&unpacking.reader);
    return ok;
}

/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_manifest.h"
#include "backup_pack.h"
#include "job_folder.h"

#define ID        "11111111-2222-4333-8444-555555555555"
#define FILE_SIZE (3 << 20)

static struct config config;

struct world {
    char root[64], folder[80], path[80], unpacked[80], large[96];
    json_t *manifest;
    struct backup_check check;
    int64_t seen, total;
    bool went_back;
};

static void watch(void *context, int64_t done, int64_t total) {
    struct world *world = context;
    if (done < world->seen || (world->total && total != world->total)) world->went_back = true;
    world->seen = done;
    world->total = total;
}

static void put(const char *path, char fill, size_t size) {
    char *data = malloc(size);
    struct err err = ERR_INIT;
    assert_non_null(data);
    memset(data, fill, size);
    assert_true(backup_write_small(path, data, size, &err));
    free(data);
}

/* A folder with two files, packed. */
static int begin(void **state) {
    struct world *world = calloc(1, sizeof *world);
    struct job job = { .config = &config, .channel = -1, .part_to = 100 };
    struct backup_writer writer;
    struct err err = ERR_INIT;
    char sha256[SEAL_HEX_SIZE], small[96];
    if (!world) return -1;
    (void)snprintf(world->root, sizeof world->root, "/tmp/guardian-pack-XXXXXX");
    assert_non_null(mkdtemp(world->root));
    (void)snprintf(world->folder, sizeof world->folder, "%s/folder", world->root);
    (void)snprintf(world->path, sizeof world->path, "%s/backup.tar", world->root);
    (void)snprintf(world->unpacked, sizeof world->unpacked, "%s/unpacked", world->root);
    (void)snprintf(world->large, sizeof world->large, "%s/4001.dat", world->folder);
    (void)snprintf(small, sizeof small, "%s/toc.dat", world->folder);
    assert_int_equal(mkdir(world->folder, 0700), 0);
    put(world->large, 'x', FILE_SIZE);
    put(small, 't', 100);
    assert_true(backup_writer_open(&writer, world->path, NULL, &err));
    assert_true(backup_pack(&job, ID, world->folder, &writer, &err));
    assert_true(backup_writer_end(&writer, sha256, &err));
    world->manifest = json_pack("{s:s s:I s:b}", "sha256", sha256, "size_bytes",
                                (json_int_t)writer.size, "encrypted", 0);
    backup_writer_drop(&writer);
    world->check = (struct backup_check){ .config = &config,
                                          .path = world->path,
                                          .folder = world->folder,
                                          .manifest = world->manifest,
                                          .cancel_fd = -1,
                                          .progress = watch,
                                          .context = world };
    *state = world;
    return 0;
}

static int end(void **state) {
    struct world *world = *state;
    job_folder_remove(world->folder);
    job_folder_remove(world->unpacked);
    job_folder_remove(world->path);
    (void)rmdir(world->root);
    json_decref(world->manifest);
    free(world);
    return 0;
}

static void what_was_packed_is_the_folder(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    assert_true(backup_pack_compare(&world->check, &err));
}

static void a_file_that_differs_from_what_was_packed_is_found(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    int fd = open(world->large, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "y", 1, FILE_SIZE - 1), 1);
    close(fd);
    assert_false(backup_pack_compare(&world->check, &err));
    assert_int_equal(err.code, ERR_INTERNAL);
}

static void an_altered_backup_is_to_blame_itself(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    int fd = open(world->path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "y", 1, FILE_SIZE / 2), 1);
    close(fd);
    assert_false(backup_pack_compare(&world->check, &err));
    assert_int_equal(err.code, ERR_CONFLICT);
}

static void unpacking_gives_the_files_back_and_its_progress_never_goes_back(void **state) {
    struct world *world = *state;
    struct err err = ERR_INIT;
    struct stat file;
    char path[96];
    assert_true(backup_unpack(&world->check, world->unpacked, &err));
    (void)snprintf(path, sizeof path, "%s/4001.dat", world->unpacked);
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_size, FILE_SIZE);
    assert_false(world->went_back);
    assert_in_range(world->seen, world->total / 2, world->total);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_packed_is_the_folder, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_differs_from_what_was_packed_is_found, begin,
                                        end),
        cmocka_unit_test_setup_teardown(an_altered_backup_is_to_blame_itself, begin, end),
        cmocka_unit_test_setup_teardown(
            unpacking_gives_the_files_back_and_its_progress_never_goes_back, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

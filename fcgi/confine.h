/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CONFINE_H
#define GUARDIAN_CONFINE_H
/*
 * What a child may do that reads bytes of strangers: read the programs' own files and what it is
 * named here, compute, and write to the descriptors that it was given. It can open nothing for
 * writing, start no other program or process, signal and look into nobody, and reach the network
 * not at all or one port. Hides Landlock (which files, which port), seccomp (which system calls)
 * and resource limits; both of the first two are needed, and neither can be taken off again, also
 * not by what it executes.
 */
#include <stdbool.h>
#include <stdint.h>

#include "err.h"

struct confine {
    const char *program; /* the path that is executed: nothing else can be */
    int read_fd;         /* a file that it may open anew (/proc/self/fd/N); -1: none */
    const char *read_file, *read_file_too; /* more files that it may read; NULL: none */
    bool network;                          /* it may connect: streams over IP and Unix sockets */
    int port;             /* where the kernel can tell (6.7), to this TCP port alone; 0: to none */
    int64_t memory_bytes; /* of address space; 0: as we */
    int64_t cpu_s;        /* of computing; 0: as we */
};

/* Can this kernel do it, and are we allowed to? Errors: CONFIG, with what is missing. */
bool confine_check(struct err *err) __attribute__((warn_unused_result));
/* For the child, right before execve; only async-signal-safe calls. False with errno: it must not
 * go on. */
bool confine_enter(const struct confine *confine) __attribute__((warn_unused_result));
#endif

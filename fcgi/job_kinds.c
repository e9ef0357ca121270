/* SPDX-License-Identifier: MIT */
/* The table of all that a runner can do. */
#include "jobs.h"

const struct job_kind job_kinds[] = {
    { .name = NULL },
};

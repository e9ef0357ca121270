/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_UNIT_H
#define GUARDIAN_UNIT_H
/* cmocka and the headers that it expects before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#endif

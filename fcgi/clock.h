/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CLOCK_H
#define GUARDIAN_CLOCK_H
/* Time in whole milliseconds (and microseconds, to measure). Deadlines are points on the monotonic
 * clock (clock_ms), never durations. */
#include <stdint.h>
#include <time.h>

static inline int64_t clock_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
static inline int64_t clock_ms(void) {
    return clock_us() / 1000;
}
static inline int64_t clock_unix_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec;
}
/* The time of day, as other programs tell it. */
static inline int64_t clock_unix_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
/* Milliseconds left until the deadline, 0 when it has passed, at most INT32_MAX: fits poll(2). */
static inline int clock_left_ms(int64_t deadline_ms) {
    int64_t left = deadline_ms - clock_ms();
    return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}
#endif

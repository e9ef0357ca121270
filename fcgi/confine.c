/* SPDX-License-Identifier: MIT */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#else
#define MACHINE 0 /* nobody has said which system calls are harmless there */
#endif

/* -- which system calls ------------------------------------------------------------------------ */

/* Allowed, and under what condition on one argument. */
struct rule {
    int number;
    enum { ALWAYS = 0, BITS /* (argument & mask) == value */, ZERO /* the whole of it */ } when;
    unsigned argument;
    uint32_t mask, value;
};

#define OPEN_WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))

/* What the loader, the C library, zlib and pg_restore need to read and to write to what is open.
 * All else answers EPERM: no clone, no kill, no ptrace, no unlink, no mount, no openat2. */
static const struct rule rules[] = {
    { .number = SYS_read },
    { .number = SYS_write },
    { .number = SYS_readv },
    { .number = SYS_writev },
    { .number = SYS_pread64 },
    { .number = SYS_lseek },
    { .number = SYS_close },
    { .number = SYS_openat, .when = BITS, .argument = 2, .mask = OPEN_WRITES },
    { .number = SYS_fstat },
    { .number = SYS_newfstatat },
    { .number = SYS_statx },
    { .number = SYS_faccessat },
    { .number = SYS_readlinkat },
    { .number = SYS_getcwd },
    { .number = SYS_fcntl },
    { .number = SYS_dup },
    { .number = SYS_dup3 },
    { .number = SYS_ioctl, .when = BITS, .argument = 1, .mask = UINT32_MAX, .value = TCGETS },
    { .number = SYS_mmap },
    { .number = SYS_munmap },
    { .number = SYS_mremap },
    { .number = SYS_mprotect },
    { .number = SYS_madvise },
    { .number = SYS_brk },
    { .number = SYS_rt_sigaction },
    { .number = SYS_rt_sigprocmask },
    { .number = SYS_rt_sigreturn },
    { .number = SYS_rt_sigpending },
    { .number = SYS_rt_sigtimedwait },
    { .number = SYS_sysinfo },
    { .number = SYS_sigaltstack },
    { .number = SYS_futex },
    { .number = SYS_set_tid_address },
    { .number = SYS_set_robust_list },
    { .number = SYS_rseq },
    { .number = SYS_prlimit64, .when = ZERO, .argument = 2 }, /* to ask, not to set */
    { .number = SYS_getrandom },
    { .number = SYS_getpid },
    { .number = SYS_gettid },
    { .number = SYS_getuid },
    { .number = SYS_geteuid },
    { .number = SYS_getgid },
    { .number = SYS_getegid },
    { .number = SYS_uname },
    { .number = SYS_umask },
    { .number = SYS_clock_gettime },
    { .number = SYS_clock_getres },
    { .number = SYS_clock_nanosleep },
    { .number = SYS_gettimeofday },
    { .number = SYS_nanosleep },
    { .number = SYS_sched_yield },
    { .number = SYS_sched_getaffinity },
    { .number = SYS_ppoll },
    { .number = SYS_pselect6 },
    { .number = SYS_exit },
    { .number = SYS_exit_group },
    /* Landlock says what. */
    { .number = SYS_execve },
#ifdef __x86_64__
    { .number = SYS_arch_prctl },
    { .number = SYS_access },
    { .number = SYS_readlink },
    { .number = SYS_stat },
    { .number = SYS_lstat },
    { .number = SYS_dup2 },
    { .number = SYS_poll },
    { .number = SYS_select },
    { .number = SYS_time },
    { .number = SYS_getrlimit },
#endif
};

static const struct rule network_rules[] = {
    { .number = SYS_socket, .when = BITS, .argument = 0, .mask = UINT32_MAX, .value = AF_UNIX },
    { .number = SYS_socket, .when = BITS, .argument = 0, .mask = UINT32_MAX, .value = AF_INET },
    { .number = SYS_socket, .when = BITS, .argument = 0, .mask = UINT32_MAX, .value = AF_INET6 },
    { .number = SYS_connect },
    { .number = SYS_sendto },
    { .number = SYS_recvfrom },
    { .number = SYS_sendmsg },
    { .number = SYS_recvmsg },
    { .number = SYS_shutdown },
    { .number = SYS_getsockopt },
    { .number = SYS_setsockopt },
    { .number = SYS_getsockname },
    { .number = SYS_getpeername },
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define CODE_MAX     ((COUNT(rules) + COUNT(network_rules)) * 7 + 8)

struct code {
    struct sock_filter steps[CODE_MAX];
    unsigned short count;
};

static void add(struct code *code, struct sock_filter step) {
    code->steps[code->count++] = step;
}

static void load(struct code *code, size_t offset) {
    add(code, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Goes on when the accumulator is `value`, else skips so many steps. */
static void want(struct code *code, uint32_t value, unsigned char skip) {
    add(code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip));
}

static void allow(struct code *code) {
    add(code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
}

/* Both machines are little-endian: the low half of an argument comes first. */
static void add_rule(struct code *code, const struct rule *rule) {
    size_t low = offsetof(struct seccomp_data, args) + rule->argument * sizeof(uint64_t);
    load(code, offsetof(struct seccomp_data, nr));
    want(code, (uint32_t)rule->number, rule->when == ALWAYS ? 1 : rule->when == BITS ? 4 : 5);
    if (rule->when != ALWAYS) load(code, low);
    if (rule->when == BITS) {
        add(code, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask));
        want(code, rule->value, 1);
    } else if (rule->when == ZERO) {
        want(code, 0, 3);
        load(code, low + sizeof(uint32_t));
        want(code, 0, 1);
    }
    allow(code);
}

static bool limit_calls(const struct confine *confine) {
    struct code code = { .count = 0 };
    load(&code, offsetof(struct seccomp_data, arch));
    add(&code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
    add(&code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    for (size_t i = 0; i < COUNT(rules); i++) add_rule(&code, &rules[i]);
    for (size_t i = 0; confine->network && i < COUNT(network_rules); i++)
        add_rule(&code, &network_rules[i]);
    add(&code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
    struct sock_fprog program = { .len = code.count, .filter = code.steps };
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* -- which files ------------------------------------------------------------------------------- */

/* Of newer kernels than the one that the headers are of: uapi/linux/landlock.h says that what is
 * not known is to be left out by the kernel's version. */
struct ruleset {
    uint64_t files, network, scoped;
};
struct port_rule {
    uint64_t access, port;
};
#define ACCESS_TRUNCATE (1ULL << 14) /* version 3 */
#define ACCESS_IOCTL    (1ULL << 15) /* version 5 */
#define RULE_PORT       2
#define BIND_TCP        (1ULL << 0) /* version 4 */
#define CONNECT_TCP     (1ULL << 1)
#define SCOPE_ABSTRACT  (1ULL << 0) /* version 6 */
#define SCOPE_SIGNAL    (1ULL << 1)
#define RULESET_FILES   8
#define RULESET_NETWORK 16
#define ACCESS_FIRST    ((1ULL << 13) - 1) /* version 1: all of it */
#define ACCESS_REFER    (1ULL << 13)       /* version 2 */
#define READS           (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RUNS            (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE)

static long version(void) {
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static bool let_fd(int ruleset, int fd, uint64_t access) {
    struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

/* What is not there needs no leave. */
static bool let_path(int ruleset, const char *path, uint64_t access) {
    struct stat file;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT;
    bool is_file = fstat(fd, &file) == 0 && !S_ISDIR(file.st_mode);
    bool ok = let_fd(ruleset, fd, is_file ? access & ~LANDLOCK_ACCESS_FS_READ_DIR : access);
    close(fd);
    return ok;
}

static bool let_port(int ruleset, int port) {
    struct port_rule rule = { .access = CONNECT_TCP, .port = (uint64_t)port };
    return syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &rule, 0) == 0;
}

static int make_ruleset(long known) {
    struct ruleset ruleset = { .files = ACCESS_FIRST };
    if (known >= 2) ruleset.files |= ACCESS_REFER;
    if (known >= 3) ruleset.files |= ACCESS_TRUNCATE;
    if (known >= 5) ruleset.files |= ACCESS_IOCTL;
    if (known >= 4) ruleset.network = BIND_TCP | CONNECT_TCP;
    if (known >= 6) ruleset.scoped = SCOPE_ABSTRACT | SCOPE_SIGNAL;
    size_t size = known >= 6 ? sizeof ruleset : known >= 4 ? RULESET_NETWORK : RULESET_FILES;
    return (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
}

/* The loader is executed too, and reads libraries; the rest is what libpq and OpenSSL look at. */
static bool limit_files(const struct confine *confine) {
    static const char *const loaders[] = { "/lib64/ld-linux-x86-64.so.2",
                                           "/lib/ld-linux-aarch64.so.1" };
    static const char *const readable[] = { "/usr/lib",         "/lib",
                                            "/lib64",           "/usr/share/zoneinfo",
                                            "/etc/ld.so.cache", "/etc/ssl/openssl.cnf",
                                            "/dev/null" };
    long known = version();
    int ruleset = make_ruleset(known);
    if (ruleset < 0) return false;
    bool ok = let_path(ruleset, confine->program, RUNS);
    for (size_t i = 0; ok && i < COUNT(loaders); i++) ok = let_path(ruleset, loaders[i], RUNS);
    for (size_t i = 0; ok && i < COUNT(readable); i++) ok = let_path(ruleset, readable[i], READS);
    if (ok && confine->read_fd >= 0)
        ok = let_fd(ruleset, confine->read_fd, LANDLOCK_ACCESS_FS_READ_FILE);
    if (ok && confine->read_file) ok = let_path(ruleset, confine->read_file, READS);
    if (ok && confine->read_file_too) ok = let_path(ruleset, confine->read_file_too, READS);
    if (ok && confine->network && confine->port > 0 && known >= 4)
        ok = let_port(ruleset, confine->port);
    ok = ok && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return ok;
}

/* -- how much ---------------------------------------------------------------------------------- */

static bool limit(__rlimit_resource_t resource, int64_t value) {
    struct rlimit both = { .rlim_cur = (rlim_t)value, .rlim_max = (rlim_t)value };
    return setrlimit(resource, &both) == 0;
}

static bool limit_resources(const struct confine *confine) {
    return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_NOFILE, 64) &&
           (confine->memory_bytes == 0 || limit(RLIMIT_AS, confine->memory_bytes)) &&
           (confine->cpu_s == 0 || limit(RLIMIT_CPU, confine->cpu_s));
}

bool confine_check(struct err *err) {
    uint32_t action = SECCOMP_RET_ERRNO;
    if (MACHINE == 0)
        return err_set(err, ERR_CONFIG, "Archives from elsewhere are not read on this processor.");
    if (version() < 1)
        return err_set(err, ERR_CONFIG,
                       "Archives from elsewhere are not read here: they need a kernel with "
                       "Landlock (5.13, \"landlock\" in its lsm= list) that a container may use.");
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 ||
           err_set(err, ERR_CONFIG,
                   "Archives from elsewhere are not read here: they need a kernel with seccomp.");
}

/* Landlock before seccomp, which lets none of its calls through. */
bool confine_enter(const struct confine *confine) {
    return MACHINE != 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           limit_resources(confine) && limit_files(confine) && limit_calls(confine);
}

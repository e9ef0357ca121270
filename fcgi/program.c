/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

#define LINE_MAX_BYTES  1000
#define TICK_MS         400
#define ENVIRONMENT_MAX 16

struct running {
    const struct program *program;
    pid_t pid;
    int input, output, errors;     /* our ends; -1: closed */
    int64_t kill_ms;               /* SIGKILL at this time; 0: it was not told to end */
    int64_t tick_ms;               /* of the next tick */
    char line[LINE_MAX_BYTES + 1]; /* of standard error, so far */
    size_t line_size;
    char last[LINE_MAX_BYTES / 4]; /* the last whole line */
    bool said_error;
    char *buffer, *unsent;
    size_t unsent_at, unsent_size;
};

#define BUFFER_SIZE (128u * 1024)

/* In the child; only async-signal-safe calls. `parent` tells whether we came too late to be told of
 * its death. */
static void child_exec(const struct program *program, char *const *environment, int input,
                       int output, int errors, pid_t parent) {
    sigset_t none;
    struct sigaction preset = { .sa_handler = SIG_DFL };
    (void)setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(127);
    for (int number = 1; number < NSIG; number++) (void)sigaction(number, &preset, NULL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(errors, STDERR_FILENO) < 0 ||
        (program->passed_fd >= 0 && fcntl(program->passed_fd, F_SETFD, 0) != 0) || chdir("/") != 0)
        _exit(127);
    if (program->confine && !confine_enter(program->confine)) _exit(126);
    execve(program->argv[0], (char *const *)program->argv, environment);
    _exit(127);
}

static void close_pipe(int pipe[2], int end) {
    if (pipe[end] >= 0) close(pipe[end]);
}

static bool make_pipes(const struct program *program, int input[2], int output[2], int errors[2]) {
    if (pipe2(errors, O_CLOEXEC) != 0) return false;
    if (program->output_fd < 0 && pipe2(output, O_CLOEXEC) != 0) return false;
    if (program->input)
        return pipe2(input, O_CLOEXEC) == 0 && fcntl(input[1], F_SETFL, O_NONBLOCK) == 0;
    if (program->input_fd < 0) input[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return program->input_fd >= 0 || input[0] >= 0;
}

static bool start(struct running *running, struct err *err) {
    const struct program *program = running->program;
    static const char *const fixed[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC" };
    const char *environment[ENVIRONMENT_MAX + 4] = { fixed[0], fixed[1], fixed[2] };
    int input[2] = { -1, -1 }, output[2] = { -1, -1 }, errors[2] = { -1, -1 }, count = 3;
    for (int i = 0; program->environment && program->environment[i] && i < ENVIRONMENT_MAX; i++)
        environment[count++] = program->environment[i];
    pid_t parent = getpid();
    running->pid = make_pipes(program, input, output, errors) ? fork() : -1;
    if (running->pid == 0)
        child_exec(program, (char *const *)environment,
                   program->input_fd >= 0 ? program->input_fd : input[0],
                   program->output_fd >= 0 ? program->output_fd : output[1], errors[1], parent);
    int problem = errno;
    close_pipe(input, 0);
    close_pipe(output, 1);
    close_pipe(errors, 1);
    running->input = input[1];
    running->output = output[0];
    running->errors = errors[0];
    if (running->pid > 0) {
        (void)setpgid(running->pid, running->pid); /* whichever of us is first */
        return true;
    }
    close_pipe(input, 1);
    close_pipe(output, 0);
    close_pipe(errors, 0);
    return err_set(err, ERR_BUSY, "%s cannot be started: %s", program->argv[0], strerror(problem));
}

static void end_line(struct running *running) {
    if (running->line_size == 0) return;
    running->line[running->line_size] = '\0';
    running->line_size = 0;
    /* The first error tells; what comes after it explains it, and may quote a statement. */
    if (!running->said_error) {
        running->said_error = strstr(running->line, "error: ") != NULL;
        (void)snprintf(running->last, sizeof running->last, "%.*s", (int)sizeof running->last - 1,
                       running->line);
    }
    if (running->program->line) running->program->line(running->program->context, running->line);
}

static void take_errors(struct running *running) {
    ssize_t got = read(running->errors, running->buffer, BUFFER_SIZE);
    if (got <= 0) {
        end_line(running);
        close(running->errors);
        running->errors = -1;
    }
    for (ssize_t i = 0; i < got; i++) {
        char c = running->buffer[i];
        if (c == '\n') end_line(running);
        else if (running->line_size < LINE_MAX_BYTES && (unsigned char)c >= 32)
            running->line[running->line_size++] = c;
    }
}

static void tell_end(struct running *running) {
    if (running->kill_ms) return;
    (void)kill(-running->pid, SIGTERM);
    running->kill_ms = clock_ms() + PROGRAM_GRACE_MS;
}

static void take_output(struct running *running, struct err *err) {
    const struct program *program = running->program;
    ssize_t got = read(running->output, running->buffer, BUFFER_SIZE);
    if (got <= 0) {
        close(running->output);
        running->output = -1;
        return;
    }
    /* What comes after the end was decided is read, so that it can end, and dropped. */
    if (err->code == ERR_NONE && program->output &&
        !program->output(program->context, running->buffer, (size_t)got, err))
        tell_end(running);
}

static void close_input(struct running *running) {
    if (running->input >= 0) close(running->input);
    running->input = -1;
}

/* Once it is told to end, or reads no more, nothing more is fed. */
static void feed(struct running *running, struct err *err) {
    const struct program *program = running->program;
    if (running->unsent_at == running->unsent_size) {
        ptrdiff_t got = err->code == ERR_NONE
                            ? program->input(program->context, running->unsent, BUFFER_SIZE, err)
                            : 0;
        if (got < 0) tell_end(running);
        if (got <= 0) {
            close_input(running);
            return;
        }
        running->unsent_at = 0;
        running->unsent_size = (size_t)got;
    }
    ssize_t sent = write(running->input, running->unsent + running->unsent_at,
                         running->unsent_size - running->unsent_at);
    if (sent > 0) running->unsent_at += (size_t)sent;
    else if (sent < 0 && errno != EAGAIN && errno != EINTR) close_input(running);
}

static void watch(struct running *running, struct err *err) {
    const struct program *program = running->program;
    int64_t now_ms = clock_ms();
    if (program->deadline_ms && now_ms >= program->deadline_ms && err->code == ERR_NONE) {
        (void)err_set(err, ERR_DEADLINE, "%s took too long and was ended", program->argv[0]);
        tell_end(running);
    }
    if (program->tick && now_ms >= running->tick_ms && err->code == ERR_NONE) {
        running->tick_ms = now_ms + TICK_MS;
        if (!program->tick(program->context, err)) tell_end(running);
    }
    if (running->kill_ms && now_ms >= running->kill_ms) (void)kill(-running->pid, SIGKILL);
}

/* Until it has closed both its outputs, which its end does at the latest. */
static void pump(struct running *running, struct err *err) {
    const struct program *program = running->program;
    while (running->output >= 0 || running->errors >= 0) {
        struct pollfd poll_fds[4] = {
            { .fd = running->output, .events = POLLIN },
            { .fd = running->errors, .events = POLLIN },
            { .fd = err->code == ERR_NONE ? program->cancel_fd : -1, .events = POLLRDHUP },
            { .fd = running->input, .events = POLLOUT },
        };
        int ready = poll(poll_fds, 4, TICK_MS);
        if (ready > 0 && poll_fds[2].revents) {
            (void)err_set(err, ERR_CANCELLED, "the job was cancelled");
            tell_end(running);
        }
        if (ready > 0 && poll_fds[3].revents) feed(running, err);
        if (ready > 0 && poll_fds[0].revents) take_output(running, err);
        if (ready > 0 && poll_fds[1].revents) take_errors(running);
        watch(running, err);
    }
}

/* It may close its outputs and live on. */
static int reap(struct running *running, struct err *err) {
    int status = 0;
    for (;;) {
        pid_t pid = waitpid(running->pid, &status, WNOHANG);
        if (pid == running->pid || (pid < 0 && errno != EINTR)) break;
        struct pollfd cancel = { .fd = running->program->cancel_fd, .events = POLLRDHUP };
        if (poll(&cancel, err->code == ERR_NONE && cancel.fd >= 0 ? 1 : 0, 10) > 0) {
            (void)err_set(err, ERR_CANCELLED, "the job was cancelled");
            tell_end(running);
        }
        watch(running, err);
    }
    (void)kill(-running->pid, SIGKILL); /* whatever it started and left behind */
    return status;
}

bool program_run(const struct program *program, struct err *err) {
    struct running running = { .program = program,
                               .buffer = malloc(BUFFER_SIZE),
                               .unsent = malloc(program->input ? BUFFER_SIZE : 1) };
    const char *name = strrchr(program->argv[0], '/');
    name = name ? name + 1 : program->argv[0];
    bool started = running.buffer && running.unsent;
    if (!started) (void)err_set(err, ERR_LIMIT, "out of memory for a program's output");
    if (started && program->confine) started = confine_check(err);
    if (started && access(program->argv[0], X_OK) != 0)
        started =
            err_set(err, ERR_CONFIG, "%s cannot be run: %s", program->argv[0], strerror(errno));
    if (!started || !start(&running, err)) {
        free(running.buffer);
        free(running.unsent);
        return false;
    }
    pump(&running, err);
    close_input(&running);
    int status = reap(&running, err);
    free(running.buffer);
    free(running.unsent);
    if (err->code != ERR_NONE) return false;
    if (WIFSIGNALED(status))
        return err_set(err, ERR_INTERNAL, "%s was ended by signal %d", name, WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return err_set(err, ERR_INTERNAL, "%s ended with status %d%s%s", name, WEXITSTATUS(status),
                       running.last[0] ? ": " : "", running.last);
    return true;
}

/* SPDX-License-Identifier: MIT */
#include "../auth.h"

#include <time.h>

#include "../password.h"
#include "api.h"

/* The cookie that holds the refresh token: only the browser sees it, and only on its way here. */
#define COOKIE_NAME   "guardian_refresh"
#define COOKIE_LIMITS "; Path=/api/v1/auth; HttpOnly; Secure; SameSite=Strict; Max-Age="

const struct field login_fields[] = {
    { .name = "username",
      .place = FIELD_BODY,
      .type = FIELD_STRING,
      .required = true,
      .min = 1,
      .max = 128 },
    { .name = "password",
      .place = FIELD_BODY,
      .type = FIELD_STRING,
      .required = true,
      .secret = true,
      .min = 1,
      .max = PASSWORD_MAX },
    { .name = NULL },
};

static void clear_cookie(struct call *call) {
    (void)call_header(call, "Set-Cookie", COOKIE_NAME "=" COOKIE_LIMITS "0");
}

static bool reply_grant(struct call *call, const struct auth_grant *grant, struct err *err) {
    const char *cookie = arena_printf(call->request->arena, COOKIE_NAME "=%s" COOKIE_LIMITS "%lld",
                                      grant->refresh_token, (long long)grant->refresh_ttl_s);
    if (!cookie) return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    (void)call_header(call, "Set-Cookie", cookie);
    (void)call_header(call, "Cache-Control", "no-store");
    return call_reply(call, 200,
                      json_pack("{s:s, s:s, s:I}", "access_token", grant->access_token,
                                "token_type", "Bearer", "expires_in",
                                (json_int_t)grant->access_ttl_s),
                      err);
}

bool api_login(struct call *call, struct err *err) {
    struct auth_grant grant;
    return auth_login(call, request_string(call->request, "username"),
                      request_string(call->request, "password"), &grant, err) &&
           reply_grant(call, &grant, err);
}

bool api_refresh(struct call *call, struct err *err) {
    struct auth_grant grant;
    if (auth_refresh(call, request_cookie(call->request, COOKIE_NAME), &grant, err))
        return reply_grant(call, &grant, err);
    if (err->code == ERR_REFRESH_INVALID || err->code == ERR_REFRESH_REUSED) clear_cookie(call);
    return false;
}

bool api_logout(struct call *call, struct err *err) {
    if (!auth_logout(call, err)) return false;
    clear_cookie(call);
    call->reply.status = 204;
    return true;
}

bool api_me(struct call *call, struct err *err) {
    const struct identity *me = &call->identity;
    time_t end = (time_t)me->expires_s;
    struct tm utc;
    char expires_at[32];

    strftime(expires_at, sizeof expires_at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&end, &utc));
    return call_reply(call, 200,
                      json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s}", "subject", me->subject,
                                "username", me->username, "role", me->role, "issuer", me->issuer,
                                "session_id", me->session_id, "expires_at", expires_at),
                      err);
}

// Generated from docs/openapi.yaml by `npm run types`. Do not edit.

export interface paths {
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a name and password for an access token and a refresh cookie. */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange the refresh cookie for a new access token and a new cookie; a used cookie ends the session. */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session at once on every replica; clears the cookie. */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the token speaks for. */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The state of the managed server and one of its databases, in numbers. */
        get: operations["databaseOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/tables": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tables, views and their like. */
        get: operations["listTables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/tables/{table_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything about one table. */
        get: operations["getTable"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Names of schemas, tables and columns, for completion in an editor. */
        get: operations["databaseSchema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run one read-only statement.
         * @description `Accept: application/json` (preset) answers a page of at most `max_rows` rows; `text/csv` and `application/x-ndjson` stream
         *     everything. Values keep PostgreSQL's text except booleans, null, and integers and floats that JSON holds exactly.
         *     A transfer that breaks off is broken off visibly, never ended early as if it were whole. The request's id is the query's id.
         */
        post: operations["runQuery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/query/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The plan of a read-only statement, as PostgreSQL's JSON. */
        post: operations["explainQuery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/query/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a running query, from any replica. */
        post: operations["cancelQuery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/query/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Statements that were run, newest first; read from the audit log. */
        get: operations["queryHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/query/self-test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Run every known escape from read-only SQL and show each refused. */
        post: operations["selfTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Activity on the server with the blocking tree. */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/sessions/{pid}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel what a session is running (two-step). */
        post: operations["cancelSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/sessions/{pid}/terminate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a session (two-step). */
        post: operations["terminateSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit log, newest first. */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Recompute the whole chain and check its countersigned heads. */
        get: operations["verifyAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole log, oldest first, one JSON object a line, as `guardianctl audit verify --file` reads it. */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The worker answers. */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The worker and all that it needs answer. */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Format: date-time
         * @description RFC 3339 in UTC.
         */
        Time: string;
        /**
         * @description standby: a standby where there is one, else the primary.
         * @default standby
         * @enum {string}
         */
        Target: "standby" | "primary";
        /** @enum {string} */
        TableKind: "table" | "partitioned_table" | "view" | "materialized_view" | "foreign_table";
        TokenReply: {
            access_token: string;
            /** @constant */
            token_type: "Bearer";
            expires_in: number;
        };
        Problem: {
            /** Format: uri */
            type: string;
            title: string;
            status: number;
            detail: string;
            instance: string;
            code: components["schemas"]["ErrorCode"];
            request_id: string;
            /** @description The field that is wrong. */
            field?: string;
            sqlstate?: string;
            /** @description Where in the statement, in characters from 1. */
            position?: number;
            hint?: string;
            /** @description The PostgreSQL version whose grammar refused the statement. */
            parser_version?: string;
            /** @description Seconds. */
            retry_after?: number;
        };
        /** @enum {string} */
        ErrorCode: "bad_request" | "bad_json" | "bad_field" | "bad_cursor" | "unauthenticated" | "token_invalid" | "token_expired" | "token_revoked" | "credentials" | "refresh_invalid" | "refresh_reused" | "forbidden" | "sql_permission" | "not_found" | "method_not_allowed" | "not_acceptable" | "conflict" | "confirmation_stale" | "confirmation_invalid" | "confirmation_required" | "too_large" | "media_type" | "sql_syntax" | "sql_read_only" | "sql_error" | "throttled" | "client_gone" | "cancelled" | "deadline" | "db_unavailable" | "cache_unavailable" | "audit_unavailable" | "busy" | "limit" | "internal" | "worker_unavailable";
        Challenge: {
            confirmation_token: string;
            /** @description What the person must type. */
            phrase: string;
            summary: string;
            /** @description The effect in numbers. */
            impact: Record<string, never>;
            undo: string;
            expires_at: components["schemas"]["Time"];
        };
        Ready: {
            /** @enum {string} */
            status: "ready" | "unavailable" | "draining";
            checks: {
                [key: string]: "ok" | "down";
            };
        };
        QueryServer: {
            host: string;
            /** @enum {string} */
            role: "primary" | "standby";
            /** @description received but not yet replayed; 0 on a primary */
            lag_bytes: number | null;
        };
        QueryRequest: {
            sql: string;
            database?: string;
            /** @default 1000 */
            max_rows?: number;
            /** @default 30000 */
            timeout_ms?: number;
            target?: components["schemas"]["Target"];
        };
        QueryReply: {
            id: string;
            columns: {
                name: string;
                type: string;
            }[];
            rows: (string | number | boolean | null)[][];
            row_count: number;
            /** @description There are more rows than max_rows. */
            truncated: boolean;
            duration_ms: number;
            server: components["schemas"]["QueryServer"];
        };
        Overview: {
            database: string;
            server: {
                version: string;
                version_num: number;
                host: string;
                /** @enum {string} */
                role: "primary" | "standby";
                started_at: components["schemas"]["Time"];
                timeline: number;
            };
            databases: {
                name: string;
                size_bytes: number;
            }[];
            size_bytes: number;
            connections: {
                max: number;
                reserved: number;
                used: number;
                /** @description pg_stat_activity.state → count, clients only */
                by_state: {
                    [key: string]: number;
                };
            };
            pool: {
                name: string;
                /** @description of the service that answered */
                workers: number;
                busy: number;
                /** @description the console's own connections to the server */
                connections: {
                    user: string;
                    total: number;
                    active: number;
                }[];
            };
            transactions: {
                committed: number;
                rolled_back: number;
                /** @description null until a worker has two samples */
                commits_per_s: number | null;
                rollbacks_per_s: number | null;
                window_s: number | null;
            };
            cache_hit_ratio: number | null;
            temp_files: {
                files: number;
                bytes: number;
            };
            deadlocks: number;
            conflicts: number;
            stats_since: components["schemas"]["Time"] | null;
            longest_transaction: {
                pid: number;
                seconds: number;
                state: string | null;
                user: string | null;
                application: string;
                query: string;
            } | null;
            wraparound: {
                /** @description the oldest of all databases */
                database: string;
                /** @description transactions since its oldest unfrozen one */
                age: number;
                limit: number;
                percent: number;
            };
            replication: {
                replicas: {
                    name: string;
                    address: string | null;
                    state: string | null;
                    sync_state: string | null;
                    lag_bytes: number | null;
                    lag_seconds: number | null;
                }[];
                slots: {
                    name: string;
                    type: string;
                    active: boolean;
                    retained_bytes: number | null;
                }[];
                /** @description on a standby */
                replay_lag_bytes: number | null;
                /** @description on a standby */
                replay_lag_seconds: number | null;
            };
            locks_waiting: number;
            autovacuum_workers: number;
            sampled_at: components["schemas"]["Time"];
        };
        TableSummary: {
            schema: string;
            name: string;
            kind: components["schemas"]["TableKind"];
            /** @description null when never analysed */
            row_estimate: number | null;
            /** @description with indexes and TOAST; of a partitioned table, of all its partitions */
            total_bytes: number;
            table_bytes: number;
            index_bytes: number;
            dead_rows: number;
            /** @description by hand or by autovacuum */
            last_vacuum: components["schemas"]["Time"] | null;
            last_analyze: components["schemas"]["Time"] | null;
            /** @description schema.table of the parent, for display */
            partition_of: string | null;
        };
        ForeignKey: {
            name: string;
            /** @description where the referencing table is */
            schema: string;
            table: string;
            columns: string[];
            references: {
                schema: string;
                table: string;
                columns: string[];
            };
            /** @enum {string} */
            on_update: "no action" | "restrict" | "cascade" | "set null" | "set default";
            /** @enum {string} */
            on_delete: "no action" | "restrict" | "cascade" | "set null" | "set default";
            deferrable: boolean;
            validated: boolean;
            definition: string;
        };
        TableDetail: {
            schema: string;
            name: string;
            kind: components["schemas"]["TableKind"];
            oid: number;
            owner: string;
            comment: string | null;
            /** @enum {string} */
            persistence: "permanent" | "unlogged" | "temporary";
            tablespace: string | null;
            options: string[];
            row_estimate: number | null;
            row_security: boolean;
            sizes: {
                total_bytes: number;
                table_bytes: number;
                index_bytes: number;
                toast_bytes: number;
            };
            activity: {
                sequential_scans: number;
                index_scans: number;
                rows_inserted: number;
                rows_updated: number;
                rows_deleted: number;
                hot_updates: number;
                live_rows: number;
                dead_rows: number;
                cache_hit_ratio: number | null;
                last_vacuum: components["schemas"]["Time"] | null;
                last_autovacuum: components["schemas"]["Time"] | null;
                last_analyze: components["schemas"]["Time"] | null;
                last_autoanalyze: components["schemas"]["Time"] | null;
            };
            columns: {
                position: number;
                name: string;
                type: string;
                nullable: boolean;
                default: string | null;
                /** @enum {string|null} */
                identity: "always" | "by default" | null;
                /** @enum {string|null} */
                generated: "stored" | "virtual" | null;
                primary_key: boolean;
                collation: string | null;
                comment: string | null;
            }[];
            primary_key: string[];
            foreign_keys: components["schemas"]["ForeignKey"][];
            referenced_by: components["schemas"]["ForeignKey"][];
            indexes: {
                name: string;
                method: string;
                unique: boolean;
                primary: boolean;
                valid: boolean;
                /** @description columns or expressions */
                columns: string[];
                predicate: string | null;
                size_bytes: number;
                scans: number;
                rows_read: number;
                definition: string;
            }[];
            constraints: {
                name: string;
                /** @enum {string} */
                type: "check" | "primary key" | "unique" | "exclusion" | "foreign key" | "trigger" | "not null";
                validated: boolean;
                definition: string;
            }[];
            triggers: {
                name: string;
                /** @enum {string} */
                enabled: "origin" | "disabled" | "replica" | "always";
                function: string;
                definition: string;
            }[];
            partitioning: {
                key: string | null;
                of: {
                    schema: string;
                    name: string;
                } | null;
                bound: string | null;
                partitions: {
                    schema: string;
                    name: string;
                    bound: string | null;
                    total_bytes: number;
                    row_estimate: number | null;
                }[];
            };
            privileges: {
                grantee: string;
                grantor: string;
                privileges: string[];
                grantable: string[];
            }[];
            policies: {
                name: string;
                command: string;
                permissive: boolean;
                roles: string[];
                using: string | null;
                check: string | null;
            }[];
            view_definition: string | null;
            /** @description SQL that creates the table with its constraints, indexes, triggers and comments. */
            ddl: string;
        };
        Session: {
            pid: number;
            user: string | null;
            database: string | null;
            application: string;
            client_address: string | null;
            backend_type: string;
            state: string | null;
            wait_event_type: string | null;
            wait_event: string | null;
            backend_start: components["schemas"]["Time"] | null;
            transaction_start: components["schemas"]["Time"] | null;
            query_start: components["schemas"]["Time"] | null;
            state_change: components["schemas"]["Time"] | null;
            transaction_seconds: number | null;
            query_seconds: number | null;
            query: string;
            /** @description process ids; 0 is a prepared transaction */
            blocked_by: number[];
            blocks: number[];
            /** @description one of this console's own connections */
            console: boolean;
        };
        SessionSignalled: {
            pid: number;
            /** @enum {string} */
            signal: "cancel" | "terminate";
            /** @description seen: the statement stopped, or the backend is gone */
            done: boolean;
        };
        /** @enum {string} */
        AuditOutcome: "intent" | "succeeded" | "failed" | "refused" | "challenged" | "cancelled";
        AuditEvent: {
            id: number;
            at: components["schemas"]["Time"];
            actor: string;
            token_id: string | null;
            source_ip: string | null;
            request_id: string;
            action: string;
            target: string | null;
            /** @description of an outcome row: `intent` is the id of its intent row, with what came of it */
            parameters: Record<string, never>;
            outcome: components["schemas"]["AuditOutcome"];
            status: number | null;
            duration_ms: number | null;
            prev_hash: string;
            hash: string;
        };
    };
    responses: {
        /** @description As the ETag in If-None-Match says. */
        NotModified: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description What went wrong, and what to do about it. */
        Problem: {
            headers: {
                "X-Request-Id"?: string;
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description What will happen, to what, how big, and what to send to go ahead. */
        Challenge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Challenge"];
            };
        };
    };
    parameters: {
        /** @description A managed database; the first configured one when absent */
        Database: string;
        Limit: number;
        /** @description `next_cursor` of the page before; opaque */
        Cursor: string;
        Pid: number;
        ConfirmationToken: string;
        /** @description The phrase, URL-encoded UTF-8 */
        ConfirmationPhrase: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    username: string;
                    password: string;
                };
            };
        };
        responses: {
            /** @description Signed in. The refresh token is in the HttpOnly cookie `guardian_refresh`. */
            200: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenReply"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A new access token and a rotated cookie. */
            200: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenReply"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        subject: string;
                        username: string;
                        /** @constant */
                        role: "superadmin";
                        issuer: string;
                        session_id?: string | null;
                        expires_at: components["schemas"]["Time"];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    databaseOverview: {
        parameters: {
            query?: {
                /** @description A managed database; the first configured one when absent */
                database?: components["parameters"]["Database"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The overview. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            304: components["responses"]["NotModified"];
            default: components["responses"]["Problem"];
        };
    };
    listTables: {
        parameters: {
            query?: {
                /** @description A managed database; the first configured one when absent */
                database?: components["parameters"]["Database"];
                /** @description Part of the schema-qualified name */
                search?: string;
                schema?: string;
                kind?: components["schemas"]["TableKind"];
                /** @description false leaves out the partitions of partitioned tables */
                partitions?: boolean;
                sort?: "name" | "row_estimate" | "total_bytes" | "table_bytes" | "index_bytes" | "dead_rows" | "last_vacuum" | "last_analyze";
                order?: "asc" | "desc";
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the page before; opaque */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of tables. */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["TableSummary"][];
                        next_cursor: string | null;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            default: components["responses"]["Problem"];
        };
    };
    getTable: {
        parameters: {
            query?: {
                /** @description A managed database; the first configured one when absent */
                database?: components["parameters"]["Database"];
            };
            header?: never;
            path: {
                /** @description `table` or `schema.table`, percent-encoded, any legal identifier. A part may be double-quoted as in SQL (`public."a.b"`), which tells a dot inside a name from the dot between schema and table. An unquoted text is first looked for as a table of that whole name in the search path, then split at its first dot. */
                table_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The table. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TableDetail"];
                };
            };
            304: components["responses"]["NotModified"];
            default: components["responses"]["Problem"];
        };
    };
    databaseSchema: {
        parameters: {
            query?: {
                /** @description A managed database; the first configured one when absent */
                database?: components["parameters"]["Database"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            schema: string;
                            name: string;
                            kind: components["schemas"]["TableKind"];
                            columns: string[];
                        }[];
                        next_cursor: null;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            default: components["responses"]["Problem"];
        };
    };
    runQuery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QueryRequest"];
            };
        };
        responses: {
            /** @description The rows. */
            200: {
                headers: {
                    /** @description host and role of the server that answered, on streams */
                    "X-Guardian-Server"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueryReply"];
                    "text/csv": string;
                    "application/x-ndjson": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    explainQuery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    sql: string;
                    database?: string;
                    /**
                     * @description Runs the statement and measures it.
                     * @default false
                     */
                    analyze?: boolean;
                    /** @default 30000 */
                    timeout_ms?: number;
                    target?: components["schemas"]["Target"];
                };
            };
        };
        responses: {
            /** @description The plan. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @description what EXPLAIN (FORMAT JSON) printed */
                        plan: Record<string, never>[];
                        duration_ms: number;
                        server: components["schemas"]["QueryServer"];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    cancelQuery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The server was told to cancel it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /** @description false when it had ended by itself. */
                        cancelled: boolean;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    queryHistory: {
        parameters: {
            query?: {
                /** @description Only the caller's */
                mine?: boolean;
                /** @description Part of the statement */
                search?: string;
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the page before; opaque */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the history. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            at: components["schemas"]["Time"];
                            username: string;
                            /** @enum {string} */
                            action: "database.query" | "database.explain";
                            database: string | null;
                            sql: string;
                            /** @enum {string} */
                            outcome: "running" | "succeeded" | "failed" | "refused" | "cancelled";
                            status: number | null;
                            row_count: number | null;
                            duration_ms: number | null;
                            error_code: string | null;
                        }[];
                        next_cursor: string | null;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    selfTest: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    database?: string;
                };
            };
        };
        responses: {
            /** @description The verdict on each. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Nothing changed and nothing was held afterwards. */
                        ok: boolean;
                        total: number;
                        refused_by_parser: number;
                        /** @description The server refused it or undid all of it, the parser not asked. */
                        held_by_server: number;
                        failed: number;
                        duration_ms: number;
                        server: components["schemas"]["QueryServer"];
                        items: {
                            name: string;
                            class: string;
                            sql: string;
                            ok: boolean;
                            parser: {
                                refused: boolean;
                                code: string | null;
                                message: string | null;
                            };
                            server: {
                                refused: boolean;
                                sqlstate: string | null;
                                message: string | null;
                            };
                            /** @description What it changed or held; null when nothing. */
                            left_behind: string | null;
                        }[];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description A managed database; the first configured one when absent */
                database?: components["parameters"]["Database"];
                all_databases?: boolean;
                /** @description Also the server's own processes */
                background?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All sessions; blocked ones name who blocks them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Session"][];
                        next_cursor: null;
                    };
                };
            };
            304: components["responses"]["NotModified"];
            default: components["responses"]["Problem"];
        };
    };
    cancelSession: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                pid: components["parameters"]["Pid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Cancelled. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionSignalled"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    terminateSession: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                pid: components["parameters"]["Pid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The backend is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionSignalled"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                actor?: string;
                action?: string;
                outcome?: components["schemas"]["AuditOutcome"];
                /** @description An attempt is two events, its intent and what came of it. */
                phase?: "all" | "intent" | "outcome";
                request_id?: string;
                /** @description inclusive */
                from?: components["schemas"]["Time"];
                /** @description exclusive */
                to?: components["schemas"]["Time"];
                limit?: components["parameters"]["Limit"];
                /** @description `next_cursor` of the page before; opaque */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["AuditEvent"][];
                        next_cursor: string | null;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    verifyAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The verdict. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        checked: number;
                        head: {
                            id: number;
                            hash: string;
                        } | null;
                        first_bad: {
                            id: number;
                            reason: string;
                        } | null;
                        anchors: {
                            checked: number;
                            last_event_id: number | null;
                            last_at: components["schemas"]["Time"] | null;
                        };
                        duration_ms: number;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    exportAudit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The log. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Alive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Not ready; says what is missing. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
}

/** Every value of ErrorCode, so that a test can see that each has a translation. */
export const errorCodes = [
  "bad_request",
  "bad_json",
  "bad_field",
  "bad_cursor",
  "unauthenticated",
  "token_invalid",
  "token_expired",
  "token_revoked",
  "credentials",
  "refresh_invalid",
  "refresh_reused",
  "forbidden",
  "sql_permission",
  "not_found",
  "method_not_allowed",
  "not_acceptable",
  "conflict",
  "confirmation_stale",
  "confirmation_invalid",
  "confirmation_required",
  "too_large",
  "media_type",
  "sql_syntax",
  "sql_read_only",
  "sql_error",
  "throttled",
  "client_gone",
  "cancelled",
  "deadline",
  "db_unavailable",
  "cache_unavailable",
  "audit_unavailable",
  "busy",
  "limit",
  "internal",
  "worker_unavailable"
] as const satisfies readonly components['schemas']['ErrorCode'][]

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
    "/swarm/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The swarm in numbers: nodes, services, tasks, quorums, and what needs attention. */
        get: operations["swarmOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All nodes. */
        get: operations["swarmNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All services. */
        get: operations["swarmServices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/services/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One service: its specification (names of variables alone), tasks with history and errors. */
        get: operations["swarmService"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/networks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Overlay networks. */
        get: operations["swarmNetworks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Secrets by name and version; never their content. */
        get: operations["swarmSecrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Configs by name and version; never their content. */
        get: operations["swarmConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/drift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Running services against the stack file. */
        get: operations["swarmDrift"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/services/{id}/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Roll out an image; refused where it would break a quorum. */
        post: operations["swarmServiceUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/services/{id}/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Back to the specification before the last update; refused where it would break a quorum. */
        post: operations["swarmServiceRollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/services/{id}/scale": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the number of replicas; refused where it would break a quorum. */
        post: operations["swarmServiceScale"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/swarm/nodes/{id}/availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Activate, pause or drain a node; refused where it would break a quorum. */
        post: operations["swarmNodeAvailability"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replication": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Members, roles, timeline, lag, slots, archiver, history, and who would be promoted now. */
        get: operations["replication"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replication/switchover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A planned change of the leader. */
        post: operations["replicationSwitchover"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replication/reinitialize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Throw a replica's data away and copy it anew from the leader. */
        post: operations["replicationReinitialize"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replication/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** No automatic failover until resumed. */
        post: operations["replicationPause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replication/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Automatic failover again. */
        post: operations["replicationResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/redis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Primary, replicas, Sentinels with what each believes, memory, persistence, slow log. */
        get: operations["redis"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/redis/failover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let Sentinel promote a replica now. */
        post: operations["redisFailover"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/topology": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One picture, node, task, role, lag, and what Swarm, DNS, Patroni and Sentinel disagree about. */
        get: operations["topology"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One named query over a stretch of time; there is no free PromQL. */
        get: operations["metricsQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What Alertmanager holds now, with the runbook and the safe action. */
        get: operations["alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** When which alert fired, the latest first. */
        get: operations["alertsHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Silences, present, future and past. */
        get: operations["silences"];
        put?: never;
        /** Silence an alert for some time. */
        post: operations["silenceAlert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/alerts/silences/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a silence. */
        delete: operations["unsilenceAlert"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest lines that fit, the latest first. */
        get: operations["logs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logs/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The same as a file. */
        get: operations["logsDownload"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/logs/tail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One service's lines as they come, for ten minutes at most. */
        get: operations["logsTail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/trail/{request_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything about one request, the lines of the edge and the workers and its audit events. */
        get: operations["trail"];
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
        ErrorCode: "bad_request" | "bad_json" | "bad_field" | "bad_cursor" | "unauthenticated" | "token_invalid" | "token_expired" | "token_revoked" | "credentials" | "refresh_invalid" | "refresh_reused" | "forbidden" | "sql_permission" | "not_found" | "method_not_allowed" | "not_acceptable" | "conflict" | "quorum" | "not_configured" | "confirmation_stale" | "confirmation_invalid" | "confirmation_required" | "too_large" | "media_type" | "sql_syntax" | "sql_read_only" | "sql_error" | "throttled" | "client_gone" | "cancelled" | "deadline" | "db_unavailable" | "cache_unavailable" | "audit_unavailable" | "busy" | "upstream_unavailable" | "upstream_garbage" | "upstream_refused" | "limit" | "internal" | "worker_unavailable";
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
        /**
         * Format: date-time
         * @description RFC 3339 in UTC.
         */
        TimeOrNull: string | null;
        /** @description How to configure it where it is not. */
        How: string | null;
        /** @description true: the upstream could not be asked; this is what it said last, at `as_of`. */
        Stale: boolean;
        Missing: {
            what: string;
            why: string;
        };
        Attention: {
            /** @enum {string} */
            severity: "info" | "warning" | "critical";
            what: string;
            why: string;
        };
        Quorum: {
            /** @description raft, or the value of the services' label iot_guardian.quorum. */
            group: string;
            /**
             * @description majority: more than half; standby: one that serves and one to take over.
             * @enum {string}
             */
            rule: "majority" | "standby";
            members: number;
            healthy: number;
            needed: number;
            /** @description How many more may be lost; negative: broken. */
            spare: number;
            ok: boolean;
            places: components["schemas"]["QuorumPlace"][];
        };
        QuorumPlace: {
            member: string;
            node: string | null;
            healthy: boolean;
            state: string;
        };
        SwarmOverview: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                id: string | null;
                engine_version: string;
                raft: components["schemas"]["Quorum"];
                nodes: {
                    total: number;
                    ready: number;
                    down: number;
                    drained: number;
                    paused: number;
                    managers: number;
                    leader: string | null;
                };
                services: {
                    total: number;
                    running: number;
                    degraded: number;
                    updating: number;
                    update_paused: number;
                };
                tasks: {
                    wanted: number;
                    running: number;
                    starting: number;
                    failed: number;
                };
                quorums: components["schemas"]["Quorum"][];
                attention: components["schemas"]["Attention"][];
            } | null;
        };
        SwarmNodes: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            items: components["schemas"]["SwarmNode"][];
            next_cursor: string | null;
        };
        SwarmNode: {
            id: string;
            hostname: string;
            /** @enum {string} */
            role: "manager" | "worker";
            /** @enum {string} */
            availability: "active" | "pause" | "drain";
            state: string;
            status_message: string | null;
            address: string | null;
            leader: boolean;
            reachability: string | null;
            engine_version: string | null;
            cpus: number;
            memory_bytes: number;
            reserved_cpus: number;
            reserved_memory_bytes: number;
            tasks_running: number;
            labels: {
                [key: string]: string;
            };
            quorum_groups: string[];
            version_index: number;
        };
        SwarmServices: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            items: components["schemas"]["SwarmService"][];
            next_cursor: string | null;
        };
        SwarmService: {
            id: string;
            name: string;
            stack: string | null;
            image: string;
            image_digest: string | null;
            /** @enum {string} */
            mode: "replicated" | "global" | "replicated-job" | "global-job";
            replicas_desired: number;
            replicas_running: number;
            update_state: string | null;
            update_message: string | null;
            created_at: components["schemas"]["TimeOrNull"];
            updated_at: components["schemas"]["TimeOrNull"];
            version_index: number;
            quorum_group: string | null;
            can_rollback: boolean;
            ports: components["schemas"]["SwarmPort"][];
            nodes: string[];
            /** @description Failed tasks that the swarm still remembers. */
            failures: number;
            last_error: string | null;
        };
        SwarmPort: {
            published: number;
            target: number;
            protocol: string;
            mode: string;
        };
        SwarmServiceView: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                service: components["schemas"]["SwarmService"];
                tasks: components["schemas"]["SwarmTask"][];
                tasks_total: number;
                spec: components["schemas"]["SwarmSpec"];
                previous_image: string | null;
                quorum: components["schemas"]["Quorum"] | null;
            } | null;
        };
        SwarmTask: {
            id: string;
            slot: number | null;
            node_id: string | null;
            hostname: string | null;
            state: string;
            desired_state: string;
            message: string | null;
            error: string | null;
            image: string | null;
            exit_code: number | null;
            container_id: string | null;
            created_at: components["schemas"]["TimeOrNull"];
            updated_at: components["schemas"]["TimeOrNull"];
        };
        SwarmResources: {
            cpus: number | null;
            memory_bytes: number | null;
        };
        SwarmUpdatePolicy: {
            parallelism: number;
            delay_seconds: number;
            monitor_seconds: number;
            order: string;
            failure_action: string;
            max_failure_ratio: number;
        };
        SwarmSpec: {
            env_names: string[];
            constraints: string[];
            secrets: string[];
            configs: string[];
            networks: string[];
            labels: {
                [key: string]: string;
            };
            limits: components["schemas"]["SwarmResources"];
            reservations: components["schemas"]["SwarmResources"];
            update_policy: components["schemas"]["SwarmUpdatePolicy"] | null;
            rollback_policy: components["schemas"]["SwarmUpdatePolicy"] | null;
            restart_condition: string | null;
            healthcheck: boolean;
            read_only: boolean;
            stop_grace_seconds: number | null;
        };
        SwarmNetworks: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            items: components["schemas"]["SwarmNetwork"][];
            next_cursor: string | null;
        };
        SwarmNetwork: {
            id: string;
            name: string;
            driver: string;
            scope: string;
            attachable: boolean;
            internal: boolean;
            ingress: boolean;
            encrypted: boolean;
            subnets: string[];
            used_by: string[];
        };
        SwarmNames: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            items: components["schemas"]["SwarmName"][];
            next_cursor: string | null;
        };
        SwarmName: {
            id: string;
            name: string;
            /** @description What follows the last _ or - or . of the name, where it is a version. */
            version: string | null;
            created_at: components["schemas"]["TimeOrNull"];
            updated_at: components["schemas"]["TimeOrNull"];
            used_by: string[];
        };
        SwarmDrift: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                stack: string;
                file: string;
                in_step: boolean;
                services: components["schemas"]["SwarmDriftService"][];
            } | null;
        };
        SwarmDriftService: {
            name: string;
            /** @enum {string} */
            state: "in_step" | "drifted" | "missing" | "extra";
            differences: components["schemas"]["SwarmDifference"][];
        };
        SwarmDifference: {
            field: string;
            file: string | null;
            running: string | null;
        };
        SwarmAction: {
            id: string;
            name: string;
            /** @enum {string} */
            action: "update" | "rollback" | "scale" | "availability";
            warnings: string[];
        };
        Replication: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                /** @enum {string} */
                source: "patroni" | "postgresql";
                scope: string | null;
                leader: string | null;
                paused: boolean | null;
                synchronous_mode: boolean | null;
                timeline: number | null;
                members: components["schemas"]["ReplicationMember"][];
                slots: components["schemas"]["ReplicationSlot"][];
                archiver: components["schemas"]["Archiver"] | null;
                history: components["schemas"]["ReplicationHistory"][];
                promotion: {
                    candidate: string | null;
                    lost_bytes: number | null;
                    why: string;
                };
                attention: components["schemas"]["Attention"][];
            } | null;
        };
        ReplicationMember: {
            name: string;
            host: string | null;
            port: number | null;
            /** @description In Patroni's words: leader, sync_standby, replica, standby_leader. */
            role: string;
            /** @description In Patroni's words: running, streaming, stopped … */
            state: string;
            timeline: number | null;
            lag_bytes: number | null;
            lag_seconds: number | null;
            synchronous: boolean;
            pending_restart: boolean;
            reachable: boolean;
            server_version: string | null;
            received_lsn: string | null;
            replayed_lsn: string | null;
            tags: {
                [key: string]: string;
            };
        };
        ReplicationSlot: {
            name: string;
            /** @enum {string} */
            kind: "physical" | "logical";
            active: boolean;
            database: string | null;
            retained_bytes: number | null;
            wal_status: string | null;
        };
        Archiver: {
            enabled: boolean;
            archived: number;
            failed: number;
            last_archived_wal: string | null;
            last_archived_at: components["schemas"]["TimeOrNull"];
            last_failed_wal: string | null;
            last_failed_at: components["schemas"]["TimeOrNull"];
        };
        ReplicationHistory: {
            timeline: number;
            lsn: string;
            reason: string;
            at: string | null;
            leader: string | null;
        };
        ReplicationAction: {
            message: string;
        };
        Redis: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                primary: components["schemas"]["RedisServer"] | null;
                replicas: components["schemas"]["RedisServer"][];
                sentinels: components["schemas"]["Sentinel"][];
                quorum: {
                    needed: number;
                    agreeing: number;
                    sentinels: number;
                    can_fail_over: boolean;
                } | null;
                slow_log: components["schemas"]["RedisSlow"][];
                attention: components["schemas"]["Attention"][];
            } | null;
        };
        RedisServer: {
            address: string;
            role: string | null;
            reachable: boolean;
            version: string | null;
            uptime_seconds: number | null;
            offset: number | null;
            lag_bytes: number | null;
            link: string | null;
            clients: number | null;
            operations_per_second: number | null;
            memory_used_bytes: number | null;
            memory_peak_bytes: number | null;
            memory_max_bytes: number | null;
            evicted_keys: number | null;
            last_save_at: components["schemas"]["TimeOrNull"];
            last_save_ok: boolean | null;
            append_only: boolean | null;
            loading: boolean | null;
        };
        Sentinel: {
            address: string;
            reachable: boolean;
            primary: string | null;
            quorum: number | null;
            others: number | null;
            replicas: number | null;
            flags: string | null;
            agrees: boolean;
        };
        RedisSlow: {
            at: components["schemas"]["TimeOrNull"];
            microseconds: number;
            /** @description The command's name; never its arguments. */
            command: string;
            arguments: number;
            client: string | null;
        };
        RedisAction: {
            message: string;
            from: string;
            to: string | null;
        };
        Topology: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                nodes: components["schemas"]["TopologyNode"][];
                disagreements: components["schemas"]["Disagreement"][];
            } | null;
        };
        TopologyNode: {
            hostname: string;
            role: string;
            state: string;
            availability: string;
            tasks: components["schemas"]["TopologyTask"][];
        };
        TopologyTask: {
            id: string;
            service: string;
            state: string;
            group: string | null;
            /** @description What Patroni or Sentinel says it is. */
            role: string | null;
            lag_bytes: number | null;
            address: string | null;
        };
        Disagreement: {
            about: string;
            sentence: string;
            /** @enum {string} */
            severity: "info" | "warning" | "critical";
            views: {
                who: string;
                says: string;
            }[];
        };
        MetricsQuery: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                name: string;
                title: string;
                unit: string;
                step_seconds: number;
                series: components["schemas"]["MetricsSeries"][];
            } | null;
        };
        MetricsSeries: {
            labels: {
                [key: string]: string;
            };
            /** @description [unix time in seconds, value or null] */
            points: (number | null)[][];
        };
        Alerts: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            items: components["schemas"]["Alert"][];
            next_cursor: string | null;
        };
        Alert: {
            fingerprint: string;
            name: string;
            severity: string | null;
            /** @enum {string} */
            state: "active" | "suppressed" | "unprocessed";
            summary: string;
            description: string | null;
            runbook: string | null;
            safe_action: string | null;
            starts_at: components["schemas"]["TimeOrNull"];
            updated_at: components["schemas"]["TimeOrNull"];
            labels: {
                [key: string]: string;
            };
            silenced_by: string[];
        };
        AlertHistory: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            items: components["schemas"]["AlertStretch"][];
            next_cursor: string | null;
        };
        AlertStretch: {
            name: string;
            severity: string | null;
            from: components["schemas"]["Time"];
            until: components["schemas"]["TimeOrNull"];
            labels: {
                [key: string]: string;
            };
        };
        Silences: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            items: components["schemas"]["Silence"][];
            next_cursor: string | null;
        };
        Silence: {
            id: string;
            state: string;
            starts_at: components["schemas"]["TimeOrNull"];
            ends_at: components["schemas"]["TimeOrNull"];
            created_by: string;
            comment: string;
            matchers: string[];
        };
        Logs: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            items: components["schemas"]["LogLine"][];
            next_cursor: string | null;
        };
        LogLine: {
            at: components["schemas"]["TimeOrNull"];
            service: string | null;
            node: string | null;
            task: string | null;
            /** @enum {string} */
            stream: "stdout" | "stderr";
            level: string | null;
            request_id: string | null;
            event: string | null;
            text: string;
        };
        Trail: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                request_id: string;
                lines: components["schemas"]["LogLine"][];
                audit: components["schemas"]["TrailEvent"][];
            } | null;
        };
        TrailEvent: {
            id: number;
            at: components["schemas"]["Time"];
            actor: string;
            action: string;
            target: string | null;
            outcome: string;
            status: number | null;
            duration_ms: number | null;
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
        SwarmId: string;
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
    swarmOverview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmOverview"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    swarmNodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmNodes"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    swarmServices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmServices"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    swarmService: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["SwarmId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmServiceView"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    swarmNetworks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmNetworks"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    swarmSecrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmNames"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    swarmConfigs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmNames"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    swarmDrift: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmDrift"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    swarmServiceUpdate: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                id: components["parameters"]["SwarmId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    image: string;
                };
            };
        };
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmAction"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    swarmServiceRollback: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                id: components["parameters"]["SwarmId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmAction"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    swarmServiceScale: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                id: components["parameters"]["SwarmId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    replicas: number;
                };
            };
        };
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmAction"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    swarmNodeAvailability: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                id: components["parameters"]["SwarmId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    availability: "active" | "pause" | "drain";
                };
            };
        };
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmAction"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    replication: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replication"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    replicationSwitchover: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    leader: string;
                    candidate: string;
                };
            };
        };
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationAction"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    replicationReinitialize: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    member: string;
                };
            };
        };
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationAction"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    replicationPause: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationAction"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    replicationResume: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationAction"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    redis: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Redis"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    redisFailover: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, as far as the upstream takes it at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RedisAction"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    topology: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Topology"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    metricsQuery: {
        parameters: {
            query: {
                name: "requests" | "request_seconds_p50" | "request_seconds_p99" | "pool_use" | "audit_events" | "database_connections" | "database_transactions" | "database_bytes" | "replication_lag_bytes" | "redis_memory_bytes" | "redis_operations" | "node_cpu" | "node_memory" | "node_disk" | "edge_connections";
                range?: "15m" | "1h" | "6h" | "24h" | "7d";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsQuery"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    alerts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alerts"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    alertsHistory: {
        parameters: {
            query?: {
                range?: "15m" | "1h" | "6h" | "24h" | "7d";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertHistory"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    silences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silences"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    silenceAlert: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    alert: string;
                    instance?: string;
                    minutes: number;
                    comment: string;
                };
            };
        };
        responses: {
            /** @description It is silent from now on. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    unsilenceAlert: {
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
            /** @description It is over. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Problem"];
        };
    };
    logs: {
        parameters: {
            query?: {
                service?: string;
                node?: string;
                /** @description this level and above */
                level?: "debug" | "info" | "warn" | "error";
                request_id?: string;
                /** @description UTC, 2026-11-25T22:00:00Z */
                since?: string;
                until?: string;
                /** @description part of the line, whatever the case */
                text?: string;
                limit?: components["parameters"]["Limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Logs"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    logsDownload: {
        parameters: {
            query?: {
                service?: string;
                node?: string;
                /** @description this level and above */
                level?: "debug" | "info" | "warn" | "error";
                request_id?: string;
                /** @description UTC, 2026-11-25T22:00:00Z */
                since?: string;
                until?: string;
                /** @description part of the line, whatever the case */
                text?: string;
                limit?: components["parameters"]["Limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One LogLine a line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["LogLine"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    logsTail: {
        parameters: {
            query: {
                service: string;
                /** @description this level and above */
                level?: "debug" | "info" | "warn" | "error";
                /** @description part of the line, whatever the case */
                text?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One LogLine a line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["LogLine"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    trail: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                request_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` says what could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trail"];
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
  "quorum",
  "not_configured",
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
  "upstream_unavailable",
  "upstream_garbage",
  "upstream_refused",
  "limit",
  "internal",
  "worker_unavailable"
] as const satisfies readonly components['schemas']['ErrorCode'][]

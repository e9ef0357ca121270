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
    "/database/performance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a database spends its time and its space: counted statements, unused and missing indexes, bloat, cache hits. */
        get: operations["databasePerformance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/maintenance/advice": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is worth doing to the tables of a database, why, and what it would lock. */
        get: operations["maintenanceAdvice"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/maintenance/{operation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a job that works on tables one after the other (two-step for `vacuum-full`, and for `reindex` with `concurrently` false).
         * @description The job's result: `{"operation","done","not_done","bytes","tables":[{"schema","table","state","detail","warnings","seconds","bytes_before","bytes_after"}],"truncated"}`
         *     with the states `done`, `partly` (see the warnings), `locked` (the lock could not be had in time), `dropped`, `renamed` (left alone), `refused`,
         *     `skipped` and `failed`. The job fails when nothing could be done. A partitioned table stands for its partitions.
         */
        post: operations["maintain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/pitr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Point-in-time recovery: base backups, the recovery window, the WAL archive, and the clusters restored for inspection. */
        get: operations["pitr"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/pitr/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a base backup now. */
        post: operations["pitrBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/pitr/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore all databases as they were at a moment, into a cluster of its own beside the running one.
         * @description The job `pitr_restore` has the result `{instance_id, target_time, last_commit, host, port, backup_id}`. The cluster is read-only, on loopback of its runner, and goes away by itself.
         */
        post: operations["pitrRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/pitr/instances/{id}/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop a restored cluster and remove its files (two-step). */
        post: operations["pitrRemove"];
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
    "/database/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a backup into a new database beside the managed one, and swap it in (two-step).
         * @description The backup is restored by a role without power into a new database, which is compared with the one in use. With `swap` the two then exchange their names in one transaction; sessions are cut just before. The database that was in use is kept, closed, and `undo` puts it back. The result of the job is {restore, new_database, kept_database, swapped, comparison, kept_until}. If anything fails, the database in use stays as it was.
         */
        post: operations["startRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/restore/{job_id}/swap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Swap in what was restored beside (two-step). */
        post: operations["swapRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/restore/{job_id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put back the database that was in use before (two-step).
         * @description The names are exchanged again. What was written since the restore is in the database that is put aside, under its first name.
         */
        post: operations["undoRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/restore/{job_id}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Drop the database that is kept or beside (two-step). */
        post: operations["discardRestore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/restore/{job_id}/keep": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change when what is kept or beside is dropped. */
        put: operations["keepRestore"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/restores": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Restores, newest first, with what each has left on the server. */
        get: operations["listRestores"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/restores/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One restore with its comparison. */
        get: operations["getRestore"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/backups/{id}/drill": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a backup into a database that is counted and dropped again.
         * @description The result of the job is {backup_id, ok, tables, rows, restore_ms, count_ms, differences}; the job fails when a table is missing.
         */
        post: operations["drillBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Jobs, newest first. */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One job. */
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/jobs/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask a job to end.
         * @description A queued job ends at once. A running one is `cancelled` when its programs and its sessions on the server have ended; what it had finished before it heard of it stays finished.
         */
        post: operations["cancelJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a verified backup of one database. */
        post: operations["createBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Backups, newest first. */
        get: operations["listBackups"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/backups/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upload an archive that was made elsewhere.
         * @description The body is an archive in pg_dump's custom format, as it is, with a Content-Length. It is relayed to a runner while it comes; what is no such archive is refused at its first bytes (`archive`), what is too large before a byte (`too_large`). The job looks into it in a confined process, reads all of it, and stores it as a backup of origin `upload`: it can be restored, and is never taken for a backup of the database.
         */
        post: operations["uploadBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/backups/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is every managed database backed up? What counts is the age of the last verified backup that was made here. */
        get: operations["backupSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/backups/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One backup, with its signed manifest. */
        get: operations["getBackup"];
        put?: never;
        post?: never;
        /** Delete a backup (two-step). The last verified one of a database and pinned ones stay. */
        delete: operations["deleteBackup"];
        options?: never;
        head?: never;
        /** Change the note, or pin it so that nothing deletes it. */
        patch: operations["changeBackup"];
        trace?: never;
    };
    "/database/backups/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The archive's bytes, for pg_restore; an encrypted one as it lies.
         * @description Sent by the web server, with `Range`. An archive that is encrypted at rest is sent encrypted: `guardianctl backup decrypt` turns it into one that pg_restore reads. One in the directory format is a tar file of that directory: unpack it first.
         */
        get: operations["downloadBackup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All schedules. */
        get: operations["listSchedules"];
        put?: never;
        /** Make a schedule. */
        post: operations["createSchedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One schedule. */
        get: operations["getSchedule"];
        /** Replace a schedule; what is left out gets its preset. */
        put: operations["changeSchedule"];
        post?: never;
        /** Delete a schedule (two-step). Its backups stay. */
        delete: operations["deleteSchedule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/database/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What retention keeps and would delete now, and why; the runners do exactly this. */
        get: operations["previewRetention"];
        put?: never;
        post?: never;
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
    "/drills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Which drills there are here, what each breaks, and whether it may run now. */
        get: operations["drills"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/drills/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Break it on purpose: a canary writes meanwhile, and what happened is kept.
         * @description The challenge states the effect in numbers and is bound to the members' roles. Refused with `quorum` where nobody could be
         *     spared, with `conflict` where another check of the preflight fails or another drill is under way. The id of the job is that of
         *     the run. The job looks again before it breaks anything; one that is taken over by another runner breaks nothing any more.
         */
        post: operations["runDrill"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/drills/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs, newest first. */
        get: operations["drillRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/drills/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One run with its preflight, timeline, writes over time and report; while it runs, what is known so far. */
        get: operations["drillRun"];
        put?: never;
        post?: never;
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
    "/metrics/dashboard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All named queries of a group at once, on one grid of moments: what a page of charts needs.
         * @description Either `range`, which ends now, or `from` and `to`. The moments are multiples of `step_seconds`, the last lies within the stretch; a chart has at most 24 series, `series_total` says of how many.
         */
        get: operations["metricsDashboard"];
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
        /** @enum {string} */
        JobState: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        JobStarted: {
            /** Format: uuid */
            job_id: string;
        };
        Job: {
            /** Format: uuid */
            id: string;
            kind: string;
            state: components["schemas"]["JobState"];
            progress: {
                percent: number | null;
                done: number | null;
                total: number | null;
                unit: string | null;
                phase: string;
            };
            /** @description By kind. */
            result: Record<string, never> | null;
            error: {
                /** @description As of a problem, or runner_lost: who did it died or was stopped. */
                code: string;
                detail: string;
            } | null;
            /** @description The end of what it said. */
            log_tail: string;
            database: string | null;
            parameters: Record<string, never>;
            created_by: string;
            created_at: components["schemas"]["Time"];
            started_at: components["schemas"]["Time"] | null;
            finished_at: components["schemas"]["Time"] | null;
            runner: string | null;
            attempt: number;
            cancel_requested: boolean;
            /** @description An estimate from how far it is, or from how long such jobs took lately. */
            eta_seconds: number | null;
            request_id: string;
        };
        /**
         * @description pg_dump's. directory: dumped by several sessions at a time, and kept as a tar file of that directory.
         * @default custom
         * @enum {string}
         */
        BackupFormat: "custom" | "directory";
        /** @description The last restore drill; null when there was none. */
        Drill: {
            /** Format: uuid */
            job_id: string;
            at: components["schemas"]["Time"];
            ok: boolean;
        } | null;
        Backup: {
            /** Format: uuid */
            id: string;
            database: string;
            /** @enum {string} */
            format: "custom" | "directory";
            /**
             * @description damaged, missing: no whole copy is left.
             * @enum {string}
             */
            state: "verified" | "damaged" | "missing";
            created_at: components["schemas"]["Time"];
            finished_at: components["schemas"]["Time"];
            /** @description Of the file as it lies. */
            size_bytes: number;
            /** @description Of the file as it lies. */
            sha256: string;
            server_version: string;
            /** @description null: it was not made here. */
            database_bytes: number | null;
            tables: number;
            /** @description null: it was not made here. */
            row_estimate: number | null;
            wal_lsn: string | null;
            duration_ms: number;
            note: string | null;
            pinned: boolean;
            encrypted: boolean;
            /**
             * @description upload: it was made elsewhere.
             * @enum {string}
             */
            origin: "manual" | "schedule" | "upload" | "before_restore";
            created_by: string;
            job_id: string | null;
            verified_at: components["schemas"]["Time"];
            copies: {
                runner: string;
                verified_at: components["schemas"]["Time"];
            }[];
            /** @description It lies on one runner alone. */
            single_copy: boolean;
            last_drill: components["schemas"]["Drill"];
            /** @description When and why retention will delete it; null when it never does. */
            expires: {
                at: components["schemas"]["Time"] | null;
                reason: string;
            } | null;
        };
        BackupDetail: {
            /** Format: uuid */
            id: string;
            database: string;
            /** @enum {string} */
            format: "custom" | "directory";
            /**
             * @description damaged, missing: no whole copy is left.
             * @enum {string}
             */
            state: "verified" | "damaged" | "missing";
            created_at: components["schemas"]["Time"];
            finished_at: components["schemas"]["Time"];
            /** @description Of the file as it lies. */
            size_bytes: number;
            /** @description Of the file as it lies. */
            sha256: string;
            server_version: string;
            /** @description null: it was not made here. */
            database_bytes: number | null;
            tables: number;
            /** @description null: it was not made here. */
            row_estimate: number | null;
            wal_lsn: string | null;
            duration_ms: number;
            note: string | null;
            pinned: boolean;
            encrypted: boolean;
            /**
             * @description upload: it was made elsewhere.
             * @enum {string}
             */
            origin: "manual" | "schedule" | "upload" | "before_restore";
            created_by: string;
            job_id: string | null;
            verified_at: components["schemas"]["Time"];
            copies: {
                runner: string;
                verified_at: components["schemas"]["Time"];
            }[];
            /** @description It lies on one runner alone. */
            single_copy: boolean;
            last_drill: components["schemas"]["Drill"];
            /** @description When and why retention will delete it; null when it never does. */
            expires: {
                at: components["schemas"]["Time"] | null;
                reason: string;
            } | null;
            /** @description What was signed: the same numbers, and every table with its size and row estimate; of an upload its tables and what else is in it. */
            manifest: Record<string, never>;
        };
        /** @description What is kept of what the schedule made: each number keeps, what none keeps is deleted. daily, weekly, monthly and yearly keep the newest of each of the last so many days, weeks (from Monday), months and years that have one, in the schedule's time zone. Pinned backups and the last verified one stay always. */
        RetentionRule: {
            keep_last?: number | null;
            keep_days?: number | null;
            daily?: number | null;
            weekly?: number | null;
            monthly?: number | null;
            yearly?: number | null;
        };
        ScheduleWish: {
            database: string;
            /**
             * @default backup
             * @enum {string}
             */
            kind?: "backup" | "restore_drill";
            /** @description Minute, hour, day of the month, month, day of the week: lists, ranges, steps, names. Certain hours mean the wall clock: where clocks are turned, a time that does not exist runs at the end of the gap, a time that comes twice runs the first time. Every hour ("*") means real time. */
            cron: string;
            /** @default UTC */
            time_zone?: string;
            format?: components["schemas"]["BackupFormat"];
            /** @default true */
            enabled?: boolean;
            retention?: components["schemas"]["RetentionRule"];
            note?: string;
        };
        Schedule: {
            /** Format: uuid */
            id: string;
            database: string;
            /** @enum {string} */
            kind: "backup" | "restore_drill";
            cron: string;
            time_zone: string;
            enabled: boolean;
            /**
             * @description null: it makes no backups.
             * @enum {string|null}
             */
            format: "custom" | "directory" | null;
            retention: components["schemas"]["RetentionRule"] | null;
            next_runs: components["schemas"]["Time"][];
            last_job_id: string | null;
            last_state: components["schemas"]["JobState"] | null;
            note: string | null;
            created_by: string;
            updated_at: components["schemas"]["Time"];
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
        ErrorCode: "bad_request" | "bad_json" | "bad_field" | "bad_cursor" | "unauthenticated" | "token_invalid" | "token_expired" | "token_revoked" | "credentials" | "refresh_invalid" | "refresh_reused" | "forbidden" | "sql_permission" | "not_found" | "method_not_allowed" | "not_acceptable" | "conflict" | "quorum" | "not_configured" | "confirmation_stale" | "confirmation_invalid" | "confirmation_required" | "too_large" | "media_type" | "archive" | "sql_syntax" | "sql_read_only" | "sql_error" | "throttled" | "client_gone" | "cancelled" | "deadline" | "db_unavailable" | "cache_unavailable" | "audit_unavailable" | "busy" | "upstream_unavailable" | "upstream_garbage" | "upstream_refused" | "limit" | "internal" | "worker_unavailable";
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
        CacheHit: {
            hit: number;
            read: number;
            ratio: number | null;
        };
        /** @description An estimate from the planner's statistics, as true as the last ANALYZE. */
        Bloat: {
            schema: string;
            table: string;
            /** @description null: the table itself */
            index: string | null;
            size_bytes: number;
            /** @description What a rewrite would free */
            waste_bytes: number;
            percent: number;
            /** @description false: statistics are missing, or the index is partial */
            reliable: boolean;
        };
        CountedStatement: {
            query_id: string | null;
            /** @description null: the role is gone */
            user: string | null;
            /** @description false: run inside a function */
            top_level: boolean;
            /** @description Normalised; string constants are hidden */
            query: string | null;
            calls: number;
            rows: number;
            total_ms: number;
            mean_ms: number;
            min_ms: number | null;
            max_ms: number | null;
            stddev_ms: number;
            plan_ms: number | null;
            /** @description Of the time of all statements in this database */
            percent: number | null;
            blocks_hit: number;
            blocks_read: number;
            blocks_dirtied: number;
            blocks_written: number;
            temp_blocks_read: number;
            temp_blocks_written: number;
            /** @description 0 unless track_io_timing is on */
            read_ms: number | null;
            write_ms: number | null;
            wal_bytes: number | null;
        };
        /** @enum {string} */
        MaintenanceOperation: "vacuum" | "vacuum-full" | "analyze" | "reindex" | "checkpoint";
        /** @description Which there are depends on the operation. */
        MaintenanceOptions: {
            /** @description vacuum, vacuum-full */
            freeze?: boolean;
            /** @description vacuum, vacuum-full: ANALYZE as well */
            analyze?: boolean;
            /** @description vacuum: give empty pages at the end back to the disk (ACCESS EXCLUSIVE for a moment) */
            truncate?: boolean;
            /**
             * @description vacuum
             * @enum {string}
             */
            index_cleanup?: "auto" | "on" | "off";
            /** @description vacuum: workers for the indexes */
            parallel?: number;
            /** @description vacuum, analyze */
            skip_locked?: boolean;
            /** @description reindex; true when absent */
            concurrently?: boolean;
            /** @description All but checkpoint: how long to wait for a table's lock; 5000 when absent */
            lock_timeout_ms?: number;
        } & {
            [key: string]: unknown;
        };
        Advice: {
            /** @enum {string} */
            kind: "wraparound" | "dead_rows" | "bloat" | "invalid_index" | "unused_index" | "never_analyzed" | "autovacuum_off";
            /** @enum {string} */
            severity: "info" | "warning" | "critical";
            /** @description null: the whole server */
            schema: string | null;
            table: string | null;
            index: string | null;
            /** @description What it rests on */
            numbers: {
                [key: string]: number | string | boolean | null;
            };
            /** @description What to send to /database/maintenance/{operation}; null: not the console's to do, see `statement` */
            action: null | {
                operation: components["schemas"]["MaintenanceOperation"];
                tables: string[];
                options: {
                    [key: string]: unknown;
                };
            };
            /** @description SQL for somebody with the right to it, where there is no action */
            statement: string | null;
            locks: string;
            detail: string;
        };
        Pitr: {
            /** @description A runner has a Barman beside it */
            configured: boolean;
            /** @description What is wrong, or why nothing is here; null: all is well */
            reason: string | null;
            server: null | {
                /** @description In Barman's configuration */
                name: string;
                runner: string;
                seen_at: components["schemas"]["Time"];
                seen_seconds_ago: number;
                ok: boolean;
                /** @description Barman's own checks that failed */
                problems: {
                    check: string;
                    hint: string;
                }[];
            };
            /** @description Base backups, the newest first */
            backups: {
                id: string;
                /** @description Barman's: DONE, FAILED, STARTED… */
                status: string;
                usable: boolean;
                ended_at: components["schemas"]["Time"] | null;
                size_bytes: number | null;
                /** @description Archived since */
                wal_bytes: number | null;
            }[];
            /** @description Any moment in it can be restored */
            window: {
                from: components["schemas"]["Time"] | null;
                to: components["schemas"]["Time"] | null;
            };
            wal: {
                /** @description Name of the last whole segment in the archive */
                last_archived: string | null;
                last_archived_at: components["schemas"]["Time"] | null;
                /** @description WAL comes in as it is written */
                receiving: boolean;
                lag_bytes: number | null;
                lag_seconds: number | null;
            };
            /** @description Clusters restored for inspection, the newest first */
            instances: {
                /** @description Of the job that made it */
                id: string;
                target_time: components["schemas"]["Time"];
                /** @enum {string} */
                state: "starting" | "ready" | "stopped" | "removing";
                runner: string;
                backup_id: string;
                /** @description On the runner's machine */
                host: string;
                port: number;
                /** @description A command for that machine; logins and passwords are those of then */
                connect: string;
                created_by: string;
                created_at: components["schemas"]["Time"];
                expires_at: components["schemas"]["Time"];
            }[];
        };
        Performance: {
            statements: {
                available: boolean;
                /** @description Of the extension pg_stat_statements */
                version: string | null;
                /** @description Why it is not available */
                reason: string | null;
                /** @description What to do about it */
                hint: string | null;
                since: components["schemas"]["Time"] | null;
                items: components["schemas"]["CountedStatement"][];
            };
            bloat: components["schemas"]["Bloat"][];
            /** @description The last reset of this database's statistics; null: never */
            since: components["schemas"]["Time"] | null;
            /** @description Never scanned since then on this server (a standby counts for itself), neither unique nor a constraint's. */
            unused_indexes: {
                schema: string;
                table: string;
                index: string;
                /** @description At the last VACUUM or ANALYZE */
                size_bytes: number;
                /** @description null: the table is locked at the moment */
                definition: string | null;
            }[];
            /** @description Tables that are mostly read from end to end, many rows at a time. */
            missing_indexes: {
                schema: string;
                table: string;
                size_bytes: number;
                row_estimate: number;
                seq_scans: number;
                index_scans: number;
                rows_per_scan: number;
                /** @description Known from PostgreSQL 16 on */
                last_seq_scan: components["schemas"]["Time"] | null;
            }[];
            cache_hit: {
                tables: components["schemas"]["CacheHit"];
                indexes: components["schemas"]["CacheHit"];
                /** @description The tables that were read most from outside the cache, in blocks. */
                items: {
                    schema: string;
                    table: string;
                    table_hit: number;
                    table_read: number;
                    table_ratio: number | null;
                    index_hit: number;
                    index_read: number;
                    index_ratio: number | null;
                }[];
            };
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
        Restore: {
            /** Format: uuid */
            job_id: string;
            /** Format: uuid */
            backup_id: string;
            database: string;
            drill: boolean;
            /** @description its name while it is beside; null: nothing was made, or it is gone */
            new_database: string | null;
            /** @description what was in use before, while it is kept */
            kept_database: string | null;
            /** @enum {string} */
            state: "running" | "beside" | "swapped" | "undone" | "discarded" | "failed";
            at: components["schemas"]["Time"];
            swapped_at: components["schemas"]["Time"] | null;
            /** @description then what is kept or beside is dropped by a job */
            kept_until: components["schemas"]["Time"] | null;
            kept_bytes: number | null;
            can_swap: boolean;
            can_undo: boolean;
            created_by: string;
        };
        RestoreDetail: {
            /** Format: uuid */
            job_id: string;
            /** Format: uuid */
            backup_id: string;
            database: string;
            drill: boolean;
            /** @description its name while it is beside; null: nothing was made, or it is gone */
            new_database: string | null;
            /** @description what was in use before, while it is kept */
            kept_database: string | null;
            /** @enum {string} */
            state: "running" | "beside" | "swapped" | "undone" | "discarded" | "failed";
            at: components["schemas"]["Time"];
            swapped_at: components["schemas"]["Time"] | null;
            /** @description then what is kept or beside is dropped by a job */
            kept_until: components["schemas"]["Time"] | null;
            kept_bytes: number | null;
            can_swap: boolean;
            can_undo: boolean;
            created_by: string;
            comparison: components["schemas"]["Comparison"] | null;
        };
        /** @description The database in use and the restored one at the time of the restore. Tables and extensions are listed whole, the others only where they differ; a list ends after 500 entries. */
        Comparison: {
            /** @description nothing differs, as far as it was counted */
            equal: boolean;
            truncated: boolean;
            totals: components["schemas"]["ComparisonCounts"];
            differences: components["schemas"]["ComparisonCounts"];
            tables: {
                name: string;
                /** @description null: no such table, or nothing is known of it */
                production_rows: number | null;
                /** @description counted; else the planner's estimate */
                production_exact: boolean;
                restored_rows: number | null;
                restored_exact: boolean;
                /** @description restored less production */
                difference: number | null;
            }[];
            sequences: components["schemas"]["ComparisonEntries"];
            extensions: components["schemas"]["ComparisonEntries"];
            owners: components["schemas"]["ComparisonEntries"];
            grants: components["schemas"]["ComparisonEntries"];
        };
        ComparisonCounts: {
            tables: number;
            sequences: number;
            extensions: number;
            owners: number;
            grants: number;
        };
        ComparisonEntries: {
            name: string;
            production: string | null;
            restored: string | null;
        }[];
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
        DrillCheck: {
            /** @enum {string} */
            name: "answers" | "leader" | "not_paused" | "spare" | "members" | "candidate" | "work" | "sentinels" | "no_failover" | "quorums" | "alone" | "jobs";
            ok: boolean;
            detail: string;
        };
        DrillPlan: {
            /** @description Who takes writes now. */
            from: string | null;
            /** @description Who would after it; for Redis who is likely to. */
            to: string | null;
            members: number;
            lag_bytes: number;
            sessions_cut: number;
            transactions_cut?: number;
            synchronous?: boolean;
        };
        FailoverDrill: {
            /** @enum {string} */
            name: "switchover" | "primary-restart" | "redis-failover";
            title: string;
            breaks: string;
            undo: string;
            /** @description Writes are acknowledged again within. */
            promise_seconds: number;
            /** @description The longest of the last five that were measured. */
            expected_seconds: number | null;
            last_recovery_seconds: number | null;
            ready: boolean;
            checks: components["schemas"]["DrillCheck"][];
            plan: components["schemas"]["DrillPlan"] | null;
            last: null | {
                /** Format: uuid */
                run_id: string;
                /** Format: date-time */
                at: string;
                state: string;
                kept: boolean | null;
            };
        };
        DrillReport: {
            promise_seconds: number;
            /** @description The longest time, from the break on, without an acknowledged write that stayed; null, not measured. */
            recovery_seconds: number | null;
            /** @description From the break until another server took writes. */
            takeover_seconds: number | null;
            writes: null | {
                /** @description The server answered their commit. */
                acknowledged: number;
                /** @description No answer, or an error: they may be there or not. */
                failed: number;
                /** @description Acknowledged, and not there afterwards; null, it could not be asked. */
                lost: number | null;
                lost_sequences: number[];
            };
            /** @description Member to role. */
            before: {
                [key: string]: string;
            } | null;
            after: {
                [key: string]: string;
            } | null;
            /** @description Everybody is there and well again. */
            healed: boolean;
            /** @description Back within the promise, healed, and no acknowledged write lost (of Redis, where nothing durable lives, it is only counted). */
            kept: boolean | null;
            left_to_do: string | null;
        };
        DrillRunItem: {
            /**
             * Format: uuid
             * @description The job's, too
             */
            id: string;
            drill: string;
            /** @enum {string} */
            state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            phase: string | null;
            error: {
                [key: string]: unknown;
            } | null;
            created_by: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            finished_at: string | null;
            runner: string | null;
            attempt: number;
            cancel_requested: boolean;
            plan: components["schemas"]["DrillPlan"];
            /**
             * Format: date-time
             * @description Null: nothing was broken, yet or at all.
             */
            broke_at: string | null;
            report: components["schemas"]["DrillReport"] | null;
            /** @description What somebody has to look at; null, nothing. */
            left_to_do: string | null;
        };
        DrillRun: {
            /**
             * Format: uuid
             * @description The job's, too
             */
            id: string;
            drill: string;
            /** @enum {string} */
            state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            phase: string | null;
            error: {
                [key: string]: unknown;
            } | null;
            created_by: string;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            started_at: string | null;
            /** Format: date-time */
            finished_at: string | null;
            runner: string | null;
            attempt: number;
            cancel_requested: boolean;
            plan: components["schemas"]["DrillPlan"];
            /**
             * Format: date-time
             * @description Null: nothing was broken, yet or at all.
             */
            broke_at: string | null;
            report: components["schemas"]["DrillReport"] | null;
            /** @description What somebody has to look at; null, nothing. */
            left_to_do: string | null;
            preflight: components["schemas"]["DrillCheck"][];
            timeline: {
                /** Format: date-time */
                at: string;
                what: string;
            }[];
            strip: null | {
                /** Format: date-time */
                from: string;
                bin_ms: number;
                /** @description Of each stretch: writes that were acknowledged and stayed, that failed, that were acknowledged and are gone (known at the end). */
                bins: number[][];
            };
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
        /** @enum {string} */
        MetricsGroup: "console" | "postgresql" | "replication" | "redis" | "nodes" | "backups" | "edge";
        MetricsDashboard: {
            configured: boolean;
            how: components["schemas"]["How"];
            as_of: components["schemas"]["TimeOrNull"];
            stale: components["schemas"]["Stale"];
            missing: components["schemas"]["Missing"][];
            data: {
                group: components["schemas"]["MetricsGroup"];
                from: components["schemas"]["Time"];
                to: components["schemas"]["Time"];
                step_seconds: number;
                charts: components["schemas"]["MetricsChart"][];
            } | null;
        };
        MetricsChart: {
            name: string;
            title: string;
            /** @enum {string} */
            unit: "1/s" | "s" | "ratio" | "bytes" | "bytes/s" | "connections" | "events" | "servers" | "load" | "jobs";
            /** @description false: `missing` says why */
            answered: boolean;
            series_total: number;
            series: {
                labels: {
                    [key: string]: string;
                };
                /** @description one a step from `from` to `to`; null where nothing was measured */
                values: (number | null)[];
            }[];
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
                /** @description what the request created */
                jobs: components["schemas"]["TrailJob"][];
            } | null;
        };
        TrailJob: {
            /** Format: uuid */
            id: string;
            kind: string;
            database: string | null;
            /** @enum {string} */
            state: "queued" | "running" | "succeeded" | "failed" | "cancelled";
            percent: number | null;
            created_by: string;
            created_at: components["schemas"]["Time"];
            finished_at: components["schemas"]["TimeOrNull"];
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
        /** @description A job was made. */
        JobAccepted: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["JobStarted"];
            };
        };
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
        Uuid: string;
        Pid: number;
        /** @description The restore: the job that made it */
        RestoreId: string;
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
    databasePerformance: {
        parameters: {
            query?: {
                /** @description A managed database; the first configured one when absent */
                database?: components["parameters"]["Database"];
                /** @description Of the statements, the highest first */
                sort?: "total_ms" | "mean_ms" | "max_ms" | "calls" | "rows" | "blocks_read" | "temp_blocks" | "wal_bytes";
                /** @description Of each list */
                limit?: number;
                /** @description Smaller unused indexes, smaller tables without one and less bloat are left out */
                min_bytes?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers, counted since `since`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Performance"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    maintenanceAdvice: {
        parameters: {
            query?: {
                /** @description A managed database; the first configured one when absent */
                database?: components["parameters"]["Database"];
                /** @description Less bloat and smaller unused indexes are left out */
                min_bytes?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The most urgent first, at most 500. */
            200: {
                headers: {
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Advice"][];
                        total: number;
                        /** @description Tables that were not looked at, for a session holds them locked against everybody; at most 100 */
                        locked: {
                            schema: string;
                            table: string;
                            /** @description Of the session, see /database/sessions */
                            pid: number;
                        }[];
                        operations: {
                            operation: components["schemas"]["MaintenanceOperation"];
                            /** @description With which of them it locks so */
                            options: {
                                [key: string]: unknown;
                            };
                            /** @description PostgreSQL's name of the lock, and what it means */
                            locks: string;
                            /** @description Reading or writing has to wait: two-step */
                            interrupts: boolean;
                        }[];
                    };
                };
            };
            304: components["responses"]["NotModified"];
            default: components["responses"]["Problem"];
        };
    };
    maintain: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                operation: components["schemas"]["MaintenanceOperation"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    database: string;
                    /** @description As in /database/tables/{table_name}; absent: the whole database */
                    tables?: string[];
                    options?: components["schemas"]["MaintenanceOptions"];
                };
            };
        };
        responses: {
            /** @description The job was made. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStarted"];
                };
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    pitr: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the runner beside Barman saw it last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pitr"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    pitrBackup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job `base_backup` was made; its result has `backup_id`. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStarted"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    pitrRestore: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description RFC 3339 with any zone, within the recovery window */
                    time: string;
                };
            };
        };
        responses: {
            /** @description The job was made. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStarted"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    pitrRemove: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job `pitr_remove` was made. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStarted"];
                };
            };
            428: components["responses"]["Challenge"];
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
    startRestore: {
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
                    backup_id: string;
                    /** @description The managed database that the backup is of. */
                    database: string;
                    /**
                     * @description false: restore beside and compare; nothing in use changes.
                     * @default true
                     */
                    swap?: boolean;
                };
            };
        };
        responses: {
            202: components["responses"]["JobAccepted"];
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    swapRestore: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                /** @description The restore: the job that made it */
                job_id: components["parameters"]["RestoreId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: components["responses"]["JobAccepted"];
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    undoRestore: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                /** @description The restore: the job that made it */
                job_id: components["parameters"]["RestoreId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: components["responses"]["JobAccepted"];
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    discardRestore: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                /** @description The restore: the job that made it */
                job_id: components["parameters"]["RestoreId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: components["responses"]["JobAccepted"];
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    keepRestore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The restore: the job that made it */
                job_id: components["parameters"]["RestoreId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A time in UTC, ahead, as 2026-12-31T23:59:59Z. */
                    kept_until: string;
                };
            };
        };
        responses: {
            /** @description The restore. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoreDetail"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listRestores: {
        parameters: {
            query?: {
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
            /** @description A page of restores. Drills are among them only while their database is there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Restore"][];
                        next_cursor: string | null;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getRestore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The restore: the job that made it */
                job_id: components["parameters"]["RestoreId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The restore. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RestoreDetail"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    drillBackup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: components["responses"]["JobAccepted"];
            default: components["responses"]["Problem"];
        };
    };
    listJobs: {
        parameters: {
            query?: {
                state?: components["schemas"]["JobState"];
                kind?: string;
                database?: string;
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
            /** @description A page of jobs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Job"][];
                        next_cursor: string | null;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It was asked. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createBackup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    database: string;
                    note?: string;
                    format?: components["schemas"]["BackupFormat"];
                };
            };
        };
        responses: {
            /** @description The job that makes it; its result names the `backup_id`. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStarted"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listBackups: {
        parameters: {
            query?: {
                database?: string;
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
            /** @description A page of backups. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Backup"][];
                        next_cursor: string | null;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    uploadBackup: {
        parameters: {
            query: {
                /** @description The managed database that it may be restored for. */
                database: string;
                note?: string;
                /** @description Of the body; another one is refused. */
                sha256?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": unknown;
            };
        };
        responses: {
            /** @description The job that looks into it; its result names the `backup_id`. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobStarted"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    backupSummary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One entry a managed database. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        databases: {
                            database: string;
                            last_verified_at: components["schemas"]["Time"] | null;
                            age_seconds: number | null;
                            limit_seconds: number;
                            /** @enum {string} */
                            state: "ok" | "old" | "none";
                            backups: number;
                            bytes: number;
                            /** @description Backups that lie on one runner alone. */
                            single_copy: number;
                            last_drill: components["schemas"]["Drill"];
                            next_run_at: components["schemas"]["Time"] | null;
                        }[];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getBackup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The backup. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupDetail"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteBackup: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone; the runners remove the files. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    changeBackup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description An empty one takes it away. */
                    note?: string;
                    pinned?: boolean;
                };
            };
        };
        responses: {
            /** @description The backup as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backup"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    downloadBackup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The whole archive. */
            200: {
                headers: {
                    "Content-Disposition"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The part that was asked for. */
            206: {
                headers: {
                    "Content-Range"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    listSchedules: {
        parameters: {
            query?: {
                database?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedules. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Schedule"][];
                        next_cursor: null;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    createSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleWish"];
            };
        };
        responses: {
            /** @description The schedule. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    getSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The schedule. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    changeSchedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleWish"];
            };
        };
        responses: {
            /** @description The schedule as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    deleteSchedule: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    previewRetention: {
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
            /** @description Every backup of the database, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** Format: uuid */
                            backup_id: string;
                            created_at: components["schemas"]["Time"];
                            size_bytes: number;
                            keep: boolean;
                            reason: string;
                        }[];
                    };
                };
            };
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmOverview"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmNodes"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmServices"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmServiceView"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmNetworks"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmNames"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmNames"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SwarmDrift"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replication"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Redis"];
                };
            };
            304: components["responses"]["NotModified"];
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
    drills: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every drill whose means are configured, with a preflight that was made for this answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["FailoverDrill"][];
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    runDrill: {
        parameters: {
            query?: never;
            header?: {
                "X-Confirmation-Token"?: components["parameters"]["ConfirmationToken"];
                /** @description The phrase, URL-encoded UTF-8 */
                "X-Confirmation-Phrase"?: components["parameters"]["ConfirmationPhrase"];
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            202: components["responses"]["JobAccepted"];
            428: components["responses"]["Challenge"];
            default: components["responses"]["Problem"];
        };
    };
    drillRuns: {
        parameters: {
            query?: {
                drill?: string;
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
            /** @description A page of runs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["DrillRunItem"][];
                        next_cursor: string | null;
                    };
                };
            };
            default: components["responses"]["Problem"];
        };
    };
    drillRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["Uuid"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DrillRun"];
                };
            };
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Topology"];
                };
            };
            304: components["responses"]["NotModified"];
            default: components["responses"]["Problem"];
        };
    };
    metricsQuery: {
        parameters: {
            query: {
                name: "requests" | "request_seconds_p50" | "request_seconds_p99" | "pool_use" | "response_bytes" | "audit_events" | "audit_unsealed_seconds" | "database_connections" | "database_transactions" | "database_cache_hits" | "database_longest_transaction" | "database_bytes" | "database_temp_bytes" | "database_deadlocks" | "replication_lag_bytes" | "wal_bytes" | "slot_bytes" | "archive_age_seconds" | "archive_failures" | "redis_memory_bytes" | "redis_operations" | "redis_clients" | "redis_replicas" | "redis_evictions" | "node_cpu" | "node_memory" | "node_disk" | "node_load" | "node_disk_io" | "node_network" | "backup_age_seconds" | "jobs" | "edge_requests" | "edge_connections" | "targets_up";
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsQuery"];
                };
            };
            304: components["responses"]["NotModified"];
            default: components["responses"]["Problem"];
        };
    };
    metricsDashboard: {
        parameters: {
            query: {
                group: components["schemas"]["MetricsGroup"];
                /** @description 1h where nothing else is said */
                range?: "15m" | "1h" | "6h" | "24h" | "7d";
                /** @description UTC, 2026-11-25T22:00:00Z; goes with `to` */
                from?: string;
                /** @description a minute after `from` at least, a year at most */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As the upstream told it at `as_of`; `missing` names the charts that could not be asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsDashboard"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Alerts"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertHistory"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silences"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Logs"];
                };
            };
            304: components["responses"]["NotModified"];
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
                    /** @description Of everything but `as_of`; none where it is stale or not configured. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Trail"];
                };
            };
            304: components["responses"]["NotModified"];
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
  "archive",
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

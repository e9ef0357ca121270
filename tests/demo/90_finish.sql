-- Statistics, so that the first page shown is already right. login_attempts keeps its dead rows.
VACUUM (ANALYZE, FREEZE) telemetry;
ANALYZE;

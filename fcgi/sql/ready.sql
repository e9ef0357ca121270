-- The console's database answers and its schema is there.
SELECT 'ok' FROM public.audit_anchor, public.auth_session, public.console_user WHERE false UNION ALL SELECT 'ok'

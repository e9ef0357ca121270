-- Jobs by state.
SELECT state, pg_catalog.count(*) AS count FROM public.job GROUP BY state

-- Which of the acknowledged writes are not there. $1 id of the run, $2 sequences, a JSON array
SELECT a.sequence FROM pg_catalog.json_array_elements_text($2::json) AS a (sequence)
WHERE NOT EXISTS (SELECT FROM public.drill_write AS w WHERE w.run_id = $1::uuid AND w.sequence = a.sequence::bigint)
ORDER BY a.sequence::bigint

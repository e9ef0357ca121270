-- What a request created, and what has been over for long, are found without reading every job.
CREATE INDEX job_request ON job (request_id);
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;

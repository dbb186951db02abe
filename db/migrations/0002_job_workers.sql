-- Which graphile-worker ids a worker process of ours had: when it starts again, the jobs that its killed predecessor
-- held are freed at once, instead of after graphile-worker's own four hours.
create table job_workers (
  instance  text not null,
  worker_id text not null,
  primary key (instance, worker_id)
);

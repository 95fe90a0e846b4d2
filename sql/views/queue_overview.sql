create or replace view waymark.queue_overview as
select q.queue, q.concurrency, q.rate, q.seconds,
       (select count(*) from waymark.actions a where a.queue = q.queue and a.state = 'ready') as ready,
       (select count(*) from waymark.actions a where a.queue = q.queue and a.state = 'running') as running
  from waymark.queues q;
comment on view waymark.queue_overview is 'Queues with limits, for people: the limits, and how many actions wait and run.';

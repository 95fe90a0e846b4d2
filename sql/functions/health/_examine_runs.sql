-- Workflows of which runs failed lately, among the latest 10,000 runs of an hour.
create or replace function waymark._examine_runs(p_now timestamptz) returns setof waymark.finding
language plpgsql stable as $$
declare
  c_limit constant int := 10000;
begin
  return query
    select 'runs', 'warning', format('%s of %s runs of %s in the last hour failed, the last one with %s', f.failed, f.total, f.workflow, f.last),
           format('select * from waymark.run_overview where workflow = %L and status = ''failed''; `waymark retry` lets them go on.', f.workflow)
      from (
        select r.workflow, count(*) as total, count(*) filter (where r.state = 'failed') as failed,
               (array_agg(format('%s: %s', r.error #>> '{exception,type}', left(r.error #>> '{exception,message}', 100)) order by r.ended_at desc)
                 filter (where r.state = 'failed'))[1] as last
          from (select * from waymark.runs n where n.created_at > p_now - interval '1 hour' order by n.created_at desc limit c_limit) r
         group by r.workflow
      ) f where f.failed > 0 order by f.failed desc limit 10;
  if not found then
    return next row('runs', 'ok', 'none failed in the last hour', null)::waymark.finding;
  end if;
end
$$;
comment on function waymark._examine_runs(timestamptz) is 'Examines which runs failed lately.';

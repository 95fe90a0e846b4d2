-- The queue of notifications, of the whole server: a listener that stays in a transaction keeps all that were sent since. When it is full, whoever notifies fails.
create or replace function waymark._examine_notifications(p_usage double precision) returns setof waymark.finding
language plpgsql stable as $$
begin
  return next row('notifications', case when p_usage > 0.5 then 'failure' when p_usage > 0.1 then 'warning' else 'ok' end,
                  format('%s %% of the queue of notifications is used', round(p_usage::numeric * 100, 1)),
                  case when p_usage > 0.1 then 'A session that listens has been in one transaction for long: end it (select * from pg_stat_activity order by xact_start).' end
                 )::waymark.finding;
end
$$;
comment on function waymark._examine_notifications(double precision) is 'Examines the queue of notifications.';

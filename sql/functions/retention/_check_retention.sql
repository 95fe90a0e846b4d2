-- SQLSTATEs: WM205.
create or replace function waymark._check_retention(p_state text, p_age interval) returns void
language plpgsql stable as $$
begin
  if p_state is null or p_state not in ('succeeded', 'failed', 'cancelled', 'terminated') then
    perform waymark._raise('WM205', format('no runs are pruned that are %s', coalesce(p_state, 'null')), '',
                           'Allowed are succeeded, failed, cancelled, terminated.');
  elsif p_age is null or p_age not between interval '0' and interval '1000 years' then
    perform waymark._raise('WM205', format('the age is %s; allowed are 0 to 1000 years', coalesce(p_age::text, 'null')));
  end if;
end
$$;
comment on function waymark._check_retention(text, interval) is 'Refuses what is no retention.';

-- The next times of a cron expression, after a given time: at most p_count of them, and fewer only where it does not fire again within 41 years.
-- docs/schedules.md has the language and what happens when clocks change. Reads only.
-- SQLSTATEs: WM205 (p_after, p_count), WM210 (does not parse), WM211 (unknown time zone), WM212 (never fires).
create or replace function waymark.cron_next(p_expression text, p_after timestamptz, p_zone text default 'UTC', p_count int default 1)
returns setof timestamptz
language plpgsql stable security definer set search_path = '' as $$
declare
  v_cron waymark.cron := waymark._parse_cron(p_expression);
  v_fire timestamp := p_after at time zone 'UTC';
begin
  perform waymark._check_zone(p_zone);
  if not coalesce(p_after between '0001-01-01 00:00:00Z' and '9999-12-31 23:59:59Z', false) then
    perform waymark._raise('WM205', format('p_after is %s', coalesce(p_after::text, 'null')), 'p_after', 'Give a time of the years 1 to 9999.');
  end if;
  if not coalesce(p_count between 1 and 1000, false) then
    perform waymark._raise('WM205', format('p_count is %s', coalesce(p_count::text, 'null')), 'p_count', 'Ask for 1 to 1000 times.');
  end if;
  for v_number in 1 .. p_count loop
    v_fire := waymark._next_fire(v_cron, v_fire, p_zone);
    if v_fire is null and v_number = 1 then
      perform waymark._raise('WM212', format('the cron expression %L never fires', p_expression),
        format('after %s, in %s', p_after, p_zone), 'Give it a day that its months have, and a time that its zone has on that day.');
    end if;
    exit when v_fire is null;
    return next v_fire at time zone 'UTC';
  end loop;
end
$$;
comment on function waymark.cron_next(text, timestamptz, text, int) is 'The next times of a cron expression in a time zone.';

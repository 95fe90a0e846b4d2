-- Refuses a cron expression; never returns. SQLSTATEs: WM210.
create or replace function waymark._refuse_cron(p_found text, p_position int, p_expected text) returns void
language plpgsql immutable as $$
begin
  perform waymark._raise('WM210', format('the cron expression does not parse at position %s: %s where %s is expected', p_position,
      case when p_found = '' then 'nothing' else quote_literal(left(p_found, 40)) end, p_expected),
    format('position %s', p_position), 'Write minute, hour, day of month, month and day of week, and seconds before them if need be: 30 9 * * MON-FRI.');
end
$$;
comment on function waymark._refuse_cron(text, int, text) is 'Refuses (WM210) a cron expression, naming the position and what is expected there.';

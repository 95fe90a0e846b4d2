-- For people and for any client: the result, SQL null while the run is live. Reads only.
-- SQLSTATEs: WM301 unknown run, WM302 the run failed, WM303 it was cancelled, WM304 terminated (detail: runs.error).
create or replace function waymark.result(p_run_id uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_run waymark.runs;
begin
  select * into v_run from waymark.runs r where r.run_id = p_run_id;
  if not found then
    raise exception using errcode = 'WM301', message = format('there is no run %s', p_run_id);
  elsif v_run.state in ('cancelled', 'terminated') then
    raise exception using errcode = case v_run.state when 'cancelled' then 'WM303' else 'WM304' end,
      message = format('run %s was %s', p_run_id, v_run.state), detail = v_run.error::text,
      hint = format('In line %s of %s: %s', v_run.error ->> 'line', v_run.error ->> 'file', v_run.error ->> 'source');
  elsif v_run.state = 'failed' then
    raise exception using errcode = 'WM302',
      message = format('run %s failed: %s: %s', p_run_id, v_run.error #>> '{exception,type}', v_run.error #>> '{exception,message}'),
      detail = v_run.error::text,
      hint = format('In line %s of %s: %s', v_run.error ->> 'line', v_run.error ->> 'file', v_run.error ->> 'source');
  end if;
  return v_run.result;
end
$$;
comment on function waymark.result(uuid) is 'The result of a run; null while it is live; an error when it failed, was cancelled or terminated.';

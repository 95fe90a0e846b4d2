-- Starts a run inside the caller's transaction. Nothing of the workflow runs in the caller's session.
-- SQLSTATEs: WM201 unknown workflow, WM202, WM203, WM206 arguments, WM204, WM205 options.
create or replace function waymark.start(p_workflow text, p_arguments jsonb default '{}', p_options jsonb default '{}') returns uuid
language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  v_options waymark.start_options := waymark._parse_start_options(p_options);
begin
  return (waymark._start_runs(p_workflow, array[p_arguments], array[v_options.idempotency_key], v_options))[1];
end
$$;
comment on function waymark.start(text, jsonb, jsonb) is 'Starts a run of a workflow in the caller''s transaction and returns its id.';

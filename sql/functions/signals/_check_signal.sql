-- Refuses a signal that its run cannot use: it has ended, its program waits for no signal of the name, or none of those waits takes such a value.
-- SQLSTATEs: WM207, WM208, WM301, WM305.
create or replace function waymark._check_signal(p_run_id uuid, p_name text, p_value jsonb) returns void
language plpgsql stable as $$
declare
  v_run waymark.runs;
  v_names text;
  v_types jsonb[];
begin
  select r.workflow, r.program_id, r.state into v_run.workflow, v_run.program_id, v_run.state from waymark.runs r where r.run_id = p_run_id;
  if not found then
    perform waymark._raise('WM301', format('there is no run %s', p_run_id));
  elsif v_run.state <> 'live' then
    perform waymark._refuse_state('signal', p_run_id, 'has not ended');
  end if;
  select string_agg(distinct quote_ident(s.name), ', '), array_agg(coalesce(s.type, 'null')) filter (where s.name = p_name or s.name is null)
    into v_names, v_types from waymark.program_signals s where s.program_id = v_run.program_id;
  if v_types is null then
    perform waymark._raise('WM207', format('workflow "%s" waits for no signal "%s"', v_run.workflow, p_name), '',
      coalesce('It waits for: ' || v_names, 'It waits for none.'));
  elsif not exists (select from unnest(v_types) t where waymark._conforms(p_value, t) is distinct from false) then
    perform waymark._raise('WM208', format('signal "%s" of workflow "%s" cannot be %s', p_name, v_run.workflow, left(p_value::text, 100)), '',
      format('Its type is %s.', (select string_agg(distinct t::text, ' or ') from unnest(v_types) t)));
  end if;
end
$$;
comment on function waymark._check_signal(uuid, text, jsonb) is 'Refuses a signal that its run cannot use.';

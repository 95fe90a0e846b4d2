-- Starts a batch of runs inside the caller's transaction: all or none.
-- SQLSTATEs: those of waymark.start; WM205 too many, keys of another number or out of their range.
create or replace function waymark.start_many(p_workflow text, p_arguments jsonb[], p_options jsonb default '{}', p_idempotency_keys text[] default null)
returns uuid[] language plpgsql security definer set search_path = '' set plan_cache_mode = force_generic_plan as $$
declare
  c_runs constant int := 10000;
begin
  if p_arguments is null or array_ndims(p_arguments) > 1 or cardinality(p_arguments) > c_runs then
    raise exception using errcode = 'WM205', message = format('waymark.start_many takes a list of at most %s arguments', c_runs),
      hint = 'Start larger numbers in several calls; in one transaction it is still all or none.';
  end if;
  if p_options ? 'idempotency_key' then
    raise exception using errcode = 'WM204', message = 'waymark.start_many has no option "idempotency_key": each run has its own',
      hint = 'Give a list of keys, one a run, as p_idempotency_keys.';
  end if;
  if cardinality(p_idempotency_keys) <> cardinality(p_arguments) or array_ndims(p_idempotency_keys) > 1 then
    raise exception using errcode = 'WM205',
      message = format('%s idempotency keys were given for %s runs: one a run is needed', cardinality(p_idempotency_keys), cardinality(p_arguments));
  end if;
  if exists (select from unnest(p_idempotency_keys) k where length(k) not between 1 and 200) then
    raise exception using errcode = 'WM205', message = 'an idempotency key is a text of 1 to 200 characters';
  end if;
  return waymark._start_runs(p_workflow, p_arguments, p_idempotency_keys, waymark._parse_start_options(p_options));
end
$$;
comment on function waymark.start_many(text, jsonb[], jsonb, text[]) is 'Starts runs of a workflow with the same options; returns their ids in the order of the arguments.';

-- Arguments by name against the parameters of a program: fills defaults in, refuses what is missing or unexpected.
-- SQLSTATEs: WM202 missing, WM203 unexpected, WM206 malformed.
create or replace function waymark._bind_arguments(p_workflow text, p_parameters jsonb, p_arguments jsonb) returns jsonb
language plpgsql stable as $$
declare
  v_bound jsonb := coalesce(p_arguments, '{}');
  v_parameter jsonb;
  v_known int := 0;
  v_unexpected text;
begin
  if jsonb_typeof(v_bound) <> 'object' then
    raise exception using errcode = 'WM206', message = format('the arguments of %s must be a JSON object of parameter names and values', p_workflow);
  end if;
  for v_parameter in select * from jsonb_array_elements(p_parameters) loop
    if v_bound ? (v_parameter ->> 'name') then
      v_known := v_known + 1;
    elsif v_parameter ? 'default' then
      v_bound := v_bound || jsonb_build_object(v_parameter ->> 'name', v_parameter -> 'default');
      v_known := v_known + 1;
    else
      raise exception using errcode = 'WM202', message = format('%s is missing the argument "%s"', p_workflow, v_parameter ->> 'name');
    end if;
  end loop;
  if v_known <> (select count(*) from jsonb_object_keys(v_bound)) then
    select k into v_unexpected from jsonb_object_keys(v_bound) k
     where not jsonb_path_exists(p_parameters, '$[*].name ? (@ == $k)', jsonb_build_object('k', k)) limit 1;
    raise exception using errcode = 'WM203', message = format('%s has no parameter "%s"', p_workflow, v_unexpected),
      hint = format('Its parameters: %s.', coalesce((select string_agg(p ->> 'name', ', ') from jsonb_array_elements(p_parameters) p), 'none'));
  end if;
  -- Only what carries a tag can be malformed.
  if jsonb_path_exists(v_bound, 'strict $.**."$"', silent => true) then
    perform waymark._check_value(value, key) from jsonb_each(v_bound);
  end if;
  return v_bound;
end
$$;
comment on function waymark._bind_arguments(text, jsonb, jsonb) is 'Binds the arguments of a run to the parameters of its program.';

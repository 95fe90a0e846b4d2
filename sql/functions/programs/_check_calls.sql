-- The functions that the branches of a fork, or a spawned task, call: they must exist and take the arguments. Invocations stand in displays, as the
-- elements of comprehensions and in what py.concat joins; all else about them is checked where they are generated. SQLSTATEs: WM101.
create or replace function waymark._check_calls(p_value jsonb, p_ir jsonb, p_path text) returns void
language plpgsql stable as $$
declare
  v_callee jsonb;
  v_call jsonb := p_value -> 'invocation';
begin
  if jsonb_typeof(v_call -> 'function') = 'number' and jsonb_typeof(v_call -> 'args') = 'object' then
    v_callee := p_ir #> array['functions', v_call ->> 'function'];
    if v_callee is null or (v_call ->> 'function')::numeric < 1 then
      perform waymark._refuse_ir(p_path, 'must call a function of this program');
    elsif exists (select from jsonb_object_keys(v_call -> 'args') k
                   where not exists (select from jsonb_array_elements(v_callee -> 'parameters') p where p ->> 'name' = k)) then
      perform waymark._refuse_ir(p_path, 'has an argument and no parameter for it to go to');
    elsif exists (select from jsonb_array_elements(v_callee -> 'parameters') p where not p ? 'default' and not v_call -> 'args' ? (p ->> 'name')) then
      perform waymark._refuse_ir(p_path, 'lacks an argument');
    end if;
  elsif jsonb_typeof(p_value -> 'list') = 'array' then
    perform waymark._check_calls(e, p_ir, p_path) from jsonb_array_elements(p_value -> 'list') e;
  elsif jsonb_typeof(p_value #> '{comprehension,element}') = 'object' then
    perform waymark._check_calls(p_value #> '{comprehension,element}', p_ir, p_path);
  elsif p_value ? 'op' and jsonb_typeof(p_value -> 'args') = 'array' then
    perform waymark._check_calls(e, p_ir, p_path) from jsonb_array_elements(p_value -> 'args') e;
  end if;
end
$$;
comment on function waymark._check_calls(jsonb, jsonb, text) is 'Refuses calls of functions that are not there or do not take the arguments.';

-- An operator call. The catalogue is the registry: py.add is the function waymark.py_add, its arity and whether it is a predicate are those of the
-- function. SQLSTATEs: WM101.
create or replace function waymark._generate_operation(p_expression jsonb, p_names jsonb, p_path text, p_calls boolean, p_depth int, out sql text, out is_boolean boolean)
language plpgsql stable as $$
declare
  v_name text := p_expression ->> 'op';
  v_arity int;
  v_parts text[];
begin
  select p.pronargs, p.prorettype = 'boolean'::regtype into v_arity, is_boolean
    from pg_proc p
   where p.pronamespace = 'waymark'::regnamespace and p.proname = replace(v_name, 'py.', 'py_') and v_name ~ '^py\.[a-z][a-z_]*$';
  if not found then
    perform waymark._refuse_ir(p_path || '.op', format('is the unknown operator "%s"', left(coalesce(v_name, 'null'), 50)));
  elsif jsonb_typeof(p_expression -> 'args') is distinct from 'array' or jsonb_array_length(p_expression -> 'args') <> v_arity then
    perform waymark._refuse_ir(p_path || '.args', format('must be %s expressions', v_arity));
  end if;
  select coalesce(array_agg(waymark._generate_expression(a.value, p_names, format('%s.args[%s]', p_path, a.ordinality - 1),
           case when a.ordinality = waymark._held_operand(v_name) then 'held' else 'value' end,
           p_calls and v_name in ('py.concat', 'py.list_append'), p_depth) order by a.ordinality), '{}')
    into v_parts from jsonb_array_elements(p_expression -> 'args') with ordinality a;
  if v_name in ('py.call', 'py.method') then
    sql := coalesce(waymark._generate_keyed_call(p_expression -> 'args', p_names, p_path, p_depth),
                    waymark._generate_library_call(p_expression -> 'args', p_names, p_path, p_depth));
    if sql is not null then
      return;
    end if;
  end if;
  sql := format('waymark.%I(%s)', replace(v_name, 'py.', 'py_'), array_to_string(v_parts, ', '));
end
$$;
comment on function waymark._generate_operation(jsonb, jsonb, text, boolean, int) is 'The SQL of an operator call.';

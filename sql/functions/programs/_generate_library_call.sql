-- The SQL of a call of the library (py.call, py.method) where the engine has a function for it: _py_call_<name> and _py_method_<name>, dots as
-- underscores, in lower case. It takes the receiver of a method as p_receiver, then each positional argument, or all of them as an array where it has a parameter
-- p_args; one whose last parameter is p_kwargs takes keyword arguments. SQL null when there is no function for these arguments: the operator itself
-- leaves the call to CPython.
create or replace function waymark._generate_library_call(p_args jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_is_method boolean := jsonb_array_length(p_args) = 4;
  v_name text := p_args -> v_is_method::int ->> 'const';
  v_list jsonb := p_args -> -2 -> 'list';
  v_has_keywords boolean := p_args -> -1 not in ('{"dict": []}', '{"const": {}}');
  v_proc pg_proc;
  v_extra int;
  v_operands jsonb;
  v_parts text[];
begin
  if v_name = 'sorted' and not v_is_method and p_args -> 2 @? '$.dict[*][1].lambda' then
    return waymark._generate_sorted(p_args, p_names, p_path, p_depth);
  end if;
  select * into v_proc from pg_proc p
   where p.pronamespace = 'waymark'::regnamespace
     and p.proname = case when v_is_method then '_py_method_' else '_py_call_' end || lower(replace(v_name, '.', '_'));
  v_extra := v_is_method::int + coalesce('p_kwargs' = any (v_proc.proargnames), false)::int;
  if v_proc.oid is null or v_has_keywords and not 'p_kwargs' = any (v_proc.proargnames) then
    return null;
  elsif 'p_args' = any (v_proc.proargnames) then
    v_list := jsonb_build_array(p_args -> -2);
  elsif v_list is null or jsonb_array_length(v_list) not between v_proc.pronargs - v_proc.pronargdefaults - v_is_method::int
        and v_proc.pronargs - v_extra then
    return null;
  end if;
  v_operands := case when v_is_method then jsonb_build_array(p_args -> 0) else '[]' end || v_list
    || case when v_has_keywords then jsonb_build_array(p_args -> -1) else '[]' end;
  select array_agg(waymark._generate_expression(o.value, p_names, format('%s.args[%s]', p_path, o.ordinality),
           case when o.ordinality = 1 and v_proc.proname in ('_py_call_len', '_py_method_get') then 'held' else 'value' end, false, p_depth)
           order by o.ordinality)
    into v_parts from jsonb_array_elements(v_operands) with ordinality o;
  if v_has_keywords then
    v_parts := v_parts[:cardinality(v_parts) - 1] || ('p_kwargs => ' || v_parts[cardinality(v_parts)]);
  end if;
  return format('waymark.%I(%s)', v_proc.proname, array_to_string(v_parts, ', '));
end
$$;
comment on function waymark._generate_library_call(jsonb, jsonb, text, int) is 'The SQL of a library call that the engine has a function for.';

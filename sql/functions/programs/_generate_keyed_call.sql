-- The SQL of sorted, min and max of one iterable with a lambda as the key: the keys are computed as those of a comprehension, then ordered.
-- SQL null for any other call. SQLSTATEs: WM101.
create or replace function waymark._generate_keyed_call(p_args jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_name text := p_args -> 0 ->> 'const';
  v_alias text := format('k%s', p_depth);
  v_kwargs jsonb := p_args -> -1 -> 'dict';
  v_key jsonb := jsonb_path_query_first(v_kwargs, 'strict $[*] ? (@[0].const == "key")[1].lambda', '{}', true);
  v_options jsonb := jsonb_path_query_array(v_kwargs, 'strict $[*] ? (@[0].const != "key")', '{}', true);
begin
  if v_name not in ('sorted', 'min', 'max') or jsonb_array_length(p_args) <> 3 or jsonb_array_length(v_key -> 'parameters') is distinct from 1
     or jsonb_array_length(p_args -> 1 -> 'list') is distinct from 1 or jsonb_path_exists(v_options, 'strict $[*][1] ? (!exists (@.const))', '{}', true) then
    return null;
  end if;
  return format('(select waymark._py_by_key(%1$L, %2$s_all.items, coalesce((select jsonb_agg(%3$s order by %2$s.i) '
    'from jsonb_array_elements(%2$s_all.items) with ordinality %2$s(value, i)), ''[]''), %4$s) from (select waymark.py_list(%5$s) as items offset 0) %2$s_all)',
    v_name, v_alias,
    waymark._generate_expression(v_key -> 'body', p_names - (' ' || (v_key #>> '{parameters,0}')) || jsonb_build_object(v_key #>> '{parameters,0}', v_alias || '.value'),
      p_path || '.key', 'value', false, p_depth),
    waymark._generate_dict(v_options, p_names, p_path || '.kwargs', p_depth),
    waymark._generate_expression(p_args -> 1 -> 'list' -> 0, p_names, p_path || '.args[0]', 'value', false, p_depth));
end
$$;
comment on function waymark._generate_keyed_call(jsonb, jsonb, text, int) is 'The SQL of sorted, min or max with a lambda as the key.';

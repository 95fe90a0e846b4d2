-- sorted() with a lambda as its key: the keys are computed in the step, one after the other as CPython does before it compares any. SQL null for
-- every other form, which the function itself or CPython computes.
create or replace function waymark._generate_sorted(p_args jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_options jsonb := (select jsonb_object_agg(o.value #>> '{0,const}', o.value -> 1) from jsonb_array_elements(p_args -> 2 -> 'dict') o
                       where o.value #>> '{0,const}' is not null);
  v_key jsonb := v_options -> 'key' -> 'lambda';
  v_reverse jsonb := coalesce(v_options -> 'reverse' -> 'const', 'false');
  v_item text := format('k%s', p_depth);
begin
  if v_key is null or jsonb_array_length(v_key -> 'parameters') <> 1 or jsonb_array_length(p_args -> 1 -> 'list') is distinct from 1
     or v_options - '{key,reverse}'::text[] <> '{}' or v_options ? 'reverse' and v_options -> 'reverse' -> 'const' is null then
    return null;
  end if;
  return format('(select waymark._py_sort(%1$s_list.value, coalesce((select jsonb_agg(%2$s order by %1$s.i) '
      || 'from jsonb_array_elements(%1$s_list.value) with ordinality as %1$s (value, i)), ''[]''), %3$L) '
      || 'from (select waymark.py_spread(%4$s, ''null'') offset 0) as %1$s_list (value))', v_item,
    waymark._generate_expression(v_key -> 'body', p_names - (' ' || (v_key #>> '{parameters,0}')) || jsonb_build_object(v_key #>> '{parameters,0}', v_item || '.value'),
      p_path || '.args[2].key', 'value', false, p_depth + 1),
    v_reverse, waymark._generate_expression(p_args -> 1 -> 'list' -> 0, p_names, p_path || '.args[1].list[0]', 'value', false, p_depth + 1));
end
$$;
comment on function waymark._generate_sorted(jsonb, jsonb, text, int) is 'The SQL of sorted() with a lambda as its key.';

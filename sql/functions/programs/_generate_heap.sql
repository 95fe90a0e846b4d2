-- The forms of an IR expression that have to do with objects in the heap (load, pack, plain, new, box, shared, walk). SQLSTATEs: WM101.
create or replace function waymark._generate_heap(p_form text, p_body jsonb, p_names jsonb, p_path text, p_want text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_levels text;
  v_value text;
begin
  if p_form not in ('box', 'shared') then
    return format(case when p_form in ('new', 'plain') then 'waymark._heap_' || p_form || '(%s)' when p_form = 'walk' then 'waymark._heap_iter(%s, v_heap)'
                     when p_form = 'load' and p_want <> 'value' then 'waymark._heap_held(%s, v_heap)'
                              else 'waymark._heap_' || p_form || '(%s, v_heap)' end,
      waymark._generate_expression(p_body, p_names, format('%s.%s', p_path, p_form), 'value', false, p_depth));
  elsif jsonb_typeof(p_body) <> 'array' or jsonb_array_length(p_body) <> 2
        or jsonb_path_exists(p_body, 'strict $[0].type() ? (@ != "array")') or jsonb_array_length(p_body -> 0) not between 1 and 50
        or jsonb_path_exists(p_body, 'strict $[0][*] ? (@.type() != "boolean")') then
    perform waymark._refuse_ir(p_path || '.' || p_form, 'must be levels and an expression');
  end if;
  v_value := waymark._generate_expression(p_body -> 1, p_names, format('%s.%s[1]', p_path, p_form), 'value', false, p_depth);
  if p_form = 'shared' then
    return v_value;
  end if;
  select string_agg(l.value::text, ', ' order by l.ordinality) into v_levels from jsonb_array_elements(p_body -> 0) with ordinality l;
  return format('waymark._heap_box(%s, array[%s])', v_value, v_levels);
end
$$;
comment on function waymark._generate_heap(text, jsonb, jsonb, text, text, int) is 'The SQL of an expression about objects in the heap.';

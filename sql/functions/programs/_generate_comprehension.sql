-- A list comprehension without awaits as one subquery: linear, and evaluated row by row, so that the first error is CPython's. A generator is
-- only entered, and an element only evaluated, when the conditions before it hold: hence the CASEs. SQLSTATEs: WM101.
create function waymark._generate_comprehension(p_comprehension jsonb, p_names jsonb, p_path text, p_calls boolean, p_depth int) returns text
language plpgsql stable as $$
declare
  v_generator jsonb;
  v_index int;
  v_path text;
  v_names jsonb := p_names;
  v_alias text;
  v_from text := '';
  v_order text := '';
  v_holds text;
  v_iterable text;
begin
  perform waymark._check_fields(p_comprehension, '{"element": "object", "generators": "array"}', p_path);
  if jsonb_array_length(p_comprehension -> 'generators') not between 1 and 20 then
    perform waymark._refuse_ir(p_path || '.generators', 'must be 1 to 20');
  end if;
  for v_generator, v_index in select g.value, g.ordinality - 1 from jsonb_array_elements(p_comprehension -> 'generators') with ordinality g loop
    v_path := format('%s.generators[%s]', p_path, v_index);
    perform waymark._check_fields(v_generator, '{"target": "string", "iter": "object", "conditions": "array"}', v_path);
    v_iterable := format('waymark.py_list(%s)', waymark._generate_expression(v_generator -> 'iter', v_names, v_path || '.iter', 'value', false, p_depth));
    v_alias := format('c%s_%s', p_depth, v_index);
    v_names := v_names || jsonb_build_object(v_generator ->> 'target', v_alias || '.value');
    v_from := v_from || format('%s jsonb_array_elements(%s) with ordinality %s(value, i)', case v_index when 0 then '' else ', lateral' end,
      case when v_holds is null then v_iterable else format('case when %s then %s else ''[]'' end', v_holds, v_iterable) end, v_alias);
    v_order := v_order || case v_index when 0 then '' else ', ' end || v_alias || '.i';
    select string_agg(format('case when not %s then false else ', waymark._generate_expression(c.value, v_names,
             format('%s.conditions[%s]', v_path, c.ordinality - 1), 'boolean', false, p_depth)), '' order by c.ordinality)
           || 'true' || repeat(' end', jsonb_array_length(v_generator -> 'conditions'))
      into v_holds from jsonb_array_elements(v_generator -> 'conditions') with ordinality c;
  end loop;
  return format('coalesce((select jsonb_agg(%s order by %s) from%s%s), ''[]'')',
    waymark._generate_expression(p_comprehension -> 'element', v_names, p_path || '.element', 'value', p_calls, p_depth),
    v_order, v_from, coalesce(' where ' || v_holds, ''));
end
$$;
comment on function waymark._generate_comprehension(jsonb, jsonb, text, boolean, int) is 'The SQL of a list comprehension.';

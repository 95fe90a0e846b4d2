-- A list comprehension without awaits as one subquery a generator, each inside the one before it: linear, and evaluated item by item in CPython's
-- order, so that the first error is CPython's. (One join of all generators would be sorted, and so evaluated, before the first element.)
-- A later condition, generator or element is only evaluated when the conditions before it hold: hence the CASEs. SQLSTATEs: WM101.
create or replace function waymark._generate_comprehension(
  p_comprehension jsonb, p_names jsonb, p_path text, p_calls boolean, p_depth int, p_index int default 0) returns text
language plpgsql stable as $$
declare
  v_generator jsonb := p_comprehension -> 'generators' -> p_index;
  v_path text := format('%s.generators[%s]', p_path, p_index);
  v_alias text := format('c%s_%s', p_depth, p_index);
  v_names jsonb;
  v_iterable text;
  v_holds text;
  v_item text;
  v_is_last boolean;
  v_text text;
begin
  if p_index = 0 then
    perform waymark._check_fields(p_comprehension, '{"element": "object", "generators": "array"}', p_path);
    if jsonb_array_length(p_comprehension -> 'generators') not between 1 and 20 then
      perform waymark._refuse_ir(p_path || '.generators', 'must be 1 to 20');
    end if;
  end if;
  perform waymark._check_fields(v_generator, '{"target": "string", "iter": "object", "conditions": "array"}', v_path);
  v_iterable := waymark._generate_expression(v_generator -> 'iter', p_names, v_path || '.iter', 'value', false, p_depth);
  v_names := p_names - (' ' || (v_generator ->> 'target')) || jsonb_build_object(v_generator ->> 'target', v_alias || '.value');
  select string_agg(format('case when not %s then false else ', waymark._generate_expression(c.value, v_names,
           format('%s.conditions[%s]', v_path, c.ordinality - 1), 'boolean', false, p_depth)), '' order by c.ordinality)
         || 'true' || repeat(' end', jsonb_array_length(v_generator -> 'conditions'))
    into v_holds from jsonb_array_elements(v_generator -> 'conditions') with ordinality c;
  v_is_last := p_index = jsonb_array_length(p_comprehension -> 'generators') - 1;
  v_item := case when v_is_last
    then waymark._generate_expression(p_comprehension -> 'element', v_names, p_path || '.element', 'value', p_calls, p_depth)
    else waymark._generate_comprehension(p_comprehension, v_names, p_path, p_calls, p_depth, p_index + 1) end;
  v_text := format('coalesce((select jsonb_agg(%s order by %s.i) from jsonb_array_elements(waymark.py_list(%s)) with ordinality %s(value, i)%s), ''[]'')',
    v_item, v_alias, v_iterable, v_alias, coalesce(' where case when ' || v_alias || '.i > 0 then ' || v_holds || ' end', ''));
  return case when v_is_last then v_text else format('waymark._join_lists(%s)', v_text) end;
end
$$;
comment on function waymark._generate_comprehension(jsonb, jsonb, text, boolean, int, int) is 'The SQL of a list comprehension.';

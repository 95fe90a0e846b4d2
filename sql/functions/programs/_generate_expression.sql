-- An IR expression as SQL, validated on the way. p_names: visible names -> the SQL that reads them. p_want: 'value' (jsonb), 'boolean', or
-- 'held': a value that may be in pages.
-- p_calls: an invocation may stand here. Order of evaluation is left to right; what must not be evaluated stands behind a CASE.
-- SQLSTATEs: WM101, WM102.
create or replace function waymark._generate_expression(p_expression jsonb, p_names jsonb, p_path text, p_want text, p_calls boolean, p_depth int default 0) returns text
language plpgsql stable as $$
declare
  v_form text;
  v_body jsonb;
  v_parts text[];
  v_part_want text;
  v_boolean boolean := false;
  v_text text;
begin
  if p_depth > 250 then
    perform waymark._refuse_ir(p_path, 'is nested deeper than 250', 'WM102');
  elsif jsonb_typeof(p_expression) is distinct from 'object' then
    perform waymark._refuse_ir(p_path, 'must be an expression');
  end if;
  select k into v_form from jsonb_object_keys(p_expression) k where k <> 'args';
  v_body := p_expression -> v_form;
  if v_form is null or (select count(*) from jsonb_object_keys(p_expression)) <> 1 + (v_form = 'op')::int then
    perform waymark._refuse_ir(p_path, 'must have exactly one form');
  end if;
  if v_form in ('list', 'tuple', 'and', 'or', 'if') then
    if jsonb_typeof(v_body) <> 'array' or jsonb_array_length(v_body) > 1000 or v_form in ('and', 'or') and jsonb_array_length(v_body) = 0
       or v_form = 'if' and jsonb_array_length(v_body) <> 3 then
      perform waymark._refuse_ir(p_path || '.' || v_form, 'must be an array of expressions, at most 1000');
    end if;
    v_part_want := case when v_form in ('and', 'or') then 'boolean' else 'value' end;
    select coalesce(array_agg(waymark._generate_expression(e.value, p_names, format('%s.%s[%s]', p_path, v_form, e.ordinality - 1),
             case when v_form = 'if' and e.ordinality = 1 then 'boolean' else v_part_want end, p_calls and v_form in ('list', 'tuple', 'if'), p_depth + 1)
             order by e.ordinality), '{}') into v_parts
      from jsonb_array_elements(v_body) with ordinality e;
  end if;
  case v_form
    when 'const' then
      perform waymark._check_value(v_body, p_path || '.const');
      v_text := quote_literal(v_body) || '::jsonb';
    when 'local' then
      v_text := coalesce(p_names ->> (case when p_want <> 'value' then ' ' else '' end || (v_body #>> '{}')), p_names ->> (v_body #>> '{}'));
      if v_text is null then
        perform waymark._refuse_ir(p_path, format('names the unknown local "%s"', left(v_body #>> '{}', 50)));
      end if;
    when 'list' then v_text := waymark._generate_array(v_parts);
    when 'tuple' then v_text := format('jsonb_build_object(''$'', ''tuple'', ''v'', %s)', waymark._generate_array(v_parts));
    when 'and' then v_text := 'true'; v_boolean := true;
      for i in reverse cardinality(v_parts)..1 loop v_text := format('case when %s then %s else false end', v_parts[i], v_text); end loop;
    when 'or' then v_text := 'false'; v_boolean := true;
      for i in reverse cardinality(v_parts)..1 loop v_text := format('case when %s then true else %s end', v_parts[i], v_text); end loop;
    when 'if' then v_text := format('case when %s then %s else %s end', v_parts[1], v_parts[2], v_parts[3]);
    when 'not' then v_boolean := true;
      v_text := format('not %s', waymark._generate_expression(v_body, p_names, p_path || '.not', 'boolean', false, p_depth + 1));
    when 'dict' then v_text := waymark._generate_dict(v_body, p_names, p_path || '.dict', p_depth + 1);
    when 'op' then
      select o.sql, o.is_boolean into v_text, v_boolean
        from waymark._generate_operation(p_expression, p_names, p_path, p_calls, p_depth + 1) o;
    when 'comprehension' then v_text := waymark._generate_comprehension(v_body, p_names, p_path || '.comprehension', p_calls, p_depth + 1);
    when 'callable', 'lambda' then v_text := waymark._generate_function_value(v_form, v_body, p_names, p_path, p_depth + 1);
    when 'load', 'pack', 'plain', 'new', 'box', 'shared', 'walk' then v_text := waymark._generate_heap(v_form, v_body, p_names, p_path, p_want, p_depth + 1);
    when 'invocation' then
      if not p_calls then
        perform waymark._refuse_ir(p_path, 'has an invocation where none may stand');
      end if;
      v_text := waymark._generate_invocation(v_body, p_names, p_path || '.invocation');
    else perform waymark._refuse_ir(p_path, format('has the unknown form "%s"', left(v_form, 50)));
  end case;
  return case when v_boolean = (p_want = 'boolean') then case when v_boolean then format('(%s)', v_text) else v_text end
              when v_boolean then format('to_jsonb(%s)', v_text) else format('waymark.py_truth(%s)', v_text) end;
end
$$;
comment on function waymark._generate_expression(jsonb, jsonb, text, text, boolean, int) is 'The SQL of an IR expression.';

-- A dict display: pairs in order, the operator chooses the encoding. SQLSTATEs: WM101, WM102.
create or replace function waymark._generate_dict(p_pairs jsonb, p_names jsonb, p_path text, p_depth int) returns text
language plpgsql stable as $$
declare
  v_parts text[];
begin
  if jsonb_typeof(p_pairs) <> 'array' or jsonb_array_length(p_pairs) > 1000
     or jsonb_path_exists(p_pairs, 'strict $[*] ? (@.type() != "array" || @.size() != 2)') then
    perform waymark._refuse_ir(p_path, 'must be an array of pairs, at most 1000');
  end if;
  select coalesce(array_agg(format('jsonb_build_array(%s, %s)',
           waymark._generate_expression(e.value -> 0, p_names, format('%s[%s][0]', p_path, e.ordinality - 1), 'value', false, p_depth),
           waymark._generate_expression(e.value -> 1, p_names, format('%s[%s][1]', p_path, e.ordinality - 1), 'value', false, p_depth)) order by e.ordinality), '{}')
    into v_parts from jsonb_array_elements(p_pairs) with ordinality e;
  return format('waymark.py_dict(%s)', waymark._generate_array(v_parts));
end
$$;
comment on function waymark._generate_dict(jsonb, jsonb, text, int) is 'The SQL of a dict display.';

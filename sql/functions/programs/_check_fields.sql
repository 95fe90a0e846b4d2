-- p_value must be an object whose keys and types are those of p_shape: key -> type of jsonb_typeof, 'int', 'any', each with "?" when optional.
create or replace function waymark._check_fields(p_value jsonb, p_shape jsonb, p_path text) returns void
language plpgsql as $$
declare
  v_key text;
  v_type text;
  v_actual text;
begin
  if jsonb_typeof(p_value) is distinct from 'object' then
    perform waymark._refuse_ir(p_path, 'must be an object');
  end if;
  for v_key, v_type in select * from jsonb_each_text(p_shape) loop
    v_actual := jsonb_typeof(p_value -> v_key);
    continue when v_actual is null and v_type like '%?';
    if v_actual is null then
      perform waymark._refuse_ir(p_path, format('lacks "%s"', v_key));
    elsif rtrim(v_type, '?') = 'int' then
      if v_actual <> 'number' or (p_value -> v_key)::numeric % 1 <> 0 or abs((p_value -> v_key)::numeric) > 1000000000 then
        perform waymark._refuse_ir(p_path || '.' || v_key, 'must be a whole number');
      end if;
    elsif rtrim(v_type, '?') not in ('any', v_actual) then
      perform waymark._refuse_ir(p_path || '.' || v_key, format('must be of type %s', rtrim(v_type, '?')));
    end if;
  end loop;
  for v_key in select k from jsonb_object_keys(p_value) k where not p_shape ? k loop
    perform waymark._refuse_ir(p_path, format('has the unknown field "%s"', left(v_key, 50)));
  end loop;
end
$$;
comment on function waymark._check_fields(jsonb, jsonb, text) is 'Refuses an object with missing, unknown or mistyped fields.';

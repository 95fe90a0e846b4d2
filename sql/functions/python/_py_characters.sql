-- The characters (code points) of a string, as an array of strings.
create or replace function waymark._py_characters(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_utf8 bytea;
  v_start int := 0;
  v_length int;
  v_characters jsonb := '[]'::jsonb;
begin
  if jsonb_typeof(p_value) = 'string' then
    return to_jsonb(string_to_array(p_value #>> '{}', null));
  end if;
  v_utf8 := waymark._py_to_utf8(p_value);
  while v_start < length(v_utf8) loop
    v_length := case when get_byte(v_utf8, v_start) < 192 then 1 when get_byte(v_utf8, v_start) < 224 then 2
      when get_byte(v_utf8, v_start) < 240 then 3 else 4 end;
    v_characters := v_characters || jsonb_build_array(waymark._py_from_utf8(substr(v_utf8, v_start + 1, v_length)));
    v_start := v_start + v_length;
  end loop;
  return v_characters;
end
$$;

comment on function waymark._py_characters(jsonb) is
  'The characters of a Python string.';

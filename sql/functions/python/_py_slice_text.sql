-- The p_count characters of a plain string, or bytes, that stand at p_start and every p_step-th place from there on.
create or replace function waymark._py_slice_text(p_kind text, p_object jsonb, p_start int, p_count int, p_step numeric) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_bytes bytea := case p_kind when 'bytes' then decode(p_object ->> 'v', 'base64') end;
  v_characters text[];
begin
  if p_step = 1 and p_kind = 'str' then
    return to_jsonb(substr(p_object #>> '{}', p_start + 1, p_count));
  elsif p_step = 1 then
    return waymark._py_from_bytes(substr(v_bytes, p_start + 1, p_count));
  elsif p_kind = 'str' then
    v_characters := string_to_array(p_object #>> '{}', null);
    return to_jsonb(coalesce((
      select string_agg(v_characters[(p_start + place.i * p_step)::int + 1], '' order by place.i)
      from generate_series(0, p_count - 1) as place (i)), ''));
  end if;
  return waymark._py_from_bytes(coalesce((
    select string_agg(substr(v_bytes, (p_start + place.i * p_step)::int + 1, 1), '' order by place.i)
    from generate_series(0, p_count - 1) as place (i)), ''));
end
$$;

comment on function waymark._py_slice_text(text, jsonb, int, int, numeric) is
  'A slice of a string or of bytes.';

-- A slice, object[start:stop:step], of a list, tuple, str, bytes or range; an absent part is None.
-- Raises: WM502 for every other object, for parts that are no ints and for a step of zero.
create or replace function waymark.py_getslice(p_object jsonb, p_start jsonb, p_stop jsonb, p_step jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_object);
  v_items jsonb := case v_kind when 'list' then p_object when 'tuple' then p_object -> 'v' end;
  v_step numeric := case p_step when 'null' then 1 else waymark._py_int(p_step) end;
  v_length numeric;
  v_start numeric;
  v_stop numeric;
  v_count numeric;
begin
  v_length := case v_kind
    when 'list' then jsonb_array_length(v_items)
    when 'tuple' then jsonb_array_length(v_items)
    when 'str' then case jsonb_typeof(p_object) when 'string' then length(p_object #>> '{}') end
    when 'bytes' then octet_length(decode(p_object ->> 'v', 'base64'))
    when 'range' then waymark._py_range_length(p_object)
  end;
  if v_length is null or v_step = 0 or v_step is null then
    return waymark._py_inexact('a slice');
  elsif v_step > 0 then
    v_start := waymark._py_bound(p_start, v_length, 0, 0, v_length);
    v_stop := waymark._py_bound(p_stop, v_length, v_length, 0, v_length);
  else
    v_start := waymark._py_bound(p_start, v_length, v_length - 1, -1, v_length - 1);
    v_stop := waymark._py_bound(p_stop, v_length, -1, -1, v_length - 1);
  end if;
  if v_kind = 'range' then
    v_step := v_step * (p_object #> '{v,2}')::numeric;
    v_start := (p_object #> '{v,0}')::numeric + v_start * (p_object #> '{v,2}')::numeric;
    v_stop := (p_object #> '{v,0}')::numeric + v_stop * (p_object #> '{v,2}')::numeric;
    return jsonb_build_object('$', 'range', 'v', jsonb_build_array(v_start, v_stop, v_step));
  end if;
  v_count := greatest(0, div(v_stop - v_start + v_step - sign(v_step), v_step));
  if v_kind = 'str' or v_kind = 'bytes' then
    return waymark._py_slice_text(v_kind, p_object, v_start::int, v_count::int, v_step);
  elsif v_count = 0 then
    v_items := '[]';
  elsif v_step = 1 then
    v_items := jsonb_path_query_array(v_items, 'strict $[$first to $last]',
      jsonb_build_object('first', v_start, 'last', v_start + v_count - 1));
  else
    v_items := (select jsonb_agg(v_items -> (v_start + place.i * v_step)::int order by place.i)
                from generate_series(0, v_count::int - 1) as place (i));
  end if;
  return case v_kind when 'list' then v_items else jsonb_build_object('$', 'tuple', 'v', v_items) end;
end
$$;

comment on function waymark.py_getslice(jsonb, jsonb, jsonb, jsonb) is
  'The Python slice object[start:stop:step].';

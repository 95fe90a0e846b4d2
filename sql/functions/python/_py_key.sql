-- A normal form of hashable values: two are the same dict key or set element exactly when their normal forms are equal as jsonb.
-- Numbers become their exact value (1, 1.0, True are one key), sets and ranges lose what equality ignores.
-- Raises: WM501 TypeError for an unhashable value; WM502 for nan, exceptions and instances of users' classes, which hash by identity or code.
create or replace function waymark._py_key(p_value jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_number numeric;
begin
  case
    when v_kind in ('str', 'int', 'NoneType', 'bytes', 'date', 'uuid', 'timedelta', 'class', 'ellipsis', 'task', 'semaphore') or v_kind = 'enum' and not waymark._py_has_own(p_value, 'eq') then
      return p_value;
    when v_kind in ('bool', 'float', 'decimal') then
      v_number := waymark._py_number(p_value);
      if v_number in ('Infinity', '-Infinity') then
        return jsonb_build_object('$', 'float', 'v', v_number::text);
      elsif v_number <> 'NaN' then
        return to_jsonb(v_number);
      end if;
    when v_kind in ('tuple', 'frozenset') then
      return jsonb_build_object('$', v_kind, 'v', coalesce((
        select case v_kind when 'tuple' then jsonb_agg(key.value order by key.position) else jsonb_agg(key.value order by key.value) end
        from jsonb_array_elements(p_value -> 'v') with ordinality as element (value, position)
        cross join lateral (select waymark._py_key(element.value), element.position) as key (value, position)
      ), '[]'));
    when v_kind = 'range' then
      v_number := waymark._py_range_length(p_value);
      return jsonb_build_object('$', 'range', 'v', jsonb_build_array(
        v_number, case when v_number > 0 then p_value -> 'v' -> 0 end, case when v_number > 1 then p_value -> 'v' -> 2 end));
    when v_kind in ('list', 'dict', 'set') then
      return waymark._raise_python('TypeError', format('unhashable type: ''%s''', v_kind));
    when v_kind in ('datetime', 'time') and waymark._py_is_naive(p_value) then
      return p_value - 'fold';
    when v_kind = 'path' and p_value ->> 'type' in ('PosixPath', 'PurePosixPath') then
      return p_value - 'type';
    else
      null;
  end case;
  return waymark._refuse('a ' || waymark._py_type_name(p_value) || ' as a key or element', 'Use its name, id or value as the key.');
end
$$;

comment on function waymark._py_key(jsonb) is
  'The normal form of a hashable value, equal exactly for equal keys.';

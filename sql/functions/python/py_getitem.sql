-- Subscription, p_object[p_key], by index or by key; slices are no values.
-- Raises: WM501 TypeError, IndexError, KeyError; WM502.
create or replace function waymark.py_getitem(p_object jsonb, p_key jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_kind text;
  v_item jsonb;
begin
  if jsonb_typeof(p_object) = 'array' and jsonb_typeof(p_key) = 'number' and scale(p_key::numeric) = 0 and abs(p_key::numeric) < 2147483648 then
    v_item := p_object -> p_key::int;
    if v_item is not null then
      return v_item;
    end if;
  elsif jsonb_typeof(p_key) = 'string' and jsonb_typeof(p_object) = 'object' and p_key <> '"$"'
        and (not p_object ? '$' or jsonb_typeof(p_object -> '$') = 'array') then
    v_item := p_object -> (p_key #>> '{}');
    if v_item is not null then
      return v_item;
    end if;
  end if;
  if waymark._is_paged(p_object) then
    return coalesce(waymark._paged_item(p_object, p_key), waymark.py_getitem(waymark._paged_whole(p_object), p_key));
  end if;
  v_kind := waymark._py_kind(p_object);
  if v_kind = 'dict' then
    v_item := waymark._py_lookup(p_object, p_key);
    if v_item is null then
      return waymark._raise_python('KeyError', waymark._py_repr(p_key), jsonb_build_array(p_key));
    end if;
    return v_item;
  elsif v_kind in ('list', 'tuple', 'str', 'bytes', 'range') then
    return waymark._py_index(v_kind, p_object, p_key);
  elsif waymark._py_is_foreign(p_object) then
    return waymark._refuse('a subscript of ' || waymark._py_type_name(p_object), 'Read the attributes, or do it in an action.');
  end if;
  return waymark._raise_python('TypeError', format('''%s'' object is not subscriptable', waymark._py_type_name(p_object)));
end
$$;

comment on function waymark.py_getitem(jsonb, jsonb) is
  'The Python subscription object[key].';

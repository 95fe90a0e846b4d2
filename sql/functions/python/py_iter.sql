-- What a `for` loop walks: an array, which is walked as it is, or a range or pages, which stay lazy. waymark._py_iterate takes its elements one by one; a
-- comprehension takes them all, as jsonb_array_elements(waymark.py_list(x)).
-- Raises: WM501 TypeError; WM502 for sets of more than one element, whose order CPython does not define, and for users' classes.
create or replace function waymark.py_iter(p_value jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_kind text;
begin
  if jsonb_typeof(p_value) = 'array' then
    return p_value;
  end if;
  v_kind := waymark._py_kind(p_value);
  case v_kind
    when 'range' then
      return p_value;
    when 'paged' then
      return case when p_value ->> 'kind' = 'dict' then waymark.py_iter(waymark._paged_whole(p_value)) else p_value end;
    when 'tuple', 'iterator' then
      return p_value -> 'v';
    when 'dict' then
      return case
        when p_value ->> '$' = 'dict' then jsonb_path_query_array(p_value, '$.v[*][0]')
        when p_value ? '$' then p_value -> '$'
        else coalesce((select jsonb_agg(entry.key) from jsonb_object_keys(p_value) as entry (key)), '[]')
      end;
    when 'str' then
      return waymark._py_characters(p_value);
    when 'bytes' then
      return coalesce((
        select jsonb_agg(get_byte(content.value, place.i) order by place.i)
        from (values (decode(p_value ->> 'v', 'base64'))) as content (value), generate_series(0, length(content.value) - 1) as place (i)
      ), '[]');
    when 'set', 'frozenset' then
      if jsonb_array_length(p_value -> 'v') > 1
         and exists (select from jsonb_array_elements(p_value -> 'v') as element where waymark._py_kind(element) <> 'task') then
        return waymark._refuse('the order of a set''s elements', 'Keep a list, or return a sorted one from an action.');
      end if;
      return p_value -> 'v';
    else
      if waymark._py_is_foreign(p_value) then
        return waymark._refuse('iteration over ' || waymark._py_type_name(p_value), 'Return a list from an action.');
      end if;
      return waymark._raise_python('TypeError', format('''%s'' object is not iterable', waymark._py_type_name(p_value)));
  end case;
end
$$;

comment on function waymark.py_iter(jsonb) is
  'What a Python for loop over a value walks: an array or a range.';

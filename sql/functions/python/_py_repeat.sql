-- A sequence times an int.
-- Raises: WM501 TypeError, OverflowError; WM502 when the result has more than 1,000,000 elements, characters or bytes.
create or replace function waymark._py_repeat(p_kind text, p_sequence jsonb, p_count jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_count numeric := waymark._py_int(p_count);
  v_length int;
  v_items jsonb := case p_kind when 'list' then p_sequence when 'tuple' then p_sequence -> 'v' end;
begin
  if v_count is null then
    return waymark._raise_python('TypeError', format(
      'can''t multiply sequence by non-int of type ''%s''', waymark._py_type_name(p_count)));
  elsif v_count not between -9223372036854775808 and 9223372036854775807 then
    return waymark._raise_python('OverflowError', 'cannot fit ''int'' into an index-sized integer');
  end if;
  v_count := greatest(v_count, 0);
  v_length := case p_kind
    when 'str' then octet_length(waymark._py_to_utf8(p_sequence))
    when 'bytes' then octet_length(decode(p_sequence ->> 'v', 'base64'))
    else jsonb_array_length(v_items)
  end;
  if v_length * v_count > 1000000 then
    return waymark._refuse('a repetition of more than 1,000,000 elements', 'Build it in an action.');
  elsif v_length = 0 then
    return p_sequence;
  end if;
  case p_kind
    when 'str' then
      return waymark._py_from_utf8(decode(repeat(encode(waymark._py_to_utf8(p_sequence), 'hex'), v_count::int), 'hex'));
    when 'bytes' then
      return waymark._py_from_bytes(decode(repeat(encode(decode(p_sequence ->> 'v', 'base64'), 'hex'), v_count::int), 'hex'));
    else
      v_items := coalesce((
        select jsonb_agg(item.value order by repetition.i, item.position)
        from generate_series(1, v_count::int) as repetition (i), jsonb_array_elements(v_items) with ordinality as item (value, position)
      ), '[]');
      return case p_kind when 'list' then v_items else jsonb_build_object('$', 'tuple', 'v', v_items) end;
  end case;
end
$$;

comment on function waymark._py_repeat(text, jsonb, jsonb) is
  'A Python sequence repeated an int''s number of times.';

-- The operator `in` with bytes on the right: a byte or a run of bytes.
-- Raises: WM501 TypeError, ValueError; WM502.
create or replace function waymark._py_in_bytes(p_item jsonb, p_container bytea) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_byte numeric := waymark._py_int(p_item);
begin
  if v_byte is null then
    if waymark._py_kind(p_item) = 'bytes' then
      return position(decode(p_item ->> 'v', 'base64') in p_container) > 0;
    elsif waymark._py_is_foreign(p_item) then
      perform waymark._refuse(format('a %s in bytes', waymark._py_type_name(p_item)), 'Use a plain value.');
    end if;
    perform waymark._raise_python('TypeError', format('a bytes-like object is required, not ''%s''', waymark._py_type_name(p_item)));
  elsif v_byte not between 0 and 255 then
    perform waymark._raise_python('ValueError', 'byte must be in range(0, 256)');
  end if;
  return position(set_byte('\x00', 0, v_byte::int) in p_container) > 0;
end
$$;

comment on function waymark._py_in_bytes(jsonb, bytea) is
  'The Python operator in with bytes on the right.';

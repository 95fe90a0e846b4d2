-- Whether Python can change a value in place, so that it needs an identity. Exceptions are left out: they are never changed in a body.
create or replace function waymark._heap_is_mutable(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'array' then
      return true;
    when 'object' then
      return not p_value ? '$' or jsonb_typeof(p_value -> '$') = 'array' or p_value ->> '$' in ('dict', 'set') or strpos(p_value ->> '$', ':') > 0;
    else
      return false;
  end case;
end
$$;

comment on function waymark._heap_is_mutable(jsonb) is
  'Whether a value is of a mutable type.';

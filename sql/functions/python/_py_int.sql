-- An int or bool as numeric; SQL null for every other value.
create or replace function waymark._py_int(p_value jsonb) returns numeric
language plpgsql stable parallel safe
as $$
begin
  case jsonb_typeof(p_value)
    when 'number' then
      return case when scale(p_value::numeric) = 0 then p_value::numeric end;
    when 'boolean' then
      return p_value::boolean::int;
    else
      return null;
  end case;
end
$$;

comment on function waymark._py_int(jsonb) is
  'An encoded int or bool as numeric, null for any other value.';

-- Joins two lists of the engine's own, such as the spreads of a gather.
create or replace function waymark.py_concat(p_left jsonb, p_right jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return p_left || p_right;
end
$$;

comment on function waymark.py_concat(jsonb, jsonb) is
  'Joins two lists of the engine''s own.';

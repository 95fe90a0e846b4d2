-- The elements of a generator expression that is consumed at once. They are all evaluated first, though CPython evaluates one when it is asked for:
-- where one of them fails, a step therefore leaves it to CPython which error comes first, and whether any does (`any` may stop before).
create or replace function waymark.py_generator(p_elements jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return p_elements;
end
$$;

comment on function waymark.py_generator(jsonb) is
  'The elements of a generator expression that is consumed at once.';

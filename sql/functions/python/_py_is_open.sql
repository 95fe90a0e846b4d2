-- Whether the engine cannot know what arithmetic or ordering does with a value: instances of users' classes, and types of the standard library
-- whose operators the engine does not compute.
create or replace function waymark._py_is_open(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
begin
  return waymark._py_is_foreign(p_value)
    or waymark._py_kind(p_value) in ('decimal', 'datetime', 'date', 'timedelta', 'path', 'timezone', 'zone');
end
$$;

comment on function waymark._py_is_open(jsonb) is
  'Whether a value''s type may define arithmetic or an order that the engine does not compute.';

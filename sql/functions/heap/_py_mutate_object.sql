-- Setting a field of an instance of a user's class (a model or dataclass). Only fields that it has, and only where the class sets them in the
-- plain way, which its encoding says.
-- Raises: WM502 for all else.
create or replace function waymark._py_mutate_object(p_method text, p_object jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_name text := p_args ->> 0;
begin
  if p_method <> '__setattr__' or not p_object ? v_name or v_name like '$%' or coalesce(p_object -> '$own' ? 'set', false) then
    return waymark._refuse(format('%s of %s', p_method, waymark._py_type_name(p_object)), 'Change the object in an action and return it.');
  end if;
  p_object := p_object || jsonb_build_object(v_name, p_args -> 1);
  if p_object ? '$unset' then
    p_object := jsonb_set(p_object, '{$unset}', (p_object -> '$unset') - v_name);
    p_object := case when p_object -> '$unset' = '[]' then p_object - '$unset' else p_object end;
  end if;
  return jsonb_build_object('content', p_object, 'result', null);
end
$$;

comment on function waymark._py_mutate_object(text, jsonb, jsonb) is
  'Sets a field of an instance of a user''s class.';

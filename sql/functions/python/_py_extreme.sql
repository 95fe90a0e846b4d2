-- min() and max(): of the elements of one iterable, where an empty one gives the default, or of two arguments and more.
-- Raises: WM502 for a key, for an empty iterable without a default, and as _py_pick.
create or replace function waymark._py_extreme(p_name text, p_sign int, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_values jsonb := case jsonb_array_length(p_args) when 1 then waymark.py_list(p_args -> 0) else p_args end;
begin
  if p_args = '[]' or p_kwargs - 'default' <> '{}' or p_kwargs <> '{}' and jsonb_array_length(p_args) > 1
     or v_values = '[]' and p_kwargs = '{}' then
    return waymark._py_inexact(p_name);
  elsif v_values = '[]' then
    return p_kwargs -> 'default';
  end if;
  return waymark._py_pick(v_values, p_sign);
end
$$;

comment on function waymark._py_extreme(text, int, jsonb, jsonb) is
  'The Python min and max.';

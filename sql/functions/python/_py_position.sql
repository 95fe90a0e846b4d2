-- Where in an array of hashable values one equal to p_key is (from 0), as a set or dict would find it; SQL null when there is none.
-- Raises: WM501 TypeError for an unhashable key; WM502 for keys whose equality the engine does not know.
create or replace function waymark._py_position(p_keys jsonb, p_key jsonb) returns int
language plpgsql stable parallel safe
as $$
declare
  v_key jsonb := waymark._py_key(p_key);
  v_plain boolean := v_key ->> '$' is distinct from 'enum';
begin
  return (
    select entry.position - 1
    from jsonb_array_elements(p_keys) with ordinality as entry (key, position)
    where case
      when v_plain and jsonb_typeof(entry.key) = 'string' then entry.key = v_key
      when jsonb_typeof(p_key) = 'number' and jsonb_typeof(entry.key) = 'number' then entry.key = p_key
      else waymark._py_same_key(waymark._py_key(entry.key), v_key) end
    limit 1
  );
end
$$;

comment on function waymark._py_position(jsonb, jsonb) is
  'The position of a key in an array of keys, null when absent.';

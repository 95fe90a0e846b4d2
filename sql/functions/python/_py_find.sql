-- Where in text[start:stop] a part is first found, or last (p_from_right), as a position in the whole text; -1 when it is not.
-- Raises: WM502 for other values than plain strings, and for bounds that are no ints.
create or replace function waymark._py_find(p_text jsonb, p_part jsonb, p_start jsonb, p_stop jsonb, p_from_right boolean) returns int
language plpgsql stable parallel safe
as $$
declare
  v_length int := length(p_text #>> '{}');
  v_start int;
  v_stop int;
  v_text text;
  v_place int;
begin
  if jsonb_typeof(p_text) <> 'string' or jsonb_typeof(p_part) <> 'string' then
    perform waymark._py_inexact('.find()');
  end if;
  v_start := waymark._py_bound(p_start, v_length, 0, 0, v_length + 1);
  v_stop := waymark._py_bound(p_stop, v_length, v_length, 0, v_length);
  if v_start > v_stop then
    return -1;
  end if;
  v_text := substr(p_text #>> '{}', v_start + 1, v_stop - v_start);
  if not p_from_right then
    v_place := strpos(v_text, p_part #>> '{}') - 1;
  elsif p_part = '""' then
    v_place := length(v_text);
  else
    v_place := strpos(reverse(v_text), reverse(p_part #>> '{}'));
    v_place := case v_place when 0 then -1 else length(v_text) - v_place - length(p_part #>> '{}') + 1 end;
  end if;
  return case v_place when -1 then -1 else v_place + v_start end;
end
$$;

comment on function waymark._py_find(jsonb, jsonb, jsonb, jsonb, boolean) is
  'The position of a string in another, or -1.';

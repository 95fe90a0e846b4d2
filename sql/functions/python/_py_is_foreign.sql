-- Whether a value is an instance of a user's class, which may define any operator, one that could not be encoded, a complex number, or a function or class itself, or an iterator.
create or replace function waymark._py_is_foreign(p_value jsonb) returns boolean
language plpgsql stable parallel safe
as $$
declare
  v_kind text := waymark._py_kind(p_value);
begin
  return v_kind in ('object', 'enum', 'class', 'complex', 'opaque', 'callable', 'iterator', 'task', 'semaphore') or (v_kind = 'exception' and strpos(p_value ->> 'type', ':') > 0);
end
$$;

comment on function waymark._py_is_foreign(jsonb) is
  'Whether a value is of a user''s class, so that the engine does not know its operators.';

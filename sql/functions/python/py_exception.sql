-- Builds an exception of a class with arguments (a list or tuple). The message is str() of it as far as the engine knows the arguments' repr.
-- Raises: WM502 for the builtin classes whose construction is more than keeping their arguments.
create or replace function waymark.py_exception(p_class jsonb, p_mro jsonb, p_args jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_args jsonb := waymark.py_list(p_args);
begin
  if (p_mro ? 'OSError' and jsonb_array_length(v_args) > 1)
     or p_mro ?| '{BaseExceptionGroup,UnicodeEncodeError,UnicodeDecodeError,UnicodeTranslateError,SyntaxError}' then
    return waymark._refuse(format('%s with these arguments', p_class #>> '{}'), 'Raise it in an action.');
  end if;
  return jsonb_build_object('$', 'exception', 'type', p_class, 'mro', p_mro, 'args', v_args, 'message', case
    when jsonb_array_length(v_args) = 0 then ''
    when jsonb_array_length(v_args) > 1 then waymark._py_repr(jsonb_build_object('$', 'tuple', 'v', v_args))
    when p_mro ? 'KeyError' then waymark._py_repr(v_args -> 0)
    else waymark._py_text(v_args -> 0)
  end);
end
$$;

comment on function waymark.py_exception(jsonb, jsonb, jsonb) is
  'Builds a Python exception value.';

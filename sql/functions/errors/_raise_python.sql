-- Raises a Python exception of a builtin class inside a step; never returns (the result type lets a caller write `return`).
-- Without p_args the message is the only argument, as CPython does for nearly all of its own errors.
-- Raises: WM501, detail: the exception value (docs/internals/values.md). The step function catches it and routes it to its handler.
create or replace function waymark._raise_python(p_class text, p_message text, p_args jsonb default null) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  raise exception using
    errcode = 'WM501',
    message = p_class || ': ' || p_message,
    detail = jsonb_build_object(
      '$', 'exception', 'type', p_class, 'mro', waymark._builtin_mro(p_class),
      'args', coalesce(p_args, jsonb_build_array(p_message)), 'message', p_message)::text,
    hint = 'Handle it in the workflow with try/except.';
end
$$;

comment on function waymark._raise_python(text, text, jsonb) is
  'Raises a builtin Python exception as WM501 with the exception value as detail.';

-- format(value, spec) of bools, numbers and strings, in CPython's own mini-language; of other values only with an empty spec, which is str().
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_format(p_value jsonb, p_spec text) returns text
language plpgsql stable parallel safe
as $$
declare
  v_spec record;
  v_is_text constant boolean := jsonb_typeof(p_value) = 'string';
  v_sign text := '';
  v_text text;
begin
  if p_spec = '' then
    return waymark._py_text_exact(p_value);
  end if;
  v_spec := waymark._py_format_spec(p_spec);
  if v_spec.width is null then
    null;
  elsif v_is_text then
    if v_spec.sign || v_spec.separator = '' and not v_spec.is_alternate and coalesce(v_spec.align, '<') not in ('=', '0') and v_spec.presentation in ('', 's') then
      v_text := case when v_spec.digits is null then p_value #>> '{}' else left(p_value #>> '{}', v_spec.digits) end;
    end if;
  elsif v_spec.separator = '' or v_spec.presentation in ('', 'd', 'f', 'F', '%') and v_spec.fill is distinct from '0' then
    v_sign := case when p_value #>> '{}' ~ '^-' or p_value ->> 'v' ~ '^-' then '-' else ltrim(v_spec.sign, '-') end
      || case when not v_spec.is_alternate then '' when v_spec.presentation in ('b', 'o', 'x', 'X') then '0' || v_spec.presentation end;
    v_text := waymark._py_format_number(p_value, nullif(v_spec.presentation, ''), v_spec.digits);
    if v_spec.separator <> '' then
      v_text := regexp_replace(substring(v_text from '^[0-9]+'), '([0-9])(?=([0-9]{3})+$)', '\1' || v_spec.separator, 'g') || ltrim(v_text, '0123456789');
    end if;
  end if;
  if v_sign || v_text is null then
    perform waymark._py_inexact('format()');
  end if;
  return waymark._py_pad(v_sign, v_text, coalesce(v_spec.fill, ' '),
    coalesce(translate(v_spec.align, '0', '='), case when v_is_text then '<' else '>' end), v_spec.width);
end
$$;

comment on function waymark._py_format(jsonb, text) is
  'The Python format(value, spec).';

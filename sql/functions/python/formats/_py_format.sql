-- format(value, spec) of bools, numbers and strings, in CPython's own mini-language; of other values only with an empty spec, which is str().
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_format(p_value jsonb, p_spec text) returns text
language plpgsql stable parallel safe
as $$
declare
  v_spec text[] := regexp_match(p_spec, '^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?([0-9]{1,4})?([,_])?(?:\.([0-9]{1,3}))?([a-zA-Z%])?$');
  v_fill text := coalesce(v_spec[1], v_spec[5], ' ');
  v_align text := v_spec[2];
  v_is_text boolean := jsonb_typeof(p_value) = 'string';
  v_sign text := '';
  v_text text;
begin
  if p_spec = '' then
    return waymark._py_text_exact(p_value);
  elsif v_spec is null then
    null;
  elsif v_is_text then
    if coalesce(v_spec[3], v_spec[4], v_spec[5], v_spec[7]) is null and v_align is distinct from '=' and coalesce(v_spec[9], 's') = 's' then
      v_text := case when v_spec[8] is null then p_value #>> '{}' else left(p_value #>> '{}', v_spec[8]::int) end;
    end if;
  elsif v_spec[7] is null or (v_align is not null or v_spec[5] is null) and coalesce(v_spec[9], 'd') in ('d', 'f', 'F', '%') then
    v_align := coalesce(v_align, case when v_spec[5] is not null then '=' end);
    v_sign := case when p_value #>> '{}' ~ '^-' or p_value ->> 'v' ~ '^-' then '-' when v_spec[3] in ('+', ' ') then v_spec[3] else '' end
      || case when v_spec[4] is null then '' when v_spec[9] in ('b', 'o', 'x', 'X') then '0' || v_spec[9] end;
    v_text := waymark._py_format_number(p_value, v_spec[9], v_spec[8]::int);
    if v_spec[7] is not null and v_fill || v_align is distinct from '0=' then
      v_text := regexp_replace(substring(v_text from '^[0-9]+'), '([0-9])(?=([0-9]{3})+$)', '\1' || v_spec[7], 'g')
        || substring(v_text from '^[0-9]+(.*)$');
    elsif v_spec[7] is not null then
      v_text := null;
    end if;
  end if;
  if v_sign || v_text is null then
    perform waymark._py_inexact('format()');
  end if;
  return waymark._py_pad(v_sign, v_text, v_fill, coalesce(v_align, case when v_is_text then '<' else '>' end), v_spec[6]::int);
end
$$;

comment on function waymark._py_format(jsonb, text) is
  'The Python format(value, spec).';

-- The operator % of a string: %s, %r, %d, %i, %x, %X, %o, %f, %F and %% with flags, width and precision, one for each of an array of values.
-- Raises: WM502 for what only CPython can compute here.
create or replace function waymark._py_percent(p_format text, p_values jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_result text := '';
  v_part text[];
  v_value jsonb;
  v_next int := 0;
  v_type text;
  v_text text;
begin
  if p_format !~ '^(?:[^%]|%%|%[-+ 0]*[0-9]{0,4}(?:\.[0-9]{1,3})?[srdixXofF])*$' then
    return waymark._py_inexact('%');
  end if;
  for v_part in select regexp_matches(p_format, '([^%]+)|(%%)|%([-+ 0]*)([0-9]{0,4})(?:\.([0-9]{1,3}))?([srdixXofF])', 'g') loop
    if v_part[6] is null then
      v_result := v_result || coalesce(v_part[1], '%');
      continue;
    end if;
    v_value := p_values -> v_next;
    v_next := v_next + 1;
    v_type := case v_part[6] when 'i' then 'd' else v_part[6] end;
    if v_value is null or v_type in ('s', 'r') then
      v_text := case v_type when 's' then waymark._py_text_exact(v_value) else waymark._py_repr_exact(v_value) end;
      v_text := case when v_part[5] is null then v_text else left(v_text, v_part[5]::int) end;
      v_text := waymark._py_pad('', v_text, ' ', case when v_part[3] ~ '-' then '<' else '>' end, nullif(v_part[4], '')::int);
    elsif waymark._py_kind(v_value) in ('int', 'bool') or waymark._py_kind(v_value) = 'float' and v_type in ('f', 'F') then
      v_text := waymark._py_pad(
        case when v_value::text ~ '^-' or v_value ->> 'v' ~ '^-' then '-' when v_part[3] ~ '[+]' then '+' when v_part[3] ~ ' ' then ' ' else '' end,
        waymark._py_format_number(v_value, v_type, v_part[5]::int), case when v_part[3] ~ '0' and v_part[3] !~ '-' then '0' else ' ' end,
        case when v_part[3] ~ '-' then '<' when v_part[3] ~ '0' then '=' else '>' end, nullif(v_part[4], '')::int);
    else
      v_text := null;
    end if;
    if v_text is null then
      return waymark._py_inexact('%');
    end if;
    v_result := v_result || v_text;
  end loop;
  return case when v_next = jsonb_array_length(p_values) then to_jsonb(v_result) else waymark._py_inexact('%') end;
end
$$;

comment on function waymark._py_percent(text, jsonb) is
  'The Python operator % of a string and a tuple of values.';

-- repr() of a string for an exception's message. Control characters, separators and lone surrogates are escaped; the other characters beyond
-- ASCII stand as they are, also the few that Python's Unicode tables call unprintable.
create or replace function waymark._py_repr_string(p_value jsonb) returns text
language plpgsql stable parallel safe
as $$
declare
  v_quote text;
  v_character jsonb;
  v_code int;
  v_text text := '';
begin
  if jsonb_typeof(p_value) = 'string' and (p_value #>> '{}') ~ '^[^\\''\x01-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff]*$' then
    return '''' || (p_value #>> '{}') || '''';
  end if;
  v_quote := case when waymark.py_in('"''"', p_value) and not waymark.py_in('"\""', p_value) then '"' else '''' end;
  for v_character in select value from jsonb_array_elements(waymark._py_characters(p_value)) loop
    if jsonb_typeof(v_character) <> 'string' then
      v_code := case when v_character ->> 'v' = 'AA==' then 0 else
        ((get_byte(waymark._py_to_utf8(v_character), 0) & 15) << 12) + ((get_byte(waymark._py_to_utf8(v_character), 1) & 63) << 6)
        + (get_byte(waymark._py_to_utf8(v_character), 2) & 63) end;
    else
      v_code := ascii(v_character #>> '{}');
    end if;
    v_text := v_text || case
      when v_code in (92, ascii(v_quote)) then '\' || (v_character #>> '{}')
      when v_code = 9 then '\t'
      when v_code = 10 then '\n'
      when v_code = 13 then '\r'
      when v_code < 32 or v_code between 127 and 160 or v_code = 173 then '\x' || lpad(to_hex(v_code), 2, '0')
      when v_code between 55296 and 57343 or v_code between 8192 and 8207 or v_code between 8232 and 8239
        or v_code between 8288 and 8303 or v_code in (12288, 65279) then '\u' || lpad(to_hex(v_code), 4, '0')
      else v_character #>> '{}'
    end;
  end loop;
  return v_quote || v_text || v_quote;
end
$$;

comment on function waymark._py_repr_string(jsonb) is
  'repr() of a string for an exception''s message.';

-- Pads a text to a width: on the right (<), the left (>), both sides (^) or between the sign and the text (=).
create or replace function waymark._py_pad(p_sign text, p_text text, p_fill text, p_align text, p_width int) returns text
language plpgsql stable parallel safe
as $$
declare
  v_missing int := greatest(0, coalesce(p_width, 0) - length(p_sign) - length(p_text));
begin
  return case p_align
    when '<' then p_sign || p_text || repeat(p_fill, v_missing)
    when '>' then repeat(p_fill, v_missing) || p_sign || p_text
    when '=' then p_sign || repeat(p_fill, v_missing) || p_text
    else repeat(p_fill, v_missing / 2) || p_sign || p_text || repeat(p_fill, v_missing - v_missing / 2)
  end;
end
$$;

comment on function waymark._py_pad(text, text, text, text, int) is
  'A text padded to a width as format() does.';

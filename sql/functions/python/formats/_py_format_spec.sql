-- The parts of a format spec that the engine reads; all are SQL null for any other. Read character by character: captures of a regular expression cost
-- many times as much.
create or replace function waymark._py_format_spec(
  p_spec text, out fill text, out align text, out sign text, out is_alternate boolean, out width int, out separator text, out digits int, out presentation text)
language plpgsql stable parallel safe
as $$
declare
  v_rest text := p_spec;
begin
  if p_spec !~ '^(?:.?[<>=^])?[-+ ]?#?[0-9]{0,4}[,_]?(?:\.[0-9]{1,3})?[a-zA-Z%]?$' then
    return;
  elsif substr(v_rest, 2, 1) in ('<', '>', '=', '^') then
    fill := left(v_rest, 1);
    align := substr(v_rest, 2, 1);
    v_rest := substr(v_rest, 3);
  elsif left(v_rest, 1) in ('<', '>', '=', '^') then
    align := left(v_rest, 1);
    v_rest := substr(v_rest, 2);
  end if;
  sign := case when left(v_rest, 1) in ('-', '+', ' ') then left(v_rest, 1) else '' end;
  v_rest := substr(v_rest, 1 + length(sign));
  is_alternate := left(v_rest, 1) = '#';
  v_rest := ltrim(v_rest, '#');
  if left(v_rest, 1) = '0' and fill is null then
    fill := '0';
    align := coalesce(align, '0');
  end if;
  width := coalesce(nullif(substring(v_rest from '^[0-9]*'), ''), '0')::int;
  v_rest := ltrim(v_rest, '0123456789');
  separator := case when left(v_rest, 1) in (',', '_') then left(v_rest, 1) else '' end;
  v_rest := ltrim(v_rest, ',_');
  digits := substr(substring(v_rest from '^\.[0-9]+'), 2)::int;
  presentation := ltrim(v_rest, '.0123456789');
end
$$;

comment on function waymark._py_format_spec(text) is
  'The parts of a format spec.';

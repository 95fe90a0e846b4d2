-- How many elements a range has.
create or replace function waymark._py_range_length(p_range jsonb) returns numeric
language plpgsql stable parallel safe
as $$
declare
  v_start numeric := (p_range #> '{v,0}')::numeric;
  v_stop numeric := (p_range #> '{v,1}')::numeric;
  v_step numeric := (p_range #> '{v,2}')::numeric;
begin
  return greatest(0, div(v_stop - v_start - sign(v_step), v_step) + 1)
    * case when (v_stop - v_start) * v_step > 0 then 1 else 0 end;
end
$$;

comment on function waymark._py_range_length(jsonb) is
  'The number of elements of a range.';

-- The first of sorted numbers that is not below p_from; null: none. Cheaper than a query for what is asked several times a fire.
create or replace function waymark._next_of(p_sorted int[], p_from int) returns int
language plpgsql immutable as $$
declare
  v_number int;
begin
  foreach v_number in array p_sorted loop
    if v_number >= p_from then
      return v_number;
    end if;
  end loop;
  return null;
end
$$;
comment on function waymark._next_of(int[], int) is 'The first of sorted numbers that is not below another.';

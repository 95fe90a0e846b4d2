-- The operand of an operator that may be in pages, of which the operator needs few; null if it needs all of it.
create or replace function waymark._held_operand(p_operator text) returns int
language plpgsql immutable as $$
begin
  return case when p_operator in ('py.iter', 'py.getitem', 'py.list_append', 'py.is_none', 'py.truth') then 1
              when p_operator in ('py.in', 'py.not_in') then 2 end;
end
$$;
comment on function waymark._held_operand(text) is 'The operand of an operator that may be in pages.';

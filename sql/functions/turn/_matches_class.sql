-- Whether one of the classes (the mro of an exception) is named. A name without a module stands for the class of that name in any module.
create or replace function waymark._matches_class(p_mro jsonb, p_names jsonb) returns boolean
language plpgsql stable as $$
begin
  return exists (
    select from jsonb_array_elements_text(p_mro) m(class) where p_names ?| array[m.class, split_part(m.class, ':', 2)]);
end
$$;
comment on function waymark._matches_class(jsonb, jsonb) is 'Whether an exception is of one of the classes named.';

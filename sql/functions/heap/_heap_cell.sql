-- The content of the object that a reference names: {"$": number}. Contents hold references in turn.
create or replace function waymark._heap_cell(p_reference jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return p_heap[(p_reference -> '$')::int];
end
$$;

comment on function waymark._heap_cell(jsonb, jsonb[]) is
  'The content of the object that a reference names.';

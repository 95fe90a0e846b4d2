-- The content of the object that a reference names: {"$": number}. Contents hold references in turn. Of a heap in pages (waymark._heap_spill) the
-- array has the contents that are not there, or have changed since; its element 0 names the store.
create or replace function waymark._heap_cell(p_reference jsonb, p_heap jsonb[]) returns jsonb
language plpgsql stable
as $$
declare
  v_number int := (p_reference -> '$')::int;
begin
  if p_heap[v_number] is not null then
    return p_heap[v_number];
  end if;
  return (
    select p.content -> v_number::text from waymark.pages p
    where p.store_id = p_heap[0]::bigint and p.value_no = 0 and p.page_no = v_number / 8);
end
$$;

comment on function waymark._heap_cell(jsonb, jsonb[]) is
  'The content of the object that a reference names.';

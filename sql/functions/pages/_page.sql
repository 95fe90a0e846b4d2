-- A page of a paged value: as this step has left it, or as it is stored; SQL null when there is none.
-- Volatile callers write pages that a later call of theirs has to see; the step functions are stable and see those of the steps before.
create or replace function waymark._page(p_paged jsonb, p_page int) returns jsonb
language plpgsql stable
as $$
begin
  return coalesce(p_paged -> 'pages' -> p_page::text, (
    select p.content from waymark.pages p
    where p.store_id = (p_paged #> '{at,0}')::bigint and p.value_no = (p_paged #> '{at,1}')::int and p.page_no = p_page));
end
$$;

comment on function waymark._page(jsonb, int) is
  'A page of a paged value.';

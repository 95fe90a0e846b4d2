-- Writes what steps have put into pages, and takes it out of their heaps: "void" are the numbers whose pages go first, "pages" those to be written.
-- Nobody else sees the pages of a task, and the task is locked by the caller.
create or replace function waymark._write_pages(p_steps waymark.task_step[]) returns waymark.task_step[]
language plpgsql as $$
begin
  delete from waymark.pages p
   using unnest(p_steps) s, jsonb_array_elements(s.heap -> 'void') v
   where p.store_id = (s.heap -> 'store')::bigint and p.value_no = v::int;
  insert into waymark.pages (store_id, value_no, page_no, content)
  select distinct on (1, 2, 3) (s.heap -> 'store')::bigint, (w.page -> 0)::int, (w.page -> 1)::int, w.page -> 2
    from unnest(p_steps) s, jsonb_array_elements(s.heap -> 'pages') with ordinality w (page, position)
   order by 1, 2, 3, w.position desc
  on conflict (store_id, value_no, page_no) do update set content = excluded.content;
  for i in 1..cardinality(p_steps) loop
    p_steps[i].heap := p_steps[i].heap - '{pages,void}'::text[];
  end loop;
  return p_steps;
end
$$;
comment on function waymark._write_pages(waymark.task_step[]) is 'Writes the pages of large values that steps have changed.';

-- The value itself, out of its pages.
create or replace function waymark._paged_whole(p_value jsonb) returns jsonb
language plpgsql stable strict
as $$
declare
  v_pages jsonb;
  v_items jsonb;
begin
  if p_value ->> '$' is distinct from 'paged' then
    return p_value;
  end if;
  select coalesce(jsonb_object_agg(p.page_no, p.content), '{}') || coalesce(p_value -> 'pages', '{}') into v_pages
    from waymark.pages p
   where p.store_id = (p_value #> '{at,0}')::bigint and p.value_no = (p_value #> '{at,1}')::int and not p_value ? 'fresh';
  if p_value ->> 'kind' <> 'dict' then
    select coalesce(jsonb_agg(item.value order by page.key::int, item.position), '[]') into v_items
      from jsonb_each(v_pages) as page
     cross join lateral jsonb_array_elements(page.value) with ordinality as item (value, position)
     where page.key::int * (p_value -> 'per')::int + item.position <= (p_value -> 'length')::int;
    return case p_value ->> 'kind' when 'list' then v_items else jsonb_build_object('$', 'tuple', 'v', v_items) end;
  end if;
  select coalesce(jsonb_agg(jsonb_build_array(item.key::jsonb, item.value -> 1) order by (item.value -> 0)::bigint), '[]') into v_items
    from jsonb_each(v_pages) as page cross join lateral jsonb_each(page.value) as item;
  return case when jsonb_path_exists(v_items, 'strict $[*][0] ? (@.type() != "string" || @ == "$")') then jsonb_build_object('$', 'dict', 'v', v_items)
    else waymark.py_dict(v_items) end;
end
$$;

comment on function waymark._paged_whole(jsonb) is
  'A value out of its pages.';

-- A large value in pages of about 1 KB, all of them still to be written: {"$": "paged", "kind", "at": [store, number], "length", "per": elements a page,
-- "pages": {number: content}, "fresh": what was stored under this number before is void}. A list or tuple (kind) has its elements in order. A dict has
-- them by the hash of the key, as {key as JSON text: [serial, value]}, in "count" pages; "serial" is the next in order of insertion, and "keys" a digest
-- that changes whenever its keys do. A value that has no pages (a string, a dict with keys that are neither strings nor ints, …) is itself.
create or replace function waymark._paged(p_value jsonb, p_store bigint, p_number int) returns jsonb
language plpgsql stable
as $$
declare
  v_kind text := waymark._py_kind(p_value);
  v_items jsonb;
  v_length int;
  v_per int;
  v_paged jsonb;
begin
  if v_kind not in ('list', 'tuple', 'dict') then
    return p_value;
  end if;
  v_items := case v_kind when 'list' then p_value when 'tuple' then p_value -> 'v' else waymark._py_pairs(p_value) end;
  v_length := jsonb_array_length(v_items);
  if v_length < 2 or v_kind = 'dict' and jsonb_path_exists(v_items, 'strict $[*][0] ? (@.type() != "string" && @.type() != "number")')
     or v_kind = 'dict' and exists (select from jsonb_array_elements(v_items) pair where waymark._py_kind(pair.value -> 0) = 'float') then
    return p_value;
  end if;
  v_per := greatest(1, least(64, 1000 / greatest(1, pg_column_size(v_items) / v_length)));
  v_paged := jsonb_build_object('$', 'paged', 'kind', v_kind, 'at', jsonb_build_array(p_store, p_number), 'length', v_length, 'per', v_per, 'fresh', true);
  if v_kind <> 'dict' then
    return v_paged || jsonb_build_object('pages', (
      select jsonb_object_agg(page.number, page.content)
      from (select (item.position - 1) / v_per, jsonb_agg(item.value order by item.position)
              from jsonb_array_elements(v_items) with ordinality as item (value, position) group by 1) as page (number, content)));
  end if;
  return v_paged || jsonb_build_object('count', (v_length - 1) / v_per + 1, 'serial', v_length,
    'keys', waymark._paged_digest(jsonb_path_query_array(v_items, '$[*][0]')::text), 'pages', (
    select jsonb_object_agg(page.number, page.content)
    from (select waymark._paged_bucket((item.value -> 0)::text, (v_length - 1) / v_per + 1),
                 jsonb_object_agg((item.value -> 0)::text, jsonb_build_array(item.position - 1, item.value -> 1))
            from jsonb_array_elements(v_items) with ordinality as item (value, position) group by 1) as page (number, content)));
end
$$;

comment on function waymark._paged(jsonb, bigint, int) is
  'A large value in pages.';

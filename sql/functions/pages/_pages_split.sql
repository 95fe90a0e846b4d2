-- A value as it is kept with the task, and the pages that have to be written: {"value", "pages": [[number, page, content], …], "void": numbers of which
-- older pages go first}. A large value goes to pages under p_number; of what is paged already, the pages that this step has changed.
create or replace function waymark._pages_split(p_value jsonb, p_store bigint, p_number int) returns jsonb
language plpgsql stable
as $$
declare
  v_inner jsonb;
begin
  if p_value ->> '$' = 'keys' then
    v_inner := waymark._pages_split(p_value -> 'v', p_store, p_number);
    if not p_value ? 'seen' and waymark._is_paged(v_inner -> 'value') then
      p_value := p_value || jsonb_build_object('seen', waymark._paged_digest((p_value -> 'v')::text));
    end if;
    return v_inner || jsonb_build_object('value', p_value || jsonb_build_object('v', v_inner -> 'value'));
  elsif pg_column_size(p_value) > 1000 and not waymark._is_paged(p_value) then
    p_value := waymark._paged(p_value, p_store, p_number);
  end if;
  if not p_value ? 'pages' or not waymark._is_paged(p_value) then
    return jsonb_build_object('value', p_value);
  end if;
  return jsonb_build_object(
    'value', p_value - '{pages,fresh}'::text[],
    'pages', (select jsonb_agg(jsonb_build_array(p_value #> '{at,1}', page.key::int, page.value)) from jsonb_each(p_value -> 'pages') as page),
    'void', case when p_value ? 'fresh' then jsonb_build_array(p_value #> '{at,1}') else '[]' end);
end
$$;

comment on function waymark._pages_split(jsonb, bigint, int) is
  'A value as it is kept with the task, and its pages.';

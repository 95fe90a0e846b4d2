-- The variables of a function as they are kept with the task, and the pages to be written, as waymark._pages_split. Large values get numbers below p_next.
create or replace function waymark._frame_split(p_locals jsonb, p_store bigint, p_next int) returns jsonb
language plpgsql stable
as $$
begin
  return (
    with variable as materialized (
      select v.key, waymark._pages_split(v.value, p_store, p_next - row_number() over ()::int) as split from jsonb_each(p_locals) v)
    select jsonb_build_object(
      'value', coalesce(jsonb_object_agg(v.key, v.split -> 'value'), '{}'),
      'pages', waymark._join_lists(coalesce(jsonb_agg(v.split -> 'pages') filter (where v.split ? 'pages'), '[]')),
      'void', waymark._join_lists(coalesce(jsonb_agg(v.split -> 'void') filter (where v.split ? 'void'), '[]')))
    from variable v);
end
$$;

comment on function waymark._frame_split(jsonb, bigint, int) is
  'The variables of a function as they are kept with the task, and their pages.';

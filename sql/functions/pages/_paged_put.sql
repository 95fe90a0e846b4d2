-- A paged value with another content of a page, which is written when the step ends.
create or replace function waymark._paged_put(p_paged jsonb, p_page int, p_content jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  return p_paged || jsonb_build_object('pages', coalesce(p_paged -> 'pages', '{}') || jsonb_build_object(p_page, p_content));
end
$$;

comment on function waymark._paged_put(jsonb, int, jsonb) is
  'A paged value with another content of a page.';

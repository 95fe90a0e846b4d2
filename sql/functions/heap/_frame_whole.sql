-- The variables of a function out of their pages.
create or replace function waymark._frame_whole(p_locals jsonb) returns jsonb
language plpgsql stable
as $$
begin
  return coalesce((
    select jsonb_object_agg(variable.key, case variable.value ->> '$'
      when 'keys' then (variable.value || jsonb_build_object('v', waymark._paged_whole(variable.value -> 'v'))) - 'seen'
      else waymark._paged_whole(variable.value) end)
    from jsonb_each(p_locals) as variable), '{}');
end
$$;

comment on function waymark._frame_whole(jsonb) is
  'The variables of a function out of their pages.';

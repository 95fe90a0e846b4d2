-- The payload of a fork: its effect is "branches" when there are others than actions. SQLSTATEs: WM503.
create or replace function waymark._check_fork(p_branches jsonb, p_settle boolean) returns jsonb
language plpgsql stable as $$
begin
  if jsonb_array_length(p_branches) > 100000 then
    raise exception using errcode = 'WM503', message = format('a gather of %s branches; at most 100000 run at once', jsonb_array_length(p_branches)),
      hint = 'Gather in portions.';
  end if;
  return jsonb_build_object('settle', p_settle, 'branches', p_branches, 'effect', case
    when exists (select from jsonb_array_elements(p_branches) b where not b ? 'action') then 'branches' else 'fork' end);
end
$$;
comment on function waymark._check_fork(jsonb, boolean) is 'The payload of a fork, within limits.';

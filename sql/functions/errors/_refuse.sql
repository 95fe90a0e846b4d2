-- Refuses an operation whose exact Python result the engine cannot give; never returns (the result type lets a caller write `return`).
-- No handler of the workflow catches this: a wrong branch taken silently would be worse than a run that fails and says why.
-- Raises: WM502, hint: the rewrite that works.
create or replace function waymark._refuse(p_what text, p_rewrite text) returns jsonb
language plpgsql stable parallel safe
as $$
begin
  raise exception using
    errcode = 'WM502',
    message = 'cannot compute exactly: ' || p_what,
    detail = 'The engine gives the result that CPython gives, or none.',
    hint = p_rewrite;
end
$$;

comment on function waymark._refuse(text, text) is
  'Refuses (WM502) an operation whose exact Python result the engine cannot give, naming the rewrite.';

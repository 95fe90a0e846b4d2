-- Raises a typed error of the engine; never returns.
-- Every message the engine gives its callers goes through here, so that each carries a SQLSTATE, a detail and a hint.
-- Raises: p_sqlstate, one of the WM… codes listed in sql/README.md.
create or replace function waymark._raise(p_sqlstate text, p_message text, p_detail text default '', p_hint text default '') returns void
language plpgsql stable parallel safe
as $$
begin
  raise exception using errcode = p_sqlstate, message = p_message, detail = p_detail, hint = p_hint;
end
$$;

comment on function waymark._raise(text, text, text, text) is
  'Raises an error of the engine with its SQLSTATE, message, detail and hint.';

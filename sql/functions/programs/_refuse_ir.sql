-- SQLSTATEs: WM101 malformed, WM102 over a limit; the detail is the path of the offending node.
create or replace function waymark._refuse_ir(p_path text, p_problem text, p_sqlstate text default 'WM101') returns void
language plpgsql as $$
begin
  raise exception using errcode = p_sqlstate, message = format('invalid program: %s %s', p_path, p_problem), detail = p_path,
    hint = 'Nothing was stored. The IR is described in docs/internals/ir.md.';
end
$$;
comment on function waymark._refuse_ir(text, text, text) is 'Refuses an IR, naming the path of the offending node.';

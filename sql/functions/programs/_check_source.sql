-- Where a program, or a function of another file, comes from. SQLSTATEs: WM101.
create or replace function waymark._check_source(p_source jsonb, p_path text) returns void
language plpgsql as $$
begin
  perform waymark._check_fields(p_source, '{"module": "string", "file": "string", "first_line": "int", "text": "string"}', p_path);
end
$$;
comment on function waymark._check_source(jsonb, text) is 'Refuses a malformed source of an IR.';

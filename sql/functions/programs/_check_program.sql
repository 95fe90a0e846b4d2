-- The shape of a whole program; expressions are checked where they are generated. SQLSTATEs: WM101, WM102.
create or replace function waymark._check_program(p_ir jsonb) returns void
language plpgsql as $$
declare
  v_function jsonb;
  v_path text;
  v_next int := 0;
begin
  if octet_length(p_ir::text) > 4194304 then
    perform waymark._refuse_ir('$', 'is larger than 4 MB', 'WM102');
  end if;
  perform waymark._check_fields(p_ir, '{"ir_version": "int", "dialect": "string", "workflow": "string", "functions": "array",
    "nodes": "array", "source": "object"}', '$');
  perform waymark._check_source(p_ir -> 'source', '$.source');
  if p_ir -> 'ir_version' <> '1' then
    perform waymark._refuse_ir('$.ir_version', 'must be 1');
  elsif p_ir ->> 'dialect' <> 'python' then
    perform waymark._refuse_ir('$.dialect', 'must be "python"');
  elsif p_ir ->> 'workflow' !~ '^[^\s"''\\]{1,200}$' then
    perform waymark._refuse_ir('$.workflow', 'must be a name of 1 to 200 characters');
  elsif jsonb_array_length(p_ir -> 'nodes') > 20000 then
    perform waymark._refuse_ir('$.nodes', 'are more than 20000', 'WM102');
  elsif jsonb_array_length(p_ir -> 'functions') not between 1 and 500 then
    perform waymark._refuse_ir('$.functions', 'must be 1 to 500', 'WM102');
  end if;
  for v_function, v_path in
    select f.value, format('$.functions[%s]', f.ordinality - 1) from jsonb_array_elements(p_ir -> 'functions') with ordinality f
  loop
    perform waymark._check_function(v_function, v_path);
    if (v_function #> '{nodes,0}')::int <> v_next then
      perform waymark._refuse_ir(v_path || '.nodes', format('must start at %s: functions cover the nodes in order', v_next));
    end if;
    v_next := (v_function #> '{nodes,1}')::int + 1;
    if v_next > jsonb_array_length(p_ir -> 'nodes') then
      perform waymark._refuse_ir(v_path || '.nodes', 'ends behind the last node');
    end if;
    perform waymark._check_node(n.value, n.ordinality::int - 1, v_function, p_ir)
      from jsonb_array_elements(p_ir -> 'nodes') with ordinality n
     where n.ordinality - 1 between (v_function #> '{nodes,0}')::int and (v_function #> '{nodes,1}')::int;
  end loop;
  if v_next <> jsonb_array_length(p_ir -> 'nodes') then
    perform waymark._refuse_ir(format('$.nodes[%s]', v_next), 'belongs to no function');
  end if;
end
$$;
comment on function waymark._check_program(jsonb) is 'Refuses an IR whose shape is wrong or over a limit.';

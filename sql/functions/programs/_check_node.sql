-- One node: its fields, its edges (inside its function; error edges lead to catch nodes and no other edge does), its targets. SQLSTATEs: WM101.
create or replace function waymark._check_node(p_node jsonb, p_id int, p_function jsonb, p_ir jsonb) returns void
language plpgsql as $$
declare
  v_path text := format('$.nodes[%s]', p_id);
  v_kind text := p_node ->> 'kind';
  v_shape jsonb := waymark._node_shape(v_kind);
  v_key text;
  v_callee jsonb;
begin
  if v_shape is null then
    perform waymark._refuse_ir(v_path, format('is of the unknown kind "%s"', left(v_kind, 50)));
  end if;
  perform waymark._check_fields(p_node, v_shape, v_path);
  if (p_node -> 'id')::int <> p_id then
    perform waymark._refuse_ir(v_path || '.id', format('must be %s', p_id));
  elsif jsonb_array_length(p_node -> 'span') <> 4
        or exists (select from jsonb_array_elements(p_node -> 'span') s where jsonb_typeof(s) <> 'number' or s::numeric not between 0 and 10000000) then
    perform waymark._refuse_ir(v_path || '.span', 'must be four numbers');
  end if;
  foreach v_key in array '{next,then,else,done,error}'::text[] loop
    continue when not p_node ? v_key;
    if (p_node -> v_key)::int not between (p_function #> '{nodes,0}')::int and (p_function #> '{nodes,1}')::int then
      perform waymark._refuse_ir(v_path || '.' || v_key, 'must be a node of the same function');
    elsif (v_key = 'error') is distinct from (p_ir #>> array['nodes', p_node ->> v_key, 'kind'] = 'catch') then
      perform waymark._refuse_ir(v_path || '.' || v_key, case v_key when 'error' then 'must lead to a catch node' else 'must not lead to a catch node' end);
    end if;
  end loop;
  foreach v_key in array '{target,iterator,index,group,scope}'::text[] loop
    continue when not p_node ? v_key or p_node -> v_key = 'null'
      and (v_key = 'target' and v_kind in ('action', 'fork', 'call', 'child', 'spawn', 'wait', 'signal', 'mutate') or v_key = 'group');
    if jsonb_typeof(p_node -> v_key) <> 'string' or not p_function -> 'locals' ? (p_node ->> v_key) then
      perform waymark._refuse_ir(v_path || '.' || v_key, 'must be a local of the function');
    end if;
  end loop;
  if v_kind in ('fork', 'spawn') then
    perform waymark._check_calls(coalesce(p_node -> 'branches', jsonb_build_object('invocation', p_node -> 'call')), p_ir, v_path);
  elsif v_kind = 'wait' and p_node ->> 'until' not in ('all', 'first', 'first_exception', 'first_failure', 'now') then
    perform waymark._refuse_ir(v_path || '.until', 'must be all, first, first_exception, first_failure or now');
  end if;
  if v_kind = 'call' then
    v_callee := p_ir #> array['functions', p_node ->> 'function'];
    if v_callee is null or (p_node -> 'function')::int < 1 then
      perform waymark._refuse_ir(v_path || '.function', 'must be a helper of this program');
    end if;
    for v_key in
      select k from jsonb_object_keys(p_node -> 'args') k
       where not exists (select from jsonb_array_elements(v_callee -> 'parameters') p where p ->> 'name' = k)
    loop
      perform waymark._refuse_ir(v_path || '.args', format('has no parameter "%s" to go to', v_key));
    end loop;
  end if;
end
$$;
comment on function waymark._check_node(jsonb, int, jsonb, jsonb) is 'Refuses a malformed node of an IR.';

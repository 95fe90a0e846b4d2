-- The WHEN branches of one basic block: its nodes in straight line; a node that suspends ends a branch and goes on in one of its own (~id).
-- A node whose expression the engine has to leave to CPython suspends, too. It goes on from p_resume_code, which enters its branch again and skips the
-- nodes that have been executed: v_skip counts them from 1, and is 0 otherwise. Behind the last such node of a branch nothing needs to ask for it.
create or replace function waymark._generate_block(
  p_ir jsonb, p_function int, p_first jsonb, p_starts jsonb, p_variables jsonb[], out p_code text, out p_resume_code text)
language plpgsql stable as $$
declare
  c_guard constant text := E'          if v_skip < %s then\n%s%s          end if;\n';
  v_node jsonb := p_first;
  v_id int;
  v_kind text;
  v_place text;
  v_branch int := (p_first -> 'id')::int;
  v_position int := 0;
  v_part text;
  v_plain text := '';
  v_guarded text := '';
begin
  p_code := '';
  p_resume_code := '';
  loop
    v_id := (v_node -> 'id')::int;
    v_kind := v_node ->> 'kind';
    v_place := format('%s: %s', v_node #> '{span,0}', waymark._source_line(waymark._source_of(p_ir, p_function), (v_node #> '{span,0}')::int));
    v_position := v_position + 1;
    if v_node = p_first then
      p_code := format(E'        when %s then -- %s\n', v_id, v_place);
      v_part := '';
    else
      v_part := format(E'          pc := %s; -- %s\n', v_id, v_place);
    end if;
    v_part := v_part || waymark._generate_node(p_ir, v_node, p_function, p_variables);
    v_plain := v_plain || v_part;
    if waymark._may_be_evaluated(v_node) then
      p_resume_code := p_resume_code || format(E'        when %s then v_skip := %s; pc := %s;\n', ~v_id, v_position, v_branch);
      p_code := p_code || v_guarded || format(c_guard, v_position, v_part,
        waymark._generate_resumption(v_node, v_position, p_variables[p_function + 1]));
      v_plain := '';
      v_guarded := '';
    else
      v_guarded := v_guarded || format(c_guard, v_position, v_part, '');
    end if;
    if v_kind in ('action', 'sleep', 'fork', 'call', 'child', 'wait', 'unscope', 'acquire', 'signal') then
      p_code := p_code || v_plain || format(E'        when %s then -- %s: goes on\n', ~v_id, v_node #> '{span,0}');
      v_plain := E'          if not v_ok then\n            perform waymark._raise_value(v_value);\n          end if;\n' || case
        when v_node ->> 'target' is null then '' else format(E'          %I := v_value;\n', p_variables[p_function + 1] ->> (v_node ->> 'target')) end;
      v_branch := ~v_id;
      v_position := 1;
      v_guarded := format(c_guard, v_position, v_plain, '');
    end if;
    exit when v_kind in ('branch', 'iterate', 'raise', 'return');
    if p_starts ? (v_node ->> 'next') then
      v_plain := v_plain || format(E'          pc := %s;\n', v_node -> 'next');
      exit;
    end if;
    v_node := p_ir #> array['nodes', v_node ->> 'next'];
  end loop;
  p_code := p_code || v_plain;
end
$$;
comment on function waymark._generate_block(jsonb, int, jsonb, jsonb, jsonb[]) is 'The code of one basic block.';

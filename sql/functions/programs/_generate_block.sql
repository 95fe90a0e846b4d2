-- The WHEN branches of one basic block: its nodes in straight line; a node that suspends ends a branch and goes on in one of its own (~id).
create or replace function waymark._generate_block(p_ir jsonb, p_function int, p_first jsonb, p_starts jsonb, p_variables jsonb[]) returns text
language plpgsql stable as $$
declare
  v_node jsonb := p_first;
  v_id int;
  v_kind text;
  v_text text := '';
  v_head text := '        when %s then -- %s: %s' || E'\n';
  v_line int;
begin
  loop
    v_id := (v_node -> 'id')::int;
    v_kind := v_node ->> 'kind';
    v_line := (v_node #> '{span,0}')::int;
    if v_node = p_first then
      v_text := v_text || format(v_head, v_id, v_line, waymark._source_line(waymark._source_of(p_ir, p_function), v_line));
    else
      v_text := v_text || format(E'          pc := %s; -- %s: %s\n', v_id, v_line, waymark._source_line(waymark._source_of(p_ir, p_function), v_line));
    end if;
    v_text := v_text || waymark._generate_node(p_ir, v_node, p_function, p_variables);
    if v_kind in ('action', 'sleep', 'fork', 'call') then
      v_text := v_text || format(v_head, ~v_id, v_line, 'goes on') || E'          if not v_ok then\n            perform waymark._raise_value(v_value);\n          end if;\n';
      if v_node ->> 'target' is not null then
        v_text := v_text || format(E'          %I := v_value;\n', p_variables[p_function + 1] ->> (v_node ->> 'target'));
      end if;
    end if;
    if v_kind in ('branch', 'iterate', 'raise', 'return') then
      exit;
    elsif p_starts ? (v_node ->> 'next') then
      v_text := v_text || format(E'          pc := %s;\n', v_node -> 'next');
      exit;
    end if;
    v_node := p_ir #> array['nodes', v_node ->> 'next'];
  end loop;
  return v_text;
end
$$;
comment on function waymark._generate_block(jsonb, int, jsonb, jsonb, jsonb[]) is 'The code of one basic block.';

-- Whether a node has an expression that the engine may have to leave to CPython: an assignment or a decision by more than constants,
-- locals and operators that never refuse. (The truth of a local may be asked of its class.)
-- What makes objects of the heap (new, box) is left to CPython where its value is known to hold them (shared), or holds none (pack, a decision).
-- Front ends put what may be refused there (waymark/compiler/graph.py); in any other node a refusal ends the run.
create or replace function waymark._may_be_evaluated(p_node jsonb) returns boolean
language plpgsql immutable as $$
begin
  if p_node::text ~ '"(new|box)": ' and not coalesce(p_node -> 'value' ?| array['shared', 'pack'], true) then
    return false;
  end if;
  return p_node ->> 'kind' = 'branch' and p_node -> 'test' ? 'local'
    or p_node ->> 'kind' in ('assign', 'branch') and jsonb_path_exists(coalesce(p_node -> 'value', p_node -> 'test'), 'strict $.** ? (
      exists (@.comprehension) || exists (@.and) || exists (@.or) || exists (@.not) || exists (@.if)
      || @.op != "py.is_none" && @.op != "py.is_object" && @.op != "py.is" && @.op != "py.exception_matches" && @.op != "py.list_append")', '{}', true);
end
$$;
comment on function waymark._may_be_evaluated(jsonb) is 'Whether CPython may have to evaluate a node.';

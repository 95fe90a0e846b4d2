-- An assignment.
create or replace function waymark._generate_assign(p_node jsonb, p_reads jsonb, p_path text, p_target text) returns text
language plpgsql stable as $$
declare
  v_value text;
begin
  if p_node -> 'value' = jsonb '{"const": {"$": "unbound"}}' then
    return format('%s := null;', p_target);
  end if;
  v_value := waymark._generate_expression(p_node -> 'value', p_reads, p_path || '.value', case when p_node -> 'value' ? 'local' then 'held' else 'value' end, true);
  return waymark._generate_store(p_node, p_target, v_value);
end
$$;
comment on function waymark._generate_assign(jsonb, jsonb, text, text) is 'The code of an assignment.';

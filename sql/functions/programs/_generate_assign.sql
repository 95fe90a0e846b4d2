-- An assignment. An expression that makes objects of the heap is settled first: they get cells.
create or replace function waymark._generate_assign(p_node jsonb, p_reads jsonb, p_path text, p_target text) returns text
language plpgsql stable as $$
declare
  v_value text;
begin
  if p_node -> 'value' = jsonb '{"const": {"$": "unbound"}}' then
    return format('%s := null;', p_target);
  end if;
  v_value := waymark._generate_expression(p_node -> 'value', p_reads, p_path || '.value', 'value', true);
  if p_node ->> 'value' !~ '"(new|box)": ' then
    return format('%s := %s;', p_target, v_value);
  end if;
  return format(E'v_value := waymark._heap_settle(%s, cardinality(v_heap));\n'
    '          for v_cell in 0..jsonb_array_length(v_value -> ''cells'') - 1 loop\n'
    '            v_heap[cardinality(v_heap) + 1] := v_value -> ''cells'' -> v_cell;\n          end loop;\n          %s := v_value -> ''value'';', v_value, p_target);
end
$$;
comment on function waymark._generate_assign(jsonb, jsonb, text, text) is 'The code of an assignment.';

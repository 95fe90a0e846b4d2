-- What an assignment does with its value. One that may hold new objects of the heap is settled first: they get cells.
create or replace function waymark._generate_store(p_node jsonb, p_target text, p_value text) returns text
language plpgsql stable as $$
begin
  if p_node ->> 'value' !~ '"(new|box|shared)": ' then
    return format('%s := %s;', p_target, p_value);
  end if;
  return format(E'v_value := waymark._heap_settle(%s, array_upper(v_heap, 1));\n'
    '          for v_cell in 0..jsonb_array_length(v_value -> ''cells'') - 1 loop\n'
    '            v_heap[array_upper(v_heap, 1) + 1] := v_value -> ''cells'' -> v_cell;\n          end loop;\n          %s := v_value -> ''value'';', p_value, p_target);
end
$$;
comment on function waymark._generate_store(jsonb, text, text) is 'The code that binds the value of an assignment.';

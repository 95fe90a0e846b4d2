-- What surrounds the blocks of a step function: loading and saving of variables, the loops, the routing of exceptions.
create function waymark._generate_frame(p_ir jsonb, p_variables jsonb[], p_blocks text) returns text
language plpgsql stable as $$
declare
  v_load text := '';
  v_save text := '';
  v_handlers text;
  v_function jsonb;
  v_index int;
begin
  for v_function, v_index in select f.value, f.ordinality from jsonb_array_elements(p_ir -> 'functions') with ordinality f loop
    v_load := v_load || format(E'      %s v_node between %s and %s then -- %s\n%s', case v_index when 1 then 'if' else 'elsif' end,
      v_function #> '{nodes,0}', v_function #> '{nodes,1}', v_function ->> 'name',
      coalesce((select string_agg(format(E'        %I := nullif(locals -> %L, c_unbound);\n', v.value #>> '{}', v.key), '' order by v.value #>> '{}')
                  from jsonb_each(p_variables[v_index]) v), E'        null;\n'));
    v_save := v_save || format(E'        %s pc between %s and %s then locals := %s;\n', case v_index when 1 then 'if' else 'elsif' end,
      v_function #> '{nodes,0}', v_function #> '{nodes,1}', waymark._generate_save(p_variables[v_index]));
  end loop;
  select string_agg(format(' when %s then %s', n ->> 'id', n ->> 'error'), '') into v_handlers
    from jsonb_array_elements(p_ir -> 'nodes') n where n ? 'error';
  return replace(replace(replace(replace($frame$  c_unbound constant jsonb := '{"$": "unbound"}';
  v_load boolean := true;
  v_ok boolean := p_ok;
  v_value jsonb := p_value;
  v_error jsonb;
  v_detail text;
  v_fault int;
  v_node int;
  v_budget int := 20000;
begin
  pc := p_pc;
  locals := p_locals;
  frames := p_frames;
  <<activation>>
  loop
    if v_load then
      v_node := case when pc < 0 then ~pc else pc end;
<load>      end if;
      v_load := false;
    end if;
    begin
      <<block>>
      loop
        v_budget := v_budget - 1;
        if v_budget < 0 and pc >= 0 then
  <save>          end if;
          effect := 'yield';
          exit activation;
        end if;
        case pc
<blocks>        end case;
      end loop;
    exception
      when sqlstate 'WM501' then
        get stacked diagnostics v_detail = pg_exception_detail;
        v_error := v_detail;
        v_node := case when pc < 0 then ~pc else pc end;
        v_fault := coalesce(v_fault, v_node);
        pc := <handlers>;
        if pc is not null then
          v_fault := null;
        elsif frames = '[]' then
          effect := 'raise';
          payload := jsonb_build_object('node', v_fault, 'exception', v_error);
          exit activation;
        else
          pc := (frames #> '{-1,pc}')::int;
          locals := frames #> '{-1,locals}';
          frames := frames - -1;
          v_ok := false;
          v_value := v_error;
          v_load := true;
        end if;
      when sqlstate 'WM502' or sqlstate 'WM503' then
        effect := 'raise';
        payload := waymark._engine_failure(pc, sqlstate, sqlerrm);
        exit activation;
    end;
  end loop;
end
$frame$, '<load>', v_load), '<save>', replace(v_save, E'\n        ', E'\n          ')), '<handlers>', coalesce('case v_node' || v_handlers || ' end', 'null')),
    '<blocks>', p_blocks);
end
$$;
comment on function waymark._generate_frame(jsonb, jsonb[], text) is 'The loops, loading, saving and exception routing of a step function.';

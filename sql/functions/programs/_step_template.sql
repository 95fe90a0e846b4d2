-- What all step functions have in common, for format: 1 loads the variables, 2 saves them, 3 the catch node of each node, 4 the blocks,
-- 5 the nodes with a generator expression: whether its failure is ever reached, CPython says;
-- 6 what it has of the heap, 7 how the state is put in order.
create or replace function waymark._step_template() returns text
language plpgsql immutable as $$
begin
  return $frame$  c_unbound constant jsonb := jsonb '{"$": "unbound"}';
  v_load boolean := true;
  v_ok boolean := p_ok;
  v_value jsonb := p_value;
  v_error jsonb;
  v_detail text;
  v_fault int;
  v_node int;
  v_budget int := 20000;
  v_skip int := 0;
%6$sbegin
  pc := p_pc;
  locals := p_locals;
  frames := p_frames;
  <<activation>>
  loop
    if v_load then
      v_node := case when pc < 0 then ~pc else pc end;
%1$s      end if;
      v_load := false;
    end if;
    begin
      <<block>>
      loop
        v_budget := v_budget - 1;
        if v_budget < 0 and pc >= 0 then
  %2$s          end if;
          effect := coalesce(effect, 'yield');
          exit activation;
        end if;
        case pc
%4$s        end case;
      end loop;
    exception
      when sqlstate 'WM501' then
        if pc = any (%5$L::int[]) then
          select 'evaluate', waymark._engine_failure(pc, 'WM502', sqlerrm), 0 into effect, payload, v_budget;
          continue activation;
        end if;
        get stacked diagnostics v_detail = pg_exception_detail;
        v_error := v_detail::jsonb;
        v_node := case when pc < 0 then ~pc else pc end;
        v_fault := coalesce(v_fault, v_node);
        pc := %3$s;
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
        payload := waymark._engine_failure(pc, sqlstate, sqlerrm);
        effect := case when sqlstate = 'WM502' and pc >= 0 then 'evaluate' else 'raise' end;
        exit activation when effect = 'raise';
        v_budget := 0;
    end;
  end loop;
%7$send
$frame$;
end
$$;
comment on function waymark._step_template() is 'The frame that all step functions share.';

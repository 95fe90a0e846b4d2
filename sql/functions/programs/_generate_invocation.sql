-- {"action", "args", "policy"}, {"function", "args"} or {"workflow", "args"}: evaluated to the same shape with values. SQLSTATEs: WM101.
create or replace function waymark._generate_invocation(p_call jsonb, p_names jsonb, p_path text) returns text
language plpgsql stable as $$
declare
  v_part text;
  v_key text;
  v_pairs text;
  v_text text;
  v_kind text;
begin
  v_kind := case when p_call ? 'function' then 'function' when p_call ? 'workflow' then 'workflow' else 'action' end;
  perform waymark._check_fields(p_call, case v_kind
    when 'function' then '{"function": "int", "args": "object"}' when 'workflow' then '{"workflow": "string", "args": "object"}'
    else '{"action": "string", "args": "object", "policy": "object?"}' end::jsonb, p_path);
  if v_kind <> 'function' and (p_call ->> v_kind !~ '^[^\s"''\\]+$' or length(p_call ->> v_kind) > 500) then
    perform waymark._refuse_ir(format('%s.%s', p_path, v_kind), format('must be the name of an %s, 1 to 500 characters', v_kind));
  end if;
  v_text := case v_kind when 'workflow' then format('waymark._call_workflow(%L, ', p_call ->> 'workflow')
                        else format('jsonb_build_object(%L, %L::jsonb, ''args'', ', v_kind, p_call -> v_kind) end;
  foreach v_part in array '{args,policy}'::text[] loop
    continue when not p_call ? v_part;
    for v_key in select k from jsonb_object_keys(p_call -> v_part) k loop
      if v_part = 'policy' and v_key not in ('attempts', 'retry_on', 'backoff', 'multiplier', 'max_backoff', 'jitter', 'timeout', 'queue',
                                                'deadline', 'max_elapsed', 'give_up_on', 'concurrency_key') then
        perform waymark._refuse_ir(p_path || '.policy', format('has the unknown field "%s"', left(v_key, 50)));
      end if;
    end loop;
    select string_agg(format('jsonb_build_object(%s)', c.pairs), ' || ' order by c.chunk) into v_pairs
      from (select n.position / 45 as chunk, string_agg(n.pair, ', ' order by n.position) as pairs
              from (select format('%L, %s', a.key, waymark._generate_expression(a.value, p_names, format('%s.%s.%s', p_path, v_part, a.key), 'value', true)) as pair,
                           row_number() over () - 1 as position
                      from jsonb_each(p_call -> v_part) a) n
             group by 1) c;
    v_pairs := coalesce(v_pairs, '''{}''::jsonb');
    v_text := v_text || case v_part when 'args' then format('(%s)', v_pairs) else format(', ''policy'', waymark._check_policy(%s)', v_pairs) end;
  end loop;
  return v_text || ')';
end
$$;
comment on function waymark._generate_invocation(jsonb, jsonb, text) is 'The expression that builds a call.';

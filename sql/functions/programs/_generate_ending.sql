-- The end of a step function: what leaves the task has no references, and what stays is put in order (waymark._heap_close). The state of a program whose
-- objects do not change is left alone while it is small and has no pages.
create or replace function waymark._generate_ending(p_heap boolean) returns text
language plpgsql immutable as $$
begin
  return format(E'  if effect in (''raise'', ''return'') then\n%s    heap := null;\n  elsif %s then\n    v_value := waymark._heap_close(p_heap, %s, locals, frames);\n'
    '    heap := nullif(v_value -> ''heap'', ''null'');\n    locals := v_value -> ''locals'';\n    frames := v_value -> ''frames'';\n  end if;\n',
    case when p_heap then E'    payload := waymark._heap_pack(payload, v_heap);\n' else '' end,
    case when p_heap then 'true' else 'v_paged or pg_column_size(locals) + pg_column_size(frames) > 2000' end,
    case when p_heap then 'v_heap, v_touched' else 'null, null' end);
end
$$;
comment on function waymark._generate_ending(boolean) is 'The end of a step function.';

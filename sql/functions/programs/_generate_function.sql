-- The text that creates a program's step function. A step is pure: (program counter, locals, call frames, event) -> (the same, an effect).
--   pc >= 0 executes node pc; pc < 0 goes on behind node ~pc, which had suspended, with the event (p_ok, p_value).
--   activation loop: enters or returns to a function, loading its variables; node loop: one round a basic block, inside one exception block,
--   whose handler routes a Python exception (WM501) to the catch node of the node that raised it, to the caller, or out.
-- Python values are jsonb, an unbound variable is SQL null. A step has a node budget: when it is used up it yields.
create or replace function waymark._generate_function(p_ir jsonb, p_name text) returns text
language plpgsql stable as $$
declare
  v_variables jsonb[];
  v_starts jsonb := waymark._block_starts(p_ir);
  v_declarations text;
  v_blocks text;
  v_resume_code text;
begin
  select array_agg(waymark._variable_names(f.value -> 'locals', f.ordinality::int - 1) order by f.ordinality) into v_variables
    from jsonb_array_elements(p_ir -> 'functions') with ordinality f;
  select string_agg(format(E'  %I jsonb;\n', v.value #>> '{}'), '' order by f.ordinality, v.value #>> '{}') into v_declarations
    from unnest(v_variables) with ordinality f(names, ordinality), jsonb_each(f.names) v;
  select string_agg(b.p_code, '' order by n.ordinality), string_agg(b.p_resume_code, '' order by n.ordinality) into v_blocks, v_resume_code
    from jsonb_array_elements(p_ir -> 'functions') with ordinality f
    join jsonb_array_elements(p_ir -> 'nodes') with ordinality n
      on n.ordinality - 1 between (f.value #> '{nodes,0}')::int and (f.value #> '{nodes,1}')::int
   cross join lateral waymark._generate_block(p_ir, f.ordinality::int - 1, n.value, v_starts, v_variables) b
   where v_starts ? (n.ordinality - 1)::text;
  return format('create function waymark_programs.%I(p_pc int, p_locals jsonb, p_frames jsonb, p_heap jsonb, p_ok boolean, p_value jsonb,'
                ' out pc int, out locals jsonb, out frames jsonb, out heap jsonb, out effect text, out payload jsonb, out commands jsonb[]) language plpgsql stable as %L', p_name,
    format(E'\n-- Workflow %s from %s, %s. Generated; the program counter is the node of waymark.program_nodes.\ndeclare\n%s%s',
      p_ir ->> 'workflow', waymark._source_line(jsonb_build_object('first_line', 1, 'text', p_ir #> '{source,module}'), 1),
      waymark._source_line(jsonb_build_object('first_line', 1, 'text', p_ir #> '{source,file}'), 1), coalesce(v_declarations, ''),
      waymark._generate_frame(p_ir, v_variables, v_blocks || v_resume_code)));
end
$$;
comment on function waymark._generate_function(jsonb, text) is 'The text that creates the step function of a program.';

-- Deletes versions of programs, and their step functions; answers how many. Passed over is what somebody registers just now, and what has been the newest
-- again since p_before. One of the places with dynamic SQL: the names are engine-made. Locks: programs (skip locked).
create or replace function waymark._drop_programs(p_program_ids bigint[], p_before timestamptz) returns int
language plpgsql as $$
declare
  c_limit constant int := 100;
  v_program record;
  v_count int := 0;
begin
  for v_program in
    select p.program_id, p.function_name from waymark.programs p
     where p.program_id = any (p_program_ids) and p.replaced_at < p_before limit c_limit for update skip locked
  loop
    delete from waymark.program_nodes n where n.program_id = v_program.program_id;
    delete from waymark.program_edges e where e.program_id = v_program.program_id;
    delete from waymark.programs p where p.program_id = v_program.program_id;
    execute format('drop function waymark_programs.%I, waymark_programs.%I', v_program.function_name, v_program.function_name || '_batch');
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function waymark._drop_programs(bigint[], timestamptz) is 'Deletes versions of programs and their step functions.';

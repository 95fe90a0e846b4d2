-- Validates an IR (docs/internals/ir.md), generates its step function and makes it the workflow's newest program. The same IR is the same program:
-- registering it again changes nothing but, if need be, which version is newest. Generation validates as it goes; any error rolls all of it back.
-- Inserts into programs, program_nodes, program_edges, workflows. One of the places with dynamic SQL: the text is engine-made, from
-- validated IR, with quoted literals and engine-made identifiers only. SQLSTATEs: WM101 malformed, WM102 over a limit.
create or replace function waymark.register(p_ir jsonb) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_hash text;
  v_workflow text;
  v_function text;
  v_program_id bigint;
begin
  perform waymark._check_program(p_ir);
  v_workflow := p_ir ->> 'workflow';
  v_hash := encode(sha256(convert_to(p_ir::text, 'UTF8')), 'hex');
  v_function := left(trim(both '_' from regexp_replace(regexp_replace(v_workflow, '([a-z0-9])([A-Z])', '\1_\2', 'g'), '[^A-Za-z0-9]+', '_', 'g')), 40);
  v_function := lower(v_function) || '_' || left(v_hash, 12);
  loop
    insert into waymark.programs (workflow, hash, dialect, ir, parameters, entry, function_name, registered_at)
    values (v_workflow, v_hash, p_ir ->> 'dialect', p_ir, p_ir #> '{functions,0,parameters}', (p_ir #> '{functions,0,entry}')::int,
            v_function, waymark._now())
    on conflict (workflow, hash) do nothing
    returning program_id into v_program_id;
    if found then
      execute waymark._generate_function(p_ir, v_function);
      execute waymark._generate_batch(v_function);
      perform waymark._store_graph(v_program_id, p_ir);
      exit;
    end if;
    select p.program_id into v_program_id from waymark.programs p where p.workflow = v_workflow and p.hash = v_hash;
    -- Read first: an upsert would lock the row, and every start in a caller's transaction registers before it starts.
    if exists (select from waymark.workflows w where w.workflow = v_workflow and w.program_id = v_program_id) then
      return v_program_id;
    end if;
    -- From here on it is not pruned; if it was just now, it is registered anew.
    update waymark.programs p set replaced_at = null where p.program_id = v_program_id;
    exit when found;
  end loop;
  insert into waymark.workflows (workflow, program_id) values (v_workflow, v_program_id)
  on conflict (workflow) do update set program_id = excluded.program_id;
  update waymark.programs p set replaced_at = waymark._now()
   where p.workflow = v_workflow and p.program_id <> v_program_id and p.replaced_at is null;
  return v_program_id;
end
$$;
comment on function waymark.register(jsonb) is 'Registers a compiled workflow and returns its program id.';

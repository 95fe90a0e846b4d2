-- One entry of $.functions. SQLSTATEs: WM101, WM102.
create or replace function waymark._check_function(p_function jsonb, p_path text) returns void
language plpgsql as $$
declare
  c_name constant text := '^\$?[^\s$"''\\]{1,200}$';
  v_parameter jsonb;
  v_index int;
begin
  perform waymark._check_fields(p_function, '{"name": "string", "parameters": "array", "locals": "array", "entry": "int", "nodes": "array", "source": "object?"}', p_path);
  if p_function ? 'source' then
    perform waymark._check_source(p_function -> 'source', p_path || '.source');
  end if;
  if jsonb_array_length(p_function -> 'locals') > 1000 then
    perform waymark._refuse_ir(p_path || '.locals', 'are more than 1000', 'WM102');
  elsif exists (select from jsonb_array_elements(p_function -> 'locals') l where jsonb_typeof(l) <> 'string' or l #>> '{}' !~ c_name) then
    perform waymark._refuse_ir(p_path || '.locals', 'must be names of 1 to 200 characters');
  elsif (select count(distinct l) <> count(*) from jsonb_array_elements(p_function -> 'locals') l) then
    perform waymark._refuse_ir(p_path || '.locals', 'must be distinct');
  elsif p_function ->> 'name' !~ c_name then
    perform waymark._refuse_ir(p_path || '.name', 'must be a name of 1 to 200 characters');
  elsif jsonb_array_length(p_function -> 'nodes') <> 2
        or exists (select from jsonb_array_elements(p_function -> 'nodes') n where jsonb_typeof(n) <> 'number' or n::numeric not between 0 and 20000) then
    perform waymark._refuse_ir(p_path || '.nodes', 'must be the first and the last node');
  elsif (p_function -> 'entry')::numeric not between (p_function #> '{nodes,0}')::numeric and (p_function #> '{nodes,1}')::numeric then
    perform waymark._refuse_ir(p_path || '.entry', 'must be a node of the function');
  end if;
  for v_parameter, v_index in
    select p.value, p.ordinality - 1 from jsonb_array_elements(p_function -> 'parameters') with ordinality p
  loop
    perform waymark._check_fields(v_parameter, '{"name": "string", "default": "any?"}', format('%s.parameters[%s]', p_path, v_index));
    if v_parameter -> 'name' is distinct from p_function #> array['locals', v_index::text] then
      perform waymark._refuse_ir(format('%s.parameters[%s]', p_path, v_index), 'must be the local of the same position');
    end if;
  end loop;
end
$$;
comment on function waymark._check_function(jsonb, text) is 'Refuses a malformed function of an IR.';

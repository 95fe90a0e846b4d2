-- The nodes at which a basic block begins, as an object of their ids: entries, catch nodes, targets of branches, and what several edges meet at.
-- Every other node follows its one predecessor in straight line.
create or replace function waymark._block_starts(p_ir jsonb) returns jsonb
language plpgsql stable as $$
begin
  return (
    with edges as (
      select e.value as target, e.key = 'next' and n ->> 'kind' in ('assign', 'action', 'sleep', 'call', 'mutate', 'catch') as straight
        from jsonb_array_elements(p_ir -> 'nodes') n, jsonb_each_text(n) e
       where e.key in ('next', 'then', 'else', 'done', 'error')
    ), starts as (
      select f ->> 'entry' as id from jsonb_array_elements(p_ir -> 'functions') f
      union
      select target from edges where not straight
      union
      select target from edges group by target having count(*) > 1
    )
    select jsonb_object_agg(id, true) from starts);
end
$$;
comment on function waymark._block_starts(jsonb) is 'The nodes of a program at which a basic block begins.';

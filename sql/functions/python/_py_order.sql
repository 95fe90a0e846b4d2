-- The permutation that sorts an engine list of keys: the positions of the smallest, the next …; equal keys stay in order, also in reverse.
-- Raises: WM502 for keys that no one total order orders, and for a p_reverse that is no int.
create or replace function waymark._py_order(p_keys jsonb, p_reverse jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_sign int := case when waymark._py_int(p_reverse) = 0 then 1 when waymark._py_int(p_reverse) <> 0 then -1 end;
  v_ranks int[] := case jsonb_array_length(p_keys) when 1 then '{1}' else waymark._py_ranks(p_keys) end;
begin
  if v_sign is null or v_ranks is null then
    return waymark._py_inexact('the order');
  end if;
  return coalesce((
    select jsonb_agg(key.position - 1 order by v_sign * key.rank, key.position) from unnest(v_ranks) with ordinality as key (rank, position)
  ), '[]');
end
$$;

comment on function waymark._py_order(jsonb, jsonb) is
  'The permutation that sorts an array of keys.';

-- A paged list with more elements at its end.
create or replace function waymark._paged_append(p_paged jsonb, p_items jsonb) returns jsonb
language plpgsql stable
as $$
declare
  v_length int := (p_paged -> 'length')::int;
  v_per int := (p_paged -> 'per')::int;
  v_page jsonb;
begin
  for v_item in 0..jsonb_array_length(p_items) - 1 loop
    if v_page is null or v_length % v_per = 0 then
      v_page := case when v_length % v_per = 0 then '[]' else waymark._page(p_paged, v_length / v_per) end;
    end if;
    v_page := v_page || jsonb_build_array(p_items -> v_item);
    v_length := v_length + 1;
    if v_length % v_per = 0 or v_item = jsonb_array_length(p_items) - 1 then
      p_paged := waymark._paged_put(p_paged, (v_length - 1) / v_per, v_page);
    end if;
  end loop;
  return p_paged || jsonb_build_object('length', v_length);
end
$$;

comment on function waymark._paged_append(jsonb, jsonb) is
  'A paged list with more elements at its end.';

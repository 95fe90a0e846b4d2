-- The rank of each value of an array among them, equal values sharing one, as far as one total order orders them all: numbers, strings, dates,
-- times, and sequences of one length of such. SQL null when it does not, or the engine does not know.
create or replace function waymark._py_ranks(p_keys jsonb) returns int[]
language plpgsql stable parallel safe
as $$
declare
  v_kinds text[];
  v_kind text;
  v_width int;
  v_columns int[][];
  v_column int[];
begin
  select array_agg(distinct waymark._py_kind(key.value)) into v_kinds from jsonb_array_elements(p_keys) as key (value);
  v_kind := case when v_kinds <@ '{int,bool,float}' then 'number' when cardinality(v_kinds) = 1 then v_kinds[1] end;
  case
    when p_keys = '[]' then
      return '{}'::int[];
    when v_kind = 'number' then
      return (select case when bool_or(key.number = 'NaN') then null else array_agg(key.rank order by key.position) end from (
        select number.value, each.position, dense_rank() over (order by number.value)
        from jsonb_array_elements(p_keys) with ordinality as each (value, position)
        cross join lateral (
          select case jsonb_typeof(each.value) when 'number' then each.value::numeric else waymark._py_number(each.value) end
        ) as number (value)
      ) as key (number, position, rank));
    when v_kind = 'str' and not p_keys @> '[{"$": "str"}]' or v_kind in ('date', 'uuid') then
      return (select array_agg(key.rank order by key.position) from (
        select each.position, dense_rank() over (order by coalesce(each.value ->> 'v', each.value #>> '{}') collate "C")
        from jsonb_array_elements(p_keys) with ordinality as each (value, position)
      ) as key (position, rank));
    when v_kind in ('list', 'tuple') then
      p_keys := case v_kind when 'list' then p_keys else jsonb_path_query_array(p_keys, '$[*].v') end;
      v_width := jsonb_array_length(p_keys -> 0);
      if v_width = 0 or jsonb_path_exists(p_keys, 'strict $[*] ? (@.size() != $width)', jsonb_build_object('width', v_width)) then
        return null;
      end if;
      for v_place in 0 .. v_width - 1 loop
        v_column := waymark._py_ranks(jsonb_path_query_array(p_keys, 'strict $[*][$place]', jsonb_build_object('place', v_place)));
        if v_column is null then
          return null;
        end if;
        v_columns := v_columns || array[v_column];
      end loop;
      return (select array_agg(key.rank order by key.position) from (
        select each.position, dense_rank() over (order by array(select v_columns[place.i][each.position] from generate_series(1, v_width) as place (i)))
        from generate_series(1, jsonb_array_length(p_keys)) as each (position)
      ) as key (position, rank));
    when v_kind = 'datetime' and not exists (select from jsonb_array_elements(p_keys) as key (value) where not waymark._py_is_naive(key.value)) then
      return waymark._py_ranks(jsonb_path_query_array(p_keys, '$[*].v'));
    when v_kind = 'timedelta' then
      return waymark._py_ranks(jsonb_path_query_array(p_keys, '$[*].v'));
    else
      return null;
  end case;
end
$$;

comment on function waymark._py_ranks(jsonb) is
  'The rank of each of an array of values in Python''s order.';

-- A policy whose values the body computed, as numbers and names: a timedelta in seconds, classes by their names, None as if it were not given.
create or replace function waymark._plain_policy(p_policy jsonb) returns jsonb
language sql stable as $$
  select coalesce(jsonb_object_agg(plain.key, plain.value) filter (where plain.value not in ('null', '[]')), '{}')
  from jsonb_each(p_policy) as field (key, value)
  cross join lateral (select field.key, case field.value ->> '$'
    when 'timedelta' then to_jsonb((field.value #>> '{v,0}')::numeric * 86400 + (field.value #>> '{v,1}')::numeric + (field.value #>> '{v,2}')::numeric / 1000000)
    when 'tuple' then (select coalesce(jsonb_agg(coalesce(name.value -> 'v', name.value)), '[]') from jsonb_array_elements(field.value -> 'v') as name)
    else field.value
  end) as plain (key, value)
$$;
comment on function waymark._plain_policy(jsonb) is 'A policy with timedeltas in seconds and classes by name.';

-- Walks a value from outside and refuses a malformed tag by its path (docs/internals/values.md). SQLSTATEs: WM206.
create or replace function waymark._check_value(p_value jsonb, p_path text) returns void
language plpgsql stable as $$
declare
  v_tag jsonb := p_value -> '$';
  v_payload jsonb := p_value -> 'v';
  v_problem text;
begin
  if jsonb_typeof(p_value) = 'array' then
    perform waymark._check_value(e.value, format('%s[%s]', p_path, e.ordinality - 1))
      from jsonb_array_elements(p_value) with ordinality e;
    return;
  elsif jsonb_typeof(p_value) <> 'object' then
    return;
  elsif jsonb_typeof(v_tag) = 'array' then
    if (select coalesce(jsonb_agg(k order by k), '[]') from jsonb_array_elements(v_tag) k)
       is distinct from (select coalesce(jsonb_agg(to_jsonb(k) order by to_jsonb(k)), '[]') from jsonb_object_keys(p_value) k where k <> '$') then
      v_problem := 'its "$" must list exactly its keys';
    end if;
  elsif v_tag is not null then
    v_problem := waymark._check_tag(v_tag #>> '{}', p_value, v_payload);
  end if;
  if v_problem is not null then
    raise exception using errcode = 'WM206', message = format('%s is malformed: %s', p_path, v_problem),
      hint = 'An object with the key "$" is a tagged value; see the page on values in the documentation.';
  end if;
  perform waymark._check_value(e.value, format('%s.%s', p_path, e.key)) from jsonb_each(p_value) e
    where e.key <> '$' and e.key not like '$%';
end
$$;
comment on function waymark._check_value(jsonb, text) is 'Refuses a value from outside that carries a malformed tag.';

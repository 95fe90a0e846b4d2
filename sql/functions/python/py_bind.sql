-- The arguments of a call bound to the parameters of a signature: p_args is a list, p_kwargs a dict with string keys. The value is a list of the values
-- of the positional parameters, of the keyword-only ones, then of *args and **kwargs where the signature has them (waymark/compiler/binding.py).
-- Raises: WM502 where they do not fit, on which CPython says how.
create or replace function waymark.py_bind(p_signature jsonb, p_args jsonb, p_kwargs jsonb) returns jsonb
language plpgsql stable parallel safe
as $$
declare
  v_positional jsonb := p_signature -> 'positional';
  v_given int := jsonb_array_length(p_args);
  v_bound jsonb := coalesce((
    select jsonb_object_agg(v_positional ->> i, p_args -> i) from generate_series(0, least(v_given, jsonb_array_length(v_positional)) - 1) i), '{}');
  v_more jsonb := jsonb '[]';
  v_pair jsonb;
  v_values jsonb;
begin
  for v_pair in select value from jsonb_array_elements(waymark._py_pairs(p_kwargs)) loop
    if not p_signature -> 'by_name' ? (v_pair ->> 0) then
      v_more := v_more || jsonb_build_array(v_pair);
    elsif v_bound ? (v_pair ->> 0) then
      return waymark._py_inexact('a call');
    else
      v_bound := v_bound || jsonb_build_object(v_pair ->> 0, v_pair -> 1);
    end if;
  end loop;
  v_bound := (p_signature -> 'defaults') || v_bound;
  select coalesce(jsonb_agg(v_bound -> n.name order by n.place), '[]')
    into v_values from jsonb_array_elements_text(v_positional || (p_signature -> 'keyword')) with ordinality n(name, place);
  if (v_more <> '[]' and p_signature -> 'varkw' = 'false') or (v_given > jsonb_array_length(v_positional) and p_signature -> 'varargs' = 'false')
     or not v_bound ?& array(select jsonb_array_elements_text(v_positional || (p_signature -> 'keyword'))) then
    return waymark._py_inexact('a call');
  end if;
  if p_signature -> 'varargs' = 'true' then
    v_values := v_values || jsonb_build_array(jsonb_build_object('$', 'tuple', 'v', (
      select coalesce(jsonb_agg(a.value order by a.place) filter (where a.place > jsonb_array_length(v_positional)), '[]')
        from jsonb_array_elements(p_args) with ordinality a(value, place))));
  end if;
  return case when p_signature -> 'varkw' = 'true' then v_values || jsonb_build_array(waymark.py_dict(v_more)) else v_values end;
end
$$;

comment on function waymark.py_bind(jsonb, jsonb, jsonb) is
  'The arguments of a call, bound to parameters.';

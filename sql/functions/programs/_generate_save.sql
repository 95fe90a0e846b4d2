-- The expression that builds the object of a function's locals. In chunks, as a call takes at most 100 arguments.
-- p_spills: also the temporaries of arguments ($1s, …). A node that suspends with them has used them; only an evaluation comes between.
create or replace function waymark._generate_save(p_variables jsonb, p_spills boolean) returns text
language plpgsql stable as $$
begin
  return coalesce((
    select string_agg(format('jsonb_build_object(%s)', c.pairs), ' || ' order by c.chunk)
      from (select (n.position - 1) / 45 as chunk, string_agg(format('%L, coalesce(%I, c_unbound)', n.key, n.variable), ', ' order by n.position) as pairs
              from (select v.key, v.value #>> '{}' as variable, row_number() over (order by v.value #>> '{}') as position
                      from jsonb_each(p_variables) v where p_spills or v.key !~ '^\$\d+s$') n
             group by 1) c), quote_literal('{}') || '::jsonb');
end
$$;
comment on function waymark._generate_save(jsonb, boolean) is 'The expression that saves the locals of a function.';

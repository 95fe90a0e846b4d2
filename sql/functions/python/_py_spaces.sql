-- The characters that str.strip() and str.split() take for white space: the same in every version of Unicode since 6.3.
create or replace function waymark._py_spaces() returns text
language plpgsql stable parallel safe
as $$
begin
  return E'\t\n\x0b\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';
end
$$;

comment on function waymark._py_spaces() is
  'The characters that Python takes for white space.';

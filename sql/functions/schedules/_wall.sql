-- What the clocks of a zone show at a time of UTC.
create or replace function waymark._wall(p_at timestamp, p_zone text) returns timestamp
language plpgsql stable as $$
begin
  return p_at at time zone 'UTC' at time zone p_zone;
end
$$;
comment on function waymark._wall(timestamp, text) is 'What the clocks of a zone show at a time of UTC.';

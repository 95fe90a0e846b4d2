-- Why ready work of a queue is not taken (null: of any queue), if no live daemon serves it.
create or replace function waymark._why_idle(p_queue text) returns text
language plpgsql stable as $$
declare
  v_now timestamptz := waymark._now();
begin
  if not exists (select from waymark.sessions s where s.expires_at > v_now) then
    return 'a daemon: none is alive';
  elsif p_queue is not null and not exists (
      select from waymark.sessions s where s.expires_at > v_now and coalesce(s.info -> 'queues' ? p_queue, true)) then
    return format('a daemon of queue "%s": none is alive', p_queue);
  end if;
  return null;
end
$$;
comment on function waymark._why_idle(text) is 'Why ready work is not taken, if no live daemon serves it.';

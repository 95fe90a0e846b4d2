-- Where a scan of what is ready may begin: where the last whole one found the first, while that one is to be remembered, else at the beginning.
-- See _remember_scan.
create or replace function waymark._scan_from(p_scan text) returns timestamp
language plpgsql as $$
declare
  v_mark text[] := string_to_array(nullif(current_setting('waymark.' || p_scan, true), ''), '|');
begin
  return case when clock_timestamp() < v_mark[1]::timestamptz then v_mark[2]::timestamp else '-infinity' end;
end
$$;
comment on function waymark._scan_from(text) is 'Where a scan of what is ready begins.';

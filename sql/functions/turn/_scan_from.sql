-- Where a scan of what is ready may begin: where the last of the same that is to be remembered found the first, else at the beginning.
-- See _remember_scan.
create or replace function waymark._scan_from(p_of text) returns timestamp
language plpgsql as $$
declare
  v_mark jsonb := nullif(current_setting('waymark.scans', true), '')::jsonb -> p_of;
begin
  return case when clock_timestamp() < (v_mark ->> 0)::timestamptz then (v_mark ->> 1)::timestamp else '-infinity' end;
end
$$;
comment on function waymark._scan_from(text) is 'Where a scan of what is ready begins.';

-- Where a scan of what is ready may begin: where the last of the same that is to be remembered found the first, else at the beginning.
-- See _remember_scan. In SQL, so that it is inlined: mostly nothing is remembered.
create or replace function waymark._scan_from(p_of text) returns timestamp
language sql volatile as $$
  select case when clock_timestamp() < (nullif(current_setting('waymark.scans', true), '')::jsonb -> p_of ->> 0)::timestamptz
              then (nullif(current_setting('waymark.scans', true), '')::jsonb -> p_of ->> 1)::timestamp else '-infinity' end
$$;
comment on function waymark._scan_from(text) is 'Where a scan of what is ready begins.';

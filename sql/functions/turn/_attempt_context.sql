-- What an attempt is told beside its arguments, where there is anything: how long all attempts together may still take, and what the former one has told last.
create or replace function waymark._attempt_context(p_final_deadline timestamptz, p_details jsonb, p_now timestamptz) returns jsonb
language plpgsql stable as $$
begin
  return jsonb_strip_nulls(jsonb_build_object('deadline_ms', ceil(extract(epoch from p_final_deadline - p_now) * 1000)::bigint))
         || case when p_details is null then '{}' else jsonb_build_object('details', p_details) end;
end
$$;
comment on function waymark._attempt_context(timestamptz, jsonb, timestamptz) is 'What an attempt is told beside its arguments.';

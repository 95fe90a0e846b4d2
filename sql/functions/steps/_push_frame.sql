-- Appends a call record. SQLSTATEs: WM501 (RecursionError at CPython's default depth).
create or replace function waymark._push_frame(p_frames jsonb, p_pc int, p_locals jsonb) returns jsonb
language plpgsql stable as $$
begin
  if jsonb_array_length(p_frames) >= 990 then
    perform waymark._raise_python('RecursionError', 'maximum recursion depth exceeded');
  end if;
  return p_frames || jsonb_build_array(jsonb_build_object('pc', p_pc, 'locals', p_locals));
end
$$;
comment on function waymark._push_frame(jsonb, int, jsonb) is 'Appends a call record to the frames of a task.';

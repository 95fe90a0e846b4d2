-- Nothing is open to everybody; each role calls the functions of its job. docs: sql/README.md.
revoke all on schema waymark, waymark_programs from public;
revoke all on all tables in schema waymark from public;
revoke all on all functions in schema waymark from public;
revoke all on all sequences in schema waymark from public;
alter default privileges in schema waymark revoke all on functions from public;
alter default privileges for role waymark_owner revoke execute on functions from public;

grant usage on schema waymark to waymark_client, waymark_worker, waymark_reader;
-- \sf shows a workflow to whoever may see the schema; only the engine can call it.
grant usage on schema waymark_programs to waymark_client, waymark_worker, waymark_reader;

grant execute on function waymark.hello(int, int) to waymark_client, waymark_worker, waymark_reader;
grant execute on function waymark.register(jsonb) to waymark_client, waymark_worker;

grant execute on function waymark.start(text, jsonb, jsonb) to waymark_client;
grant execute on function waymark.start_many(text, jsonb[], jsonb, text[]) to waymark_client;
grant execute on function waymark.status(uuid) to waymark_client;
grant execute on function waymark.why(uuid) to waymark_client, waymark_reader;
grant execute on function waymark.doctor() to waymark_client, waymark_worker, waymark_reader;
grant execute on function waymark.cron_next(text, timestamptz, text, int) to waymark_client, waymark_worker, waymark_reader;
grant execute on function waymark.result(uuid) to waymark_client;
grant execute on function waymark.read_outcomes(uuid[]) to waymark_client;
grant execute on function waymark.signal(uuid, text, jsonb, jsonb) to waymark_client;
grant execute on function waymark.add_waiter(uuid, text) to waymark_client;

grant execute on function waymark.cancel(uuid), waymark.terminate(uuid), waymark.pause(uuid), waymark.resume(uuid), waymark.set_priority(uuid, int),
  waymark.retry(uuid), waymark.restart(uuid), waymark.wake(uuid), waymark.bulk(text, jsonb, jsonb) to waymark_client;
grant execute on function waymark.create_schedule(text, text, text, jsonb, jsonb), waymark.edit_schedule(text, jsonb), waymark.pause_schedule(text),
  waymark.resume_schedule(text), waymark.delete_schedule(text), waymark.trigger_schedule(text),
  waymark.backfill_schedule(text, timestamptz, timestamptz) to waymark_client;
grant execute on function waymark.list_schedules(text), waymark.next_fires(text, int) to waymark_client, waymark_reader;
grant execute on function waymark.set_queue(text, jsonb), waymark.set_retention(text, interval) to waymark_client;

grant execute on function waymark.open_session(jsonb, int) to waymark_worker;
grant execute on function waymark.renew_session(bigint, int) to waymark_worker;
grant execute on function waymark.close_session(bigint, uuid[], bigint[]) to waymark_worker;
grant execute on function waymark.reclaim(int) to waymark_worker;
grant execute on function waymark.heartbeat(bigint, uuid[], bigint[], bigint[], jsonb[]) to waymark_worker;
grant execute on function waymark.find_unwanted(uuid[], bigint[], bigint[]) to waymark_worker;
grant execute on function waymark.fire_schedules(int) to waymark_worker;
grant execute on function waymark.prune(text, interval, int, uuid), waymark.apply_retention() to waymark_worker;
grant execute on function waymark.claim_token(uuid, bigint, int), waymark.complete_action(uuid, bigint, bigint, jsonb) to waymark_worker;
grant execute on function waymark.turn(bigint, int, text[], boolean, boolean, uuid[], bigint[], bigint[], text[], jsonb[], bigint[]) to waymark_worker;

grant select on waymark.run_overview, waymark.task_overview, waymark.action_overview, waymark.queue_overview, waymark.program_nodes, waymark.program_edges, waymark.retention to waymark_reader, waymark_client, waymark_worker;

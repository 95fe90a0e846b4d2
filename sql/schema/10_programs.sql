comment on schema waymark is 'Waymark: durable workflows. Start here: select * from waymark.run_overview;';
comment on schema waymark_programs is 'One generated step function for each program version, and one that calls it for a batch; \sf shows a workflow as a procedure.';

-- A program is one compiled version of a workflow, named by the hash of its canonical IR and never changed.
-- replaced_at: since when another version is the newest; null while this one is.
create table waymark.programs (
  program_id    bigint generated always as identity primary key,
  workflow      text not null,
  hash          text not null,
  dialect       text not null,
  ir            jsonb not null,
  parameters    jsonb not null,
  entry         int not null,
  function_name text not null,
  registered_at timestamptz not null,
  replaced_at   timestamptz,
  constraint programs_are_named_by_their_hash unique (workflow, hash),
  constraint programs_dialect_is_known check (dialect in ('python'))
);
comment on table waymark.programs is 'Compiled versions of workflows; immutable.';

-- New runs use the version that was registered last; a rollback of the code registers the old version again.
create table waymark.workflows (
  workflow   text primary key,
  program_id bigint not null references waymark.programs
);
comment on table waymark.workflows is 'The newest program of each workflow.';

create table waymark.program_nodes (
  program_id bigint not null references waymark.programs,
  node       int not null,
  function   text not null,
  kind       text not null,
  line       int not null,
  source     text not null,
  primary key (program_id, node)
);
comment on table waymark.program_nodes is 'The graph of each program: its nodes.';

create table waymark.program_edges (
  program_id bigint not null references waymark.programs,
  from_node  int not null,
  kind       text not null,
  to_node    int not null,
  primary key (program_id, from_node, kind),
  constraint program_edges_kind_is_known check (kind in ('next', 'then', 'else', 'done', 'error'))
);
comment on table waymark.program_edges is 'The graph of each program: its edges.';

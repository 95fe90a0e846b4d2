"""The worker: a process that executes actions for the daemon (docs/internals/worker-protocol.md).

`startup` connects, imports the user's modules and reports ready; `session` reads frames and writes results; `executor`
runs actions. A worker never talks to Postgres.
"""

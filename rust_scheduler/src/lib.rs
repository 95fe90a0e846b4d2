//! The Waymark daemon: *when* the engine is asked, never *what* happens.
//!
//! Postgres holds all state and decides everything, in the function `waymark.turn`. This daemon calls it at the right
//! times, carries its actions to Python worker processes and their results back. Killing it at any instruction may delay
//! work; it can neither lose nor corrupt it.
//!
//! # Layout
//! In the order in which work passes:
//! - [`daemon`]: start, run, drain, stop;
//! - [`plan`]: when to call the engine, as pure decisions;
//! - [`lane`]: one connection that makes turns, and what becomes of one that is refused;
//! - [`hub`]: what the tasks share: inboxes of the lanes, workers, the pulse;
//! - [`worker`]: protocol, connection, process and supervision of the workers;
//! - [`session`]: the lease, the sweep for expired work, registrations;
//! - [`schedules`], [`retention`]: what happens by the clock;
//! - [`heartbeats`]: what running attempts tell, on its way to the engine;
//! - [`database`], [`tls`], [`values`]: connections and the engine's functions by name; payloads pass as bytes;
//! - [`config`], [`cli`], [`error`], [`backoff`], [`stats`], [`trace`]: what their names say.
//!
//! One thread runs all of it: what the daemon does for an action is a fraction of what Postgres and Python do for it.

pub mod backoff;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod database;
pub mod error;
pub mod heartbeats;
pub mod hub;
pub mod lane;
pub mod plan;
pub mod retention;
pub mod schedules;
pub mod session;
pub mod stats;
pub mod tls;
pub mod trace;
pub mod values;
pub mod worker;

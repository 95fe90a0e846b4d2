//! Worker processes: the protocol, the connection to one, its life, and the supervision of a slot.

pub mod link;
pub mod process;
pub mod protocol;
pub mod supervisor;

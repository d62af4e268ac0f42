//! The harness: a real server on a database of its own, and HTTP clients of it.

mod app;
mod client;
pub mod drill;
pub mod faulty;
pub mod peers;
mod process;
pub mod statements;

pub use app::TestApp;
pub use client::{Answer, Client, encoded};
pub use process::{ServerProcess, command, free_port, keys, run};

//! The server: the sections put together, their document, their jobs and the panel.

pub mod accesses;
pub mod app;
pub mod keepers;
pub mod openapi;
pub mod operate;
pub mod panel;
pub mod run;
pub mod schedule;
pub mod seed;
pub mod worker;

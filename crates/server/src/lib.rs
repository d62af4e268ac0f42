//! The server: all sections with their OpenAPI document, their jobs and the panel.

pub mod access_log;
pub mod app;
pub mod commands;
pub mod openapi;
pub mod panel;
pub mod personal_data;
pub mod run;
pub mod schedule;
pub mod seed;
pub mod worker;

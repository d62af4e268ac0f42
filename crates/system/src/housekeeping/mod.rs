//! Maintenance of the database: deletes expired rows, and creates the partitions of the coming months.

pub mod jobs;
mod query;

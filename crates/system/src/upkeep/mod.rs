//! What the database needs now and then, whatever business is done: forgetting what is kept no longer, and room
//! for the months to come.

pub mod jobs;
mod query;

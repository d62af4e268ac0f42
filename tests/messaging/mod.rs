//! What we tell people.

mod notifications;
mod sender;

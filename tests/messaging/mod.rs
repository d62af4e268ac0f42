//! What we tell people.

mod notifications;

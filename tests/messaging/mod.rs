//! Notifications.

mod notifications;
mod sender;

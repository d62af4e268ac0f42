//! Values as people read them: money, data, times, words.

mod amount;
mod place;
mod time;
mod words;
mod zone;

pub use amount::{count, decimal, megabytes, money, percent};
pub use place::{place, places};
pub use time::{ago, date, from_local, local, moment, now, utc};
pub use words::{initials, plural, sentence};
pub use zone::zones;

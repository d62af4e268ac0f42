//! Values as people read them: money, data, times, words.

mod amount;
mod place;
mod time;
mod words;
mod zone;

pub use amount::{count, decimal, megabytes, money, percent};
pub use place::{place, places};
pub use time::{ago, date, distance, from_local, local, moment, now, read_local, until, utc};
pub use words::{initials, plural, sentence};
pub(crate) use zone::set_zone;
pub use zone::{Clock, clock, day_end, day_of, day_start, offset_text, zone, zones};

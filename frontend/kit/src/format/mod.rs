//! Values in the form in which people read them: money, data, times, text.

mod amount;
mod region;
mod text;
mod time;
mod zone;

pub use amount::{count, decimal, megabytes, money, percent};
pub use region::{region_name, region_names};
pub use text::{initials, plural, sentence};
pub use time::{ago, date, distance, from_local, local, moment, now, read_local, until, utc};
pub(crate) use zone::set_zone;
pub use zone::{Clock, clock, day_end, day_of, day_start, offset_text, zone, zones};

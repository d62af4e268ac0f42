//! What packages are called, and where they work, in our words.

use super::Reading;
use wire::{data, region};

impl Reading {
    /// The title and what sets the package apart from others of that title.
    pub(super) fn full_name(&self) -> String {
        let plan = &self.package.plan;
        let days = if plan.validity_days == 1 {
            "day"
        } else {
            "days"
        };
        let mut rest = format!(
            " {} {} {days}",
            data::limit(plan.data_limit_mb.as_ref()),
            plan.validity_days
        );
        if plan.voice_minutes > 0 {
            rest.push_str(&format!(", {} min", plan.voice_minutes));
        }
        if plan.sms_count > 0 {
            rest.push_str(&format!(", {} SMS", plan.sms_count));
        }
        if self.is_topup {
            rest.push_str(" top-up");
        }
        fitting(&plan.name, &rest)
    }
}

/// Both together; of the first only as much as a name has room for.
pub(super) fn fitting(first: &str, rest: &str) -> String {
    let room = 100_usize.saturating_sub(rest.chars().count());
    first
        .chars()
        .take(room)
        .chain(rest.chars())
        .take(100)
        .collect()
}

/// Places as they are written: codes or names, separated by `|`, `;` or commas, or codes by spaces.
pub(super) fn places(text: &str) -> Vec<String> {
    let parts: Vec<&str> = match text.contains(['|', ';', ',']) {
        true => text.split(['|', ';', ',']).map(str::trim).collect(),
        false if region::is_known(&place(text)) => vec![text],
        false => text.split_whitespace().collect(),
    };
    let mut codes: Vec<String> = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(place)
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

/// The code of a place that may be called by a name or in lower case.
fn place(text: &str) -> String {
    let word = text.trim().to_uppercase().replace([' ', '-'], "_");
    match word.as_str() {
        "WORLD" | "WORLDWIDE" => region::GLOBAL.to_owned(),
        "EU" => "EUROPE".to_owned(),
        "UK" => "GB".to_owned(),
        "LATAM" | "SOUTH_AMERICA" => "LATIN_AMERICA".to_owned(),
        "CARIBBEAN_ISLANDS" => "CARIBBEAN".to_owned(),
        _ => word,
    }
}

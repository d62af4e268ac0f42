//! The names and regions of packages, as plans write them.

use super::ParsedRow;
use wire::{data, region};

impl ParsedRow {
    /// Returns the title with the terms that distinguish the package from others of the same title.
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
        append_within_limit(&plan.name, &rest)
    }
}

/// Joins two texts to a name of 100 characters at most. Only the first text is shortened.
pub(super) fn append_within_limit(first: &str, rest: &str) -> String {
    let room = 100_usize.saturating_sub(rest.chars().count());
    first
        .chars()
        .take(room)
        .chain(rest.chars())
        .take(100)
        .collect()
}

/// Parses a list of regions: codes or names, separated by `|`, `;` or commas, or codes separated by spaces.
pub(super) fn parse_regions(text: &str) -> Vec<String> {
    let parts: Vec<&str> = match text.contains(['|', ';', ',']) {
        true => text.split(['|', ';', ',']).map(str::trim).collect(),
        false if region::is_known(&region_code(text)) => vec![text],
        false => text.split_whitespace().collect(),
    };
    let mut codes: Vec<String> = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(region_code)
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Returns the region code of a text, which may be a name or in lower case.
fn region_code(text: &str) -> String {
    let code = text.trim().to_uppercase().replace([' ', '-'], "_");
    match code.as_str() {
        "WORLD" | "WORLDWIDE" => region::GLOBAL.to_owned(),
        "EU" => "EUROPE".to_owned(),
        "UK" => "GB".to_owned(),
        "LATAM" | "SOUTH_AMERICA" => "LATIN_AMERICA".to_owned(),
        "CARIBBEAN_ISLANDS" => "CARIBBEAN".to_owned(),
        _ => code,
    }
}

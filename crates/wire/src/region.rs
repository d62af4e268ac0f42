//! Countries and regions: ISO 3166-1 alpha-2 codes and named groups of them.

use crate::Param;

/// The group of all countries. A price for it applies where no price for a nearer region exists.
pub const GLOBAL: &str = "GLOBAL";

/// The named groups and their display names.
pub const GROUPS: &[(&str, &str)] = &[
    (GLOBAL, "Global"),
    ("EUROPE", "Europe"),
    ("ASIA", "Asia"),
    ("AFRICA", "Africa"),
    ("NORTH_AMERICA", "North America"),
    ("LATIN_AMERICA", "Latin America"),
    ("MIDDLE_EAST", "Middle East"),
    ("OCEANIA", "Oceania"),
    ("CARIBBEAN", "Caribbean"),
];

/// Every country code of ISO 3166-1.
pub const COUNTRIES: &[&str] = &[
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ",
    "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS",
    "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN",
    "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE",
    "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF",
    "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM",
    "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM",
    "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC",
    "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK",
    "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA",
    "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG",
    "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW",
    "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS",
    "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO",
    "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI",
    "VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW",
];

/// The countries of each group. A country is in at most one group, apart from [`GLOBAL`]. Providers define groups
/// differently; this table defines what a group means in our plans.
const MEMBERS: &[(&str, &[&str])] = &[
    (
        "EUROPE",
        &[
            "AD", "AL", "AT", "AX", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE",
            "ES", "FI", "FO", "FR", "GB", "GG", "GI", "GR", "HR", "HU", "IE", "IM", "IS", "IT",
            "JE", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT",
            "RO", "RS", "RU", "SE", "SI", "SJ", "SK", "SM", "UA", "VA", "XK",
        ],
    ),
    (
        "ASIA",
        &[
            "AF", "AM", "AZ", "BD", "BN", "BT", "CN", "GE", "HK", "ID", "IN", "JP", "KG", "KH",
            "KP", "KR", "KZ", "LA", "LK", "MM", "MN", "MO", "MV", "MY", "NP", "PH", "PK", "SG",
            "TH", "TJ", "TL", "TM", "TW", "UZ", "VN",
        ],
    ),
    (
        "AFRICA",
        &[
            "AO", "BF", "BI", "BJ", "BW", "CD", "CF", "CG", "CI", "CM", "CV", "DJ", "DZ", "EG",
            "EH", "ER", "ET", "GA", "GH", "GM", "GN", "GQ", "GW", "IO", "KE", "KM", "LR", "LS",
            "LY", "MA", "MG", "ML", "MR", "MU", "MW", "MZ", "NA", "NE", "NG", "RE", "RW", "SC",
            "SD", "SH", "SL", "SN", "SO", "SS", "ST", "SZ", "TD", "TG", "TN", "TZ", "UG", "YT",
            "ZA", "ZM", "ZW",
        ],
    ),
    ("NORTH_AMERICA", &["BM", "CA", "GL", "MX", "PM", "US"]),
    (
        "LATIN_AMERICA",
        &[
            "AR", "BO", "BR", "BZ", "CL", "CO", "CR", "EC", "FK", "GF", "GT", "GY", "HN", "NI",
            "PA", "PE", "PY", "SR", "SV", "UY", "VE",
        ],
    ),
    (
        "MIDDLE_EAST",
        &[
            "AE", "BH", "IL", "IQ", "IR", "JO", "KW", "LB", "OM", "PS", "QA", "SA", "SY", "TR",
            "YE",
        ],
    ),
    (
        "OCEANIA",
        &[
            "AS", "AU", "CC", "CK", "CX", "FJ", "FM", "GU", "KI", "MH", "MP", "NC", "NF", "NR",
            "NU", "NZ", "PF", "PG", "PN", "PW", "SB", "TK", "TO", "TV", "UM", "VU", "WF", "WS",
        ],
    ),
    (
        "CARIBBEAN",
        &[
            "AG", "AI", "AW", "BB", "BL", "BQ", "BS", "CU", "CW", "DM", "DO", "GD", "GP", "HT",
            "JM", "KN", "KY", "LC", "MF", "MQ", "MS", "PR", "SX", "TC", "TT", "VC", "VG", "VI",
        ],
    ),
];

/// Returns the countries of a group: all countries for [`GLOBAL`], none for an unknown group.
pub fn members(group: &str) -> &'static [&'static str] {
    if group == GLOBAL {
        return COUNTRIES;
    }
    let found = MEMBERS.iter().find(|(known, _)| *known == group);
    found.map_or(&[], |(_, members)| members)
}

/// Returns the group of a country, apart from [`GLOBAL`].
pub fn group_of(country: &str) -> Option<&'static str> {
    let found = MEMBERS
        .iter()
        .find(|(_, members)| members.contains(&country));
    found.map(|(group, _)| *group)
}

/// A country code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Country(pub String);

impl Country {
    /// Returns the region codes that include the country: its own code, its group and [`GLOBAL`].
    pub fn named_by(&self) -> Vec<&str> {
        std::iter::once(self.0.as_str())
            .chain(group_of(&self.0))
            .chain([GLOBAL])
            .collect()
    }
}

impl Param for Country {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let code = COUNTRIES.binary_search(&text);
        code.map(|_| Self(text.to_owned()))
            .map_err(|_| "must be an ISO 3166-1 alpha-2 country such as FR")
    }
    fn show(&self) -> String {
        self.0.clone()
    }
}

/// Returns the display name of a group. A country is returned as its code, because the reader's language names it.
pub fn name(code: &str) -> &str {
    GROUPS
        .iter()
        .find(|(group, _)| *group == code)
        .map_or(code, |(_, name)| name)
}

/// Returns whether two lists of regions share a country.
pub fn overlap(one: &[String], other: &[String]) -> bool {
    countries(one).any(|country| countries(other).any(|also| also == country))
}

/// Returns the countries of a list of regions.
fn countries(places: &[String]) -> impl Iterator<Item = &str> {
    places.iter().flat_map(|place| match members(place) {
        [] => vec![place.as_str()],
        members => members.to_vec(),
    })
}

/// Returns whether the code is a known country or group.
pub fn is_known(code: &str) -> bool {
    COUNTRIES.binary_search(&code).is_ok() || GROUPS.iter().any(|(group, _)| *group == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_sorted_and_known() {
        assert!(COUNTRIES.is_sorted());
        assert!(is_known("US") && is_known("EUROPE") && !is_known("us") && !is_known("XX"));
    }

    #[test]
    fn groups_are_disjoint_lists_of_countries() {
        let mut all: Vec<&str> = MEMBERS.iter().flat_map(|(_, all)| all.to_vec()).collect();
        assert!(all.iter().all(|code| COUNTRIES.binary_search(code).is_ok()));
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
        for (group, _) in GROUPS {
            assert!(!members(group).is_empty(), "{group}");
        }
        assert!(members("US").is_empty());
    }

    #[test]
    fn overlap_compares_countries_of_groups() {
        let common = |one: &str, other: &str| overlap(&[one.to_owned()], &[other.to_owned()]);
        assert!(common("EUROPE", "DE") && common("GLOBAL", "JP") && common("US", "US"));
        assert!(!common("EUROPE", "US") && !common("JP", "KR"));
        assert!(!overlap(&[], &["US".to_owned()]));
    }

    #[test]
    fn country_is_named_by_code_group_and_global() {
        let named = |code: &str| Country::parse(code).map(|one| one.named_by().join(" "));
        assert_eq!(named("FR").as_deref(), Ok("FR EUROPE GLOBAL"));
        assert_eq!(named("AQ").as_deref(), Ok("AQ GLOBAL"));
        assert!(named("EUROPE").is_err() && named("fr").is_err());
    }
}

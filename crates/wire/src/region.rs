//! The one vocabulary of places: ISO 3166-1 alpha-2 countries and a few named groups of them.

/// The group that every country belongs to; a price for it applies where no nearer one does.
pub const GLOBAL: &str = "GLOBAL";

/// The named groups, with what people call them.
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

/// What a group is called; a country, which the reader's own language names, is its code.
pub fn name(code: &str) -> &str {
    GROUPS
        .iter()
        .find(|(group, _)| *group == code)
        .map_or(code, |(_, name)| name)
}

/// Whether it is a word of the vocabulary.
pub fn is_known(code: &str) -> bool {
    COUNTRIES.binary_search(&code).is_ok() || GROUPS.iter().any(|(group, _)| *group == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_in_order_and_known() {
        assert!(COUNTRIES.is_sorted());
        assert!(is_known("US") && is_known("EUROPE") && !is_known("us") && !is_known("XX"));
    }
}

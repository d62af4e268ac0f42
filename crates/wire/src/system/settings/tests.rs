use super::{SETTINGS, definition};

#[test]
fn defaults_are_valid_and_keys_name_no_secret() {
    for setting in SETTINGS {
        assert_eq!(
            setting.normalize(setting.default).ok().as_deref(),
            Some(setting.default),
            "{}",
            setting.key
        );
        assert!(
            !["secret", "password", "token", "api_key", "credential"]
                .iter()
                .any(|word| setting.key.contains(word)),
            "{}",
            setting.key
        );
        let twice = SETTINGS.iter().filter(|other| other.key == setting.key);
        assert_eq!(twice.count(), 1, "{}", setting.key);
    }
}

#[test]
fn weakening_a_control_is_detected() {
    let weakened = |key: &str, before: &str, after: &str| {
        definition(key).map(|known| known.is_weakened_by(before, after))
    };
    for (key, before, after, expected) in [
        ("refunds.four_eyes_above", "100", "100000", true),
        ("refunds.four_eyes_above", "100", "50", false),
        (
            "refunds.four_eyes_above",
            "{\"USD\":\"5.00\"}",
            "{\"EUR\":\"1.00\"}",
            true,
        ),
        ("pricing.minimum_margin_percent", "5", "0", false),
        ("sessions.idle_days", "14", "90", true),
        (
            "kyc.required_documents",
            "[[\"passport\"]]",
            "[[\"passport\",\"id_card\"]]",
            true,
        ),
        (
            "kyc.required_documents",
            "[[\"passport\"]]",
            "[[\"passport\"],[\"utility_bill\"]]",
            false,
        ),
        ("business.name", "One", "Two", false),
    ] {
        assert_eq!(
            weakened(key, before, after),
            Some(expected),
            "{key} {before} {after}"
        );
    }
}

#[test]
fn values_are_normalized_or_rejected() {
    let normalize =
        |key: &str, text: &str| definition(key).and_then(|known| known.normalize(text).ok());
    for (key, given, kept) in [
        ("business.name", " Example Travel ", Some("Example Travel")),
        ("business.name", " ", None),
        ("business.name", "two\nlines", None),
        ("business.support_email", "", Some("")),
        ("business.support_email", "help", None),
        ("orders.payment_window_minutes", "045", Some("45")),
        ("orders.payment_window_minutes", "4", None),
        ("orders.payment_window_minutes", "1e3", None),
        (
            "kyc.required_documents",
            "[ [\"passport\"] ]",
            Some("[[\"passport\"]]"),
        ),
        ("kyc.required_documents", "[]", None),
        ("invoices.prefix", "inv-1", Some("INV-1")),
        ("invoices.prefix", "cn", None),
        ("invoices.prefix", "Ord", None),
        ("invoices.prefix", "A/B", None),
        ("invoices.prefix", "..", None),
        ("invoices.prefix", "A\"B", None),
        ("invoices.prefix", "-A", None),
        ("invoices.prefix", "ÄB", None),
        (
            "refunds.four_eyes_above",
            "{ \"USD\": \"50\" }",
            Some("{\"USD\":\"50.00\"}"),
        ),
        ("refunds.four_eyes_above", "{\"JPY\":\"0.50\"}", None),
        ("emails.footer", "sk_live_abcdef", None),
        ("emails.footer", "4111 1111 1111 1111", None),
    ] {
        assert_eq!(normalize(key, given).as_deref(), kept, "{key} {given}");
    }
}

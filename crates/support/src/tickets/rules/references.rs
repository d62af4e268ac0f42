//! Finds what a text names: ICCIDs, order numbers and IDs.

use crate::tickets::query::Named;
use uuid::Uuid;
use wire::text::plain;

/// The maximum number of values of each kind.
const MOST: usize = 20;

/// Returns what a text names.
pub fn find(text: &str) -> Named {
    let text = plain(text);
    let mut named = Named {
        iccids: iccids(&text),
        ..Named::default()
    };
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    for word in words.map(|word| word.trim_matches('-')) {
        if let Ok(id) = Uuid::try_parse(word)
            && word.len() == 36
        {
            named.ids.push(id);
        } else {
            let number = word.to_ascii_uppercase();
            let digits = number.strip_prefix("ORD-").unwrap_or_default();
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            if is_number && number.len() <= 20 {
                named.orders.push(number);
            }
        }
    }
    named.ids.truncate(MOST);
    named.orders.truncate(MOST);
    named
}

/// Returns the ICCIDs of a text: 18 to 22 digits that begin with 89, in one piece or in groups.
fn iccids(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let is_part = |c: char| c.is_ascii_digit() || c == ' ' || c == '-';
    for run in text.split(|c: char| !is_part(c)) {
        let groups: Vec<&str> = run
            .split([' ', '-'])
            .filter(|group| !group.is_empty())
            .collect();
        for start in 0..groups.len() {
            let mut digits = String::new();
            for group in groups.iter().skip(start) {
                digits.push_str(group);
                if digits.len() > 22 || !digits.starts_with("89") {
                    break;
                }
                if digits.len() >= 18 {
                    found.push(digits.clone());
                }
            }
        }
    }
    found.truncate(MOST);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_names_iccids_orders_and_ids() {
        let id = Uuid::now_v7();
        let named = find(&format!(
            "ICCID: 8944 5385 3200 8160 222, order ord-000123 (payment {id})."
        ));
        assert_eq!(named.iccids, ["8944538532008160222"]);
        assert_eq!(named.orders, ["ORD-000123"]);
        assert_eq!(named.ids, [id]);
        assert_eq!(find("8944500102198304826").iccids, ["8944500102198304826"]);
        assert_eq!(
            find("8944-5001-0219-8304-826").iccids,
            ["8944500102198304826"]
        );
    }

    #[test]
    fn other_numbers_are_not_named() {
        for text in [
            "",
            "+44 20 7946 0958",
            "4111 1111 1111 1111",
            "89445385",
            "ORD-",
            "ORD-1x",
            "on 2026-11-29 14:00",
        ] {
            assert_eq!(find(text), Named::default(), "{text}");
        }
    }
}

//! Values of the API in the form in which people read them.

/// Formats a value of an enumeration as the start of a sentence: `needs_review` is `Needs review`.
pub fn sentence(word: &str) -> String {
    let spaced = word.replace(['_', '.'], " ");
    let words: Vec<String> = spaced
        .split(' ')
        .enumerate()
        .map(|(index, part)| shape(part, index == 0))
        .collect();
    words.join(" ")
}

fn shape(part: &str, first: bool) -> String {
    match part {
        "sms" | "kyc" | "mfa" | "id" | "ip" | "iccid" | "eid" | "qr" | "api" | "url" | "sku"
        | "mb" | "gb" => part.to_uppercase(),
        "esim" => "eSIM".to_owned(),
        "esims" => "eSIMs".to_owned(),
        "topup" => if first { "Top-up" } else { "top-up" }.to_owned(),
        "paypal" => "PayPal".to_owned(),
        _ if first => {
            let mut characters = part.chars();
            characters
                .next()
                .map(|character| character.to_uppercase().chain(characters).collect())
                .unwrap_or_default()
        }
        _ => part.to_owned(),
    }
}

/// Formats a number with its noun: `1 plan`, `3 plans`.
pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Returns the initials of up to two names.
pub fn initials(name: &str) -> String {
    let characters = name
        .split_whitespace()
        .filter_map(|part| part.chars().next())
        .take(2);
    characters.flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn sentence_formats_enumeration_values() {
        assert_eq!(sentence("needs_review"), "Needs review");
        assert_eq!(sentence("kyc_status"), "KYC status");
        assert_eq!(sentence("plan.create"), "Plan create");
        assert_eq!(sentence("topup"), "Top-up");
        assert_eq!(sentence(""), "");
        assert_eq!(initials("élodie  von Ärmel"), "ÉV");
        assert_eq!(plural(1, "plan", "plans"), "1 plan");
    }
}

//! Texts of providers in our errors.

use crate::Account;

/// The longest text.
const LONGEST: usize = 200;

/// The number of digits in a row from which a number can identify an eSIM, a chip or a phone.
const IDENTIFYING: usize = 8;

/// Returns a text of the provider without secrets of the account and without long numbers, on one line.
pub fn quote(account: &Account, text: &str) -> String {
    let mut text = text.to_owned();
    let secrets = account.credentials.values().chain([&account.api_key]);
    for secret in secrets.filter(|secret| !secret.is_empty()) {
        text = text.replace(secret.as_str(), "[secret]");
    }
    let mut quoted = String::new();
    let mut digits = String::new();
    for character in text.chars().chain(['\n']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        if digits.len() < IDENTIFYING {
            quoted.push_str(&digits);
        } else {
            quoted.push_str("[number]");
        }
        digits.clear();
        quoted.push(if character.is_control() {
            ' '
        } else {
            character
        });
    }
    quoted.trim().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::ProviderId;

    #[test]
    fn quote_removes_secrets_and_long_numbers() {
        let account = Account {
            provider: ProviderId(uuid::Uuid::nil()),
            endpoint: String::new(),
            api_key: "sk-123".to_owned().into(),
            credentials: [("client_secret".to_owned(), "hush".to_owned().into())].into(),
        };
        assert_eq!(
            quote(
                &account,
                "No eSIM 8944538532008160222 for\r\nsk-123, code 34, hush: 12345678"
            ),
            "No eSIM [number] for  [secret], code 34, [secret]: [number]"
        );
        assert_eq!(quote(&account, &"x".repeat(999)).len(), 200);
    }
}

//! Validation of input, applied by forms before they send and by the server before it uses the input.

use crate::{Decimal, FieldError, identifier, sensitive, text};
use std::ops::RangeInclusive;

/// The message about a phone number that no numbering plan has.
pub(crate) const UNKNOWN_PHONE: &str = "This phone number does not exist. Check the digits, and enter the country code, such as +44 20 7946 0000.";

/// Input that can be validated.
pub trait Check {
    /// Adds an error for each invalid field.
    fn check(&self, bad: &mut FieldErrors);
    /// Returns the errors of all fields; the list is empty when the input is valid.
    fn field_errors(&self) -> Vec<FieldError> {
        let mut bad = FieldErrors::default();
        self.check(&mut bad);
        bad.0
    }
}

/// The validation errors found so far, each with its field.
#[derive(Debug, Default)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Adds an error: the field, a stable code, and a message that says how to correct the field.
    pub fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        });
    }
    /// Requires a day between the years 2000 and 2999.
    pub fn day(&mut self, field: &str, day: chrono::NaiveDate) {
        if !(2000..=2999).contains(&chrono::Datelike::year(&day)) {
            self.add(
                field,
                "range",
                "Choose a day between the years 2000 and 2999.",
            );
        }
    }
    /// Requires text in one line of `min` to `max` characters, without line breaks and invisible characters. Spaces
    /// around the text do not count. The text is stored unencrypted, so card numbers are rejected.
    pub fn length(&mut self, field: &str, text: &str, min: usize, max: usize) {
        self.sized(field, text, min..=max);
        self.single_line(field, text);
    }
    /// Requires text of `min` to `max` characters without invisible characters. Line breaks are allowed.
    pub fn lines(&mut self, field: &str, text: &str, min: usize, max: usize) {
        self.sized(field, text, min..=max);
        if let Some(c) = text::rejected_in_lines(text::trimmed(text)) {
            self.rejected(field, c);
        }
    }
    /// Requires a name in one line of 1 to `max` characters, at least one of which is a letter or a digit.
    pub fn name(&mut self, field: &str, text: &str, max: usize) {
        self.length(field, text, 1, max);
        if !text.trim().is_empty() && !text.chars().any(char::is_alphanumeric) {
            self.add(
                field,
                "name",
                "Enter a name with a letter or a digit in it.",
            );
        }
    }
    /// Rejects line breaks and characters that a reader cannot see.
    pub fn single_line(&mut self, field: &str, text: &str) {
        if let Some(c) = text::rejected_in_line(text::trimmed(text)) {
            self.rejected(field, c);
        }
    }
    fn sized(&mut self, field: &str, text: &str, size: RangeInclusive<usize>) {
        let text = text::trimmed(text);
        let (min, max, count) = (*size.start(), *size.end(), text.chars().count());
        if min > 0 && text.is_empty() {
            return self.add(field, "required", "Enter a value.");
        }
        if count < min {
            return self.add(field, "too_short", format!("Use {min} characters or more."));
        }
        if count > max {
            return self.add(field, "too_long", format!("Use {max} characters at most."));
        }
        self.no_card_number(field, text);
    }
    fn rejected(&mut self, field: &str, c: char) {
        match c {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                self.add(field, "line_break", "Remove the line breaks.");
            }
            c if c.is_control() => {
                self.add(field, "control_character", "Remove the control characters.");
            }
            c => self.add(
                field,
                "invisible_character",
                format!("Remove the invisible character U+{:04X}.", u32::from(c)),
            ),
        }
    }
    /// Rejects numbers of payment cards.
    pub fn no_card_number(&mut self, field: &str, text: &str) {
        if sensitive::has_card_number(text) {
            self.add(
                field,
                "card_number",
                "This looks like a payment card number. Card numbers must not be stored here: remove it.",
            );
        }
    }
    /// Rejects text that looks like a password, a key or a token.
    pub fn no_secret(&mut self, field: &str, text: &str) {
        if sensitive::has_secret(text) {
            self.add(
                field,
                "secret",
                "This looks like a secret. Secrets belong in the server's environment, not here.",
            );
        }
    }
    /// Requires a whole number from `min` to `max`.
    pub fn range(&mut self, field: &str, number: i64, min: i64, max: i64) {
        if !(min..=max).contains(&number) {
            self.add(
                field,
                "out_of_range",
                format!("Enter a whole number from {min} to {max}."),
            );
        }
    }
    /// Requires an amount of zero or more.
    pub fn not_negative(&mut self, field: &str, amount: &Decimal) {
        if amount.is_negative() {
            self.add(field, "negative", "Enter zero or more.");
        }
        self.storable(field, amount);
    }
    /// Requires an amount above zero.
    pub fn positive(&mut self, field: &str, amount: &Decimal) {
        if !amount.is_positive() {
            self.add(field, "not_positive", "Enter an amount above zero.");
        }
        self.storable(field, amount);
    }
    fn storable(&mut self, field: &str, amount: &Decimal) {
        if !amount.is_storable() {
            self.add(field, "too_large", "Enter less than 100,000,000.");
        }
    }
    /// Requires an email address: one `@` with text on both sides and a dot in the domain.
    pub fn email(&mut self, field: &str, text: &str) {
        let text = identifier::email(text);
        let fits = text.len() <= 255 && !text.chars().any(char::is_whitespace);
        let shaped = text.rsplit_once('@').is_some_and(|(name, domain)| {
            !name.is_empty()
                && name.len() <= 64
                && !name.contains(['<', '>', '"', ',', ';', '@'])
                && domain.contains('.')
                && domain.split('.').all(|part| {
                    !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-')
                })
        });
        if !fits || !shaped {
            self.add(
                field,
                "email",
                "Enter an e-mail address, such as name@example.com.",
            );
        }
    }
    /// Requires a phone number in any usual notation. A number with a country code must exist; the server completes a
    /// number without one with the country of the business.
    pub fn phone(&mut self, field: &str, text: &str) {
        match identifier::phone(text) {
            Err(why) => self.add(field, "phone", format!("It {why}.")),
            Ok(bare) if !is_phone(&bare) => self.add(field, "phone", UNKNOWN_PHONE),
            Ok(_) => {}
        }
    }
    /// Validates a nested value; its fields are named `field.inner`.
    pub fn nested(&mut self, field: &str, inner: &impl Check) {
        for error in inner.field_errors() {
            self.add(
                format!("{field}.{}", error.field),
                &error.code,
                error.message,
            );
        }
    }
}

/// Returns whether these may be the digits of a phone number. Only the server knows the numbering plans.
fn is_phone(bare: &str) -> bool {
    #[cfg(feature = "server")]
    if bare.starts_with('+') {
        return crate::phone::Phone::parse(bare, None).is_ok();
    }
    let digits = bare.trim_start_matches('+');
    (4..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Deserializers for fields of an edit: absent keeps the value, null clears it.
pub mod edit_field {
    use serde::{Deserialize, Deserializer, de::Error as _};
    /// Deserializes a field that can be cleared. Use `#[serde(default, deserialize_with = "edit_field::nullable")]` on
    /// an `Option<Option<T>>`.
    pub fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        input: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(input).map(Some)
    }
    /// Deserializes a field that cannot be cleared, and rejects null. Without it, serde reads null as "absent" and the
    /// edit does nothing. Use `#[serde(default, deserialize_with = "edit_field::not_null")]` on an `Option<T>`.
    pub fn not_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        input: D,
    ) -> Result<Option<T>, D::Error> {
        Option::<T>::deserialize(input)?.map(Some).ok_or_else(|| {
            D::Error::custom("This field cannot be null: leave it out, or send a value")
        })
    }
}

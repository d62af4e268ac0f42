//! Checks of input, run by the form before sending and by the server before believing.

use crate::{Decimal, FieldError, identifier, sensitive, text};
use std::ops::RangeInclusive;

/// The message about a phone number that no numbering plan has.
pub(crate) const UNKNOWN_PHONE: &str = "This is not a phone number that exists. Check its digits, and enter its country code, such as +44 20 7946 0000.";

/// Input that can say what is wrong with it.
pub trait Check {
    /// Adds one error per fault.
    fn check(&self, bad: &mut FieldErrors);
    /// The faults, if there are any.
    fn faults(&self) -> Vec<FieldError> {
        let mut bad = FieldErrors::default();
        self.check(&mut bad);
        bad.0
    }
}

/// The faults found so far, each with the field that it stands in.
#[derive(Debug, Default)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Adds a fault: a field, a stable code, and what to do about it.
    pub fn add(&mut self, field: impl Into<String>, code: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            code: code.into(),
            message: message.into(),
        });
    }
    /// Text in one line of `min` to `max` characters, without line breaks and invisible characters; spaces around it
    /// do not count. It is kept in plain, so a card's number is refused wherever text is taken.
    pub fn length(&mut self, field: &str, text: &str, min: usize, max: usize) {
        self.sized(field, text, min..=max);
        self.single_line(field, text);
    }
    /// Text that may have several lines, of `min` to `max` characters, without invisible characters.
    pub fn lines(&mut self, field: &str, text: &str, min: usize, max: usize) {
        self.sized(field, text, min..=max);
        if let Some(c) = text::rejected_in_lines(text::trimmed(text)) {
            self.rejected(field, c);
        }
    }
    /// A name in one line of 1 to `max` characters, at least one of which is a letter or a digit.
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
    /// No line break and no character that a reader cannot see.
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
                self.add(field, "line_break", "Write it in one line.");
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
    /// No number of a payment card.
    pub fn no_card_number(&mut self, field: &str, text: &str) {
        if sensitive::has_card_number(text) {
            self.add(
                field,
                "card_number",
                "This looks like the number of a payment card. Such numbers are not kept here: remove it.",
            );
        }
    }
    /// Nothing that looks like a password, a key or a token.
    pub fn no_secret(&mut self, field: &str, text: &str) {
        if sensitive::has_secret(text) {
            self.add(
                field,
                "secret",
                "This looks like a secret. Secrets belong in the environment of the server, not here.",
            );
        }
    }
    /// A whole number from `min` to `max`.
    pub fn range(&mut self, field: &str, number: i64, min: i64, max: i64) {
        if !(min..=max).contains(&number) {
            self.add(
                field,
                "out_of_range",
                format!("Enter a whole number from {min} to {max}."),
            );
        }
    }
    /// An amount of nothing or more.
    pub fn not_negative(&mut self, field: &str, amount: &Decimal) {
        if amount.is_negative() {
            self.add(field, "negative", "Enter zero or more.");
        }
        self.storable(field, amount);
    }
    /// An amount above zero.
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
    /// An email address: one `@` with something on both sides and a dot in the domain.
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
    /// A phone number in any usual notation. With its country code it must be one that exists; without, the server
    /// completes it with the country of the business.
    pub fn phone(&mut self, field: &str, text: &str) {
        match identifier::phone(text) {
            Err(why) => self.add(field, "phone", format!("It {why}.")),
            Ok(bare) if !is_phone(&bare) => self.add(field, "phone", UNKNOWN_PHONE),
            Ok(_) => {}
        }
    }
    /// Runs the checks of a nested value, with its fields named `field.inner`.
    pub fn nested(&mut self, field: &str, inner: &impl Check) {
        for fault in inner.faults() {
            self.add(
                format!("{field}.{}", fault.field),
                &fault.code,
                fault.message,
            );
        }
    }
}

/// Returns whether these may be the digits of a phone number. The numbering plans are known to the server only.
fn is_phone(bare: &str) -> bool {
    #[cfg(feature = "server")]
    if bare.starts_with('+') {
        return crate::phone::Phone::read(bare, None).is_ok();
    }
    let digits = bare.trim_start_matches('+');
    (4..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// For a field of an edit that may be absent (keep), null (clear) or a value.
pub mod maybe {
    use serde::{Deserialize, Deserializer, de::Error as _};
    /// `#[serde(default, deserialize_with = "maybe::given")]` on an `Option<Option<T>>`.
    pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        input: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(input).map(Some)
    }
    /// `#[serde(default, deserialize_with = "maybe::value")]` on an `Option<T>`: rejects null, because an edit cannot
    /// clear the field. Without it, serde reads null as "absent" and the edit does nothing.
    pub fn value<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        input: D,
    ) -> Result<Option<T>, D::Error> {
        Option::<T>::deserialize(input)?.map(Some).ok_or_else(|| {
            D::Error::custom("This field cannot be null: leave it out, or send a value")
        })
    }
}

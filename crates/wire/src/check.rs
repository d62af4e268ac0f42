//! Checks of input, run by the form before sending and by the server before believing.

use crate::{Decimal, FieldError, sensitive};

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
    /// Text of `min` to `max` characters, without control characters; spaces alone do not count. It is kept in
    /// plain, so a card's number is refused wherever text is taken.
    pub fn length(&mut self, field: &str, text: &str, min: usize, max: usize) {
        let count = text.chars().count();
        if min > 0 && text.trim().is_empty() {
            return self.add(field, "required", "Enter a value.");
        }
        if count < min {
            return self.add(field, "too_short", format!("Use {min} characters or more."));
        }
        if count > max {
            return self.add(field, "too_long", format!("Use {max} characters at most."));
        }
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            self.add(field, "control_character", "Remove the control characters.");
        }
        self.no_card_number(field, text);
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
    /// An e-mail address: one `@` with something on both sides and a dot in the domain.
    pub fn email(&mut self, field: &str, text: &str) {
        let fits = text.len() <= 255 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
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
    /// A phone number as E.164 writes it; spaces, dashes and brackets are forgiven.
    pub fn phone(&mut self, field: &str, text: &str) {
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let shaped = text.starts_with('+')
            && text
                .chars()
                .skip(1)
                .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '(' | ')'));
        if !shaped || !(7..=15).contains(&digits) || text.len() > 20 {
            self.add(
                field,
                "phone",
                "Enter the number with its country code, such as +44 20 7946 0000.",
            );
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

//! Phone numbers: stored as E.164, written in their country's international notation.

use crate::{check::UNKNOWN_PHONE, identifier};
use phonenumber::{
    Mode, PhoneNumber, country,
    metadata::{DATABASE, Descriptors},
};

/// A phone number that its country's numbering plan knows.
pub struct Phone(PhoneNumber);

/// Reasons why a text is not a valid phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneError {
    /// The text has no country code, and no country is known to complete it with.
    NoCountry,
    /// The numbering plan has no such number.
    Unknown,
}

impl PhoneError {
    /// Returns the code of the field error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoCountry => "country_code",
            Self::Unknown => "phone",
        }
    }
    /// Returns the message of the field error.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoCountry => "Enter the number with its country code, such as +44 20 7946 0000.",
            Self::Unknown => UNKNOWN_PHONE,
        }
    }
}

impl Phone {
    /// Parses a number in any usual notation. A national number belongs to `country`, an ISO 3166-1 alpha-2 code.
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, PhoneError> {
        let bare = identifier::phone(text).map_err(|_| PhoneError::Unknown)?;
        // If a country is set, the parser also removes that country's trunk prefix from international numbers.
        let country: Option<country::Id> = match country {
            _ if bare.starts_with('+') => None,
            None => return Err(PhoneError::NoCountry),
            Some(code) => Some(code.parse().map_err(|_| PhoneError::NoCountry)?),
        };
        phonenumber::parse(country, &bare)
            .ok()
            .filter(is_known)
            .map(Self)
            .ok_or(PhoneError::Unknown)
    }

    /// Returns the number as E.164 writes it, such as `+442079460000`.
    pub fn e164(&self) -> String {
        self.0.format().mode(Mode::E164).to_string()
    }

    /// Returns the number as people read it, such as `+44 20 7946 0000`.
    pub fn international(&self) -> String {
        self.0.format().mode(Mode::International).to_string()
    }

    /// Returns the digits that are dialled within the country, without the trunk prefix.
    pub fn national(&self) -> String {
        self.0.national().to_string()
    }
}

/// Returns whether the numbering plan of a number's country has numbers like this: of this length, with this
/// beginning. Whether a block of numbers is in use changes faster than any list of them.
fn is_known(number: &PhoneNumber) -> bool {
    let national = number.national().to_string();
    let plans = DATABASE.by_code(&number.country().code());
    plans.is_some_and(|plans| {
        plans
            .iter()
            .any(|plan| has_number(plan.descriptors(), &national))
    })
}

fn has_number(plan: &Descriptors, national: &str) -> bool {
    let kinds = [
        plan.fixed_line(),
        plan.mobile(),
        plan.toll_free(),
        plan.premium_rate(),
        plan.shared_cost(),
        plan.personal_number(),
        plan.voip(),
        plan.pager(),
        plan.uan(),
    ];
    let mut lengths = kinds
        .into_iter()
        .flatten()
        .flat_map(|kind| kind.possible_length());
    plan.general().is_match(national)
        && lengths.any(|length| usize::from(*length) == national.len())
}

/// Formats a stored number as people read it. A number that no numbering plan knows stays as it is.
pub fn format_international(stored: &str) -> String {
    Phone::parse(stored, None).map_or_else(|_| stored.to_owned(), |phone| phone.international())
}

/// Returns whether numbers can be completed with this country.
pub fn is_country(code: &str) -> bool {
    code.parse::<country::Id>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_formats_e164_and_international() {
        for (text, country, kept, read) in [
            (
                "+44 (0)20 7946 0000",
                None,
                "+442079460000",
                "+44 20 7946 0000",
            ),
            (
                "+44 020 7946 0000",
                None,
                "+442079460000",
                "+44 20 7946 0000",
            ),
            (
                "020 7946 0000",
                Some("GB"),
                "+442079460000",
                "+44 20 7946 0000",
            ),
            (
                "(202) 555-0124",
                Some("US"),
                "+12025550124",
                "+1 202-555-0124",
            ),
            (
                "0049 1512 3456789",
                Some("US"),
                "+4915123456789",
                "+49 1512 3456789",
            ),
            ("+39 06 6982", None, "+39066982", "+39 06 6982"),
            ("+1 (555) 010-9999", None, "+15550109999", "+1 555-010-9999"),
            (
                "+82 2-312-3456",
                Some("KR"),
                "+8223123456",
                "+82 2-312-3456",
            ),
        ] {
            let phone = Phone::parse(text, country).ok();
            assert_eq!(
                phone.as_ref().map(Phone::e164).as_deref(),
                Some(kept),
                "{text}"
            );
            assert_eq!(
                phone.as_ref().map(Phone::international).as_deref(),
                Some(read),
                "{text}"
            );
        }
        assert_eq!(
            Phone::parse("+12025550124", None)
                .ok()
                .map(|phone| phone.national())
                .as_deref(),
            Some("2025550124")
        );
        assert_eq!(
            Phone::parse("2025550124", None).err(),
            Some(PhoneError::NoCountry)
        );
        for wrong in [
            "+44 1",
            "+1 123 456 7890",
            "+999 123456",
            "+44 20 7946 0000 0000",
            "+",
            "",
            "12",
        ] {
            assert_eq!(
                Phone::parse(wrong, Some("US")).err(),
                Some(PhoneError::Unknown),
                "{wrong}"
            );
        }
    }
}

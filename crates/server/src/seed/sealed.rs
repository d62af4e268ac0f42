//! Sealed values of rows, sealed in the same way as the sections seal them.

use platform::{
    Error, Result,
    crypto::{FieldContext, Keyring},
    people,
};
use uuid::Uuid;
use wire::{
    esims::profile::{ActivationCode, luhn},
    phone::Phone,
};

/// The name of the blind index of email addresses.
pub const EMAIL: &str = "users.email";

/// A person in plain text.
pub struct Person<'a> {
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub phone: Option<&'a str>,
}

/// A person, sealed for a row.
pub struct SealedPerson {
    pub email: Vec<u8>,
    pub email_hash: Vec<u8>,
    pub first_name: Vec<u8>,
    pub last_name: Vec<u8>,
    pub phone: Option<Vec<u8>>,
    pub search_tokens: Vec<i64>,
}

impl Person<'_> {
    /// Seals a person for the row with this id.
    pub fn seal(&self, keys: &Keyring, id: Uuid) -> Result<SealedPerson> {
        let sealed =
            |column: &str, plain: &str| keys.seal(FieldContext::new("users", column, id), plain);
        let phone = self.phone.map(|text| {
            Phone::parse(text, None).map_or_else(|_| text.to_owned(), |phone| phone.e164())
        });
        let phone = phone.as_deref();
        Ok(SealedPerson {
            email: sealed("email", self.email)?,
            email_hash: keys.blind(EMAIL, &people::normalised_email(self.email)),
            first_name: sealed("first_name", self.first_name)?,
            last_name: sealed("last_name", self.last_name)?,
            phone: phone.map(|phone| sealed("phone", phone)).transpose()?,
            search_tokens: people::search_tokens(
                keys,
                self.email,
                self.first_name,
                self.last_name,
                phone,
            ),
        })
    }
}

/// An eSIM profile: its ICCID with check digit, and its activation code.
pub struct Profile {
    pub iccid: String,
    pub code: ActivationCode,
}

impl Profile {
    /// Returns the profile of an issuer with this number. The country code 999 of its ICCID is not assigned.
    pub fn numbered(issuer: u32, number: u64) -> Result<Self> {
        let body = format!("89999{issuer:03}{number:010}");
        let iccid = (0..10)
            .map(|digit| format!("{body}{digit}"))
            .find(|iccid| luhn(iccid))
            .ok_or_else(|| Error::internal("no check digit"))?;
        let code =
            ActivationCode::parse(&format!("LPA:1$smdp.example.com${issuer:03}-{number:010}"))
                .map_err(Error::internal)?;
        Ok(Self { iccid, code })
    }

    /// Seals the activation code and its secret part for the row of the eSIM.
    pub fn seal(&self, keys: &Keyring, id: Uuid) -> Result<(Vec<u8>, Vec<u8>)> {
        let sealed =
            |column: &str, plain: &str| keys.seal(FieldContext::new("esims", column, id), plain);
        Ok((
            sealed("activation_code", &self.code.lpa())?,
            sealed("matching_id", &self.code.matching_id)?,
        ))
    }
}

/// Formats bytes as PostgreSQL reads a bytea from text.
pub fn bytea(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\\x{hex}")
}

//! What is sealed in a row, made as the sections make it.

use platform::{
    Error, Result,
    crypto::{Keyring, Place},
    people,
};
use uuid::Uuid;
use wire::{
    esims::profile::{ActivationCode, luhn},
    phone::Phone,
};

/// The name under which addresses are hashed.
pub const EMAIL: &str = "users.email";

/// A person in plain.
pub struct Person<'a> {
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub phone: Option<&'a str>,
}

/// The same, sealed for a row.
pub struct SealedPerson {
    pub email: Vec<u8>,
    pub email_hash: Vec<u8>,
    pub first_name: Vec<u8>,
    pub last_name: Vec<u8>,
    pub phone: Option<Vec<u8>>,
    pub search_tokens: Vec<i64>,
}

impl Person<'_> {
    /// Seals a person for their row.
    pub fn seal(&self, keys: &Keyring, id: Uuid) -> Result<SealedPerson> {
        let sealed = |column: &str, plain: &str| keys.seal(Place::new("users", column, id), plain);
        let phone = self.phone.map(|text| {
            Phone::read(text, None).map_or_else(|_| text.to_owned(), |phone| phone.e164())
        });
        let phone = phone.as_deref();
        let name = (self.email, self.first_name, self.last_name);
        Ok(SealedPerson {
            email: sealed("email", self.email)?,
            email_hash: keys.blind(EMAIL, &people::normalised(self.email)),
            first_name: sealed("first_name", self.first_name)?,
            last_name: sealed("last_name", self.last_name)?,
            phone: phone.map(|phone| sealed("phone", phone)).transpose()?,
            search_tokens: people::search_tokens(keys, name, phone),
        })
    }
}

/// A profile: its number, with the check digit, and its code.
pub struct Profile {
    pub iccid: String,
    pub code: ActivationCode,
}

impl Profile {
    /// The profile with this number among those of an issuer. The country code 999 belongs to nobody.
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

    /// The code and its secret part, sealed for the eSIM's row.
    pub fn seal(&self, keys: &Keyring, id: Uuid) -> Result<(Vec<u8>, Vec<u8>)> {
        let sealed = |column: &str, plain: &str| keys.seal(Place::new("esims", column, id), plain);
        Ok((
            sealed("activation_code", &self.code.lpa())?,
            sealed("matching_id", &self.code.matching_id)?,
        ))
    }
}

/// Bytes as PostgreSQL reads them in a text.
pub fn bytea(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\\x{hex}")
}

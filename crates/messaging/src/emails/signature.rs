//! The signature of every email: the name of the business, the support address and the legal footer.

use platform::{
    Conn, Result,
    settings::{self, BusinessName, EmailFooter, SupportEmail},
};
use serde::Serialize;

/// The signature of an email.
#[derive(Debug, Clone, Serialize)]
pub struct Signature {
    /// The name of the business.
    pub name: String,
    /// The address for questions.
    pub support_email: Option<String>,
    /// The legal footer, of one or more lines.
    pub footer: Option<String>,
}

impl Signature {
    /// Loads the signature from the current settings.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        Ok(Self {
            name: settings::get(conn, BusinessName)?,
            support_email: settings::get(conn, SupportEmail)?,
            footer: settings::get(conn, EmailFooter)?,
        })
    }
}

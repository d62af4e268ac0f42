//! The signature of every email: the name of the business, the support address and the legal footer.

use platform::{
    Conn, Result,
    settings::{self, BusinessName, EmailFooter, SupportEmail},
};

/// The signature of an email.
pub struct Signature {
    name: String,
    support: Option<String>,
    footer: Option<String>,
}

impl Signature {
    /// Loads the signature from the current settings.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        Ok(Self {
            name: settings::get(conn, BusinessName)?,
            support: settings::get(conn, SupportEmail)?,
            footer: settings::get(conn, EmailFooter)?,
        })
    }

    /// Appends the signature to a plain text.
    pub fn sign_text(&self, text: &str) -> String {
        let mut signed = format!("{}\n\n{}\n", text.trim_end(), self.name);
        if let Some(address) = &self.support {
            signed.push_str(&format!("Questions? Write to {address}.\n"));
        }
        if let Some(footer) = &self.footer {
            signed.push_str(&format!("\n{footer}\n"));
        }
        signed
    }

    /// Appends the signature to an HTML text.
    pub fn sign_html(&self, html: &str) -> String {
        let mut signed = format!("{html}<p>{}", escaped(&self.name));
        if let Some(address) = &self.support {
            let address = escaped(address);
            signed.push_str(&format!(
                "<br>Questions? Write to <a href=\"mailto:{address}\">{address}</a>."
            ));
        }
        signed.push_str("</p>");
        if let Some(footer) = &self.footer {
            let lines = escaped(footer).replace('\n', "<br>");
            signed.push_str(&format!("<p><small>{lines}</small></p>"));
        }
        signed
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::Signature;

    #[test]
    fn signature_contains_the_settings_and_escapes_html() {
        let plain = Signature {
            name: "Tom & Co".into(),
            support: None,
            footer: None,
        };
        assert_eq!(plain.sign_text("Hello.\n"), "Hello.\n\nTom & Co\n");
        assert_eq!(plain.sign_html("<p>Hi</p>"), "<p>Hi</p><p>Tom &amp; Co</p>");
        let full = Signature {
            support: Some("help@example.com".into()),
            footer: Some("<b>1</b> High Street\nLondon".into()),
            ..plain
        };
        assert!(full.sign_text("x").ends_with(
            "Tom & Co\nQuestions? Write to help@example.com.\n\n<b>1</b> High Street\nLondon\n"
        ));
        assert!(
            full.sign_html("")
                .contains("&lt;b&gt;1&lt;/b&gt; High Street<br>London")
        );
    }
}

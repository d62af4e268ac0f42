//! How every letter ends: who writes, where to write to, and what the business must say of itself.

use platform::{
    Conn, Result,
    settings::{self, BusinessName, LetterFooter, SupportEmail},
};

/// The end of a letter.
pub struct Signature {
    name: String,
    support: Option<String>,
    footer: Option<String>,
}

impl Signature {
    /// As it is set now.
    pub fn read(conn: &mut Conn) -> Result<Self> {
        Ok(Self {
            name: settings::get(conn, BusinessName)?,
            support: settings::get(conn, SupportEmail)?,
            footer: settings::get(conn, LetterFooter)?,
        })
    }

    /// Below a text.
    pub fn under_text(&self, text: &str) -> String {
        let mut signed = format!("{}\n\n{}\n", text.trim_end(), self.name);
        if let Some(address) = &self.support {
            signed.push_str(&format!("Questions? Write to {address}.\n"));
        }
        if let Some(footer) = &self.footer {
            signed.push_str(&format!("\n{footer}\n"));
        }
        signed
    }

    /// Below the same as HTML.
    pub fn under_html(&self, html: &str) -> String {
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
    fn a_letter_ends_with_what_is_set_and_nothing_of_it_is_taken_for_html() {
        let plain = Signature {
            name: "Tom & Co".into(),
            support: None,
            footer: None,
        };
        assert_eq!(plain.under_text("Hello.\n"), "Hello.\n\nTom & Co\n");
        assert_eq!(
            plain.under_html("<p>Hi</p>"),
            "<p>Hi</p><p>Tom &amp; Co</p>"
        );
        let whole = Signature {
            support: Some("help@example.com".into()),
            footer: Some("<b>1</b> High Street\nLondon".into()),
            ..plain
        };
        assert!(whole.under_text("x").ends_with(
            "Tom & Co\nQuestions? Write to help@example.com.\n\n<b>1</b> High Street\nLondon\n"
        ));
        assert!(
            whole
                .under_html("")
                .contains("&lt;b&gt;1&lt;/b&gt; High Street<br>London")
        );
    }
}

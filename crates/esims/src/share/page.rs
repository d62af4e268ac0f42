//! The HTML of the share page. The page loads nothing from elsewhere: the style and the QR code are part of it.

use super::rules::View;
use base64::{Engine, engine::general_purpose::STANDARD};
use platform::{Result, crypto};
use wire::esims::inventory::EsimInstallation;

/// The page and its content security policy.
pub struct Page {
    pub html: String,
    pub policy: String,
}

/// The business whose page it is.
pub struct Business {
    pub name: String,
    pub support_email: Option<String>,
}

const STYLE: &str = include_str!("page.css");

/// Renders the page.
pub fn render(view: &View, business: &Business) -> Result<Page> {
    let (title, body) = match view {
        View::Form => ("Your eSIM", form(None)),
        View::WrongCode { left } => ("Your eSIM", form(Some(*left))),
        View::Installation {
            iccid,
            installation,
        } => ("Install your eSIM", installation_steps(iccid, installation)?),
        View::Closed => (
            "This link cannot be opened",
            "<p>The link has expired or was revoked, or a wrong access code was entered too often. Ask for a new link.</p>"
                .to_owned(),
        ),
    };
    let contact = business
        .support_email
        .as_deref()
        .map_or(String::new(), |email| {
            let email = escape(email);
            format!("<p>Questions? Write to <a href=\"mailto:{email}\">{email}</a>.</p>")
        });
    let name = escape(&business.name);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex, nofollow\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title} - {name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<p class=\"business\">{name}</p>\n\
         <h1>{title}</h1>\n{body}\n</main>\n<footer>{contact}</footer>\n</body>\n</html>\n"
    );
    let hash = STANDARD.encode(crypto::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    Ok(Page { html, policy })
}

fn form(attempts_left: Option<i32>) -> String {
    let error = attempts_left.map_or(String::new(), |left| {
        let attempts = if left == 1 { "attempt is" } else { "attempts are" };
        format!(
            "<p class=\"error\" id=\"error\" role=\"alert\">The access code is wrong. {left} {attempts} left.</p>\n"
        )
    });
    let described = if attempts_left.is_some() {
        " aria-invalid=\"true\" aria-describedby=\"error\""
    } else {
        ""
    };
    format!(
        "<p>Enter the access code that you received with this link.</p>\n{error}<form method=\"post\">\n\
         <label for=\"code\">Access code</label>\n\
         <input id=\"code\" name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"20\" required autofocus{described}>\n\
         <button type=\"submit\">Show QR code</button>\n</form>"
    )
}

fn installation_steps(iccid: &str, installation: &EsimInstallation) -> Result<String> {
    let qr_code = messaging::qr::svg(&installation.activation_code)?;
    let confirmation = if installation.confirmation_code_required {
        "<p>The phone asks for a confirmation code, which you receive separately.</p>\n"
    } else {
        ""
    };
    Ok(format!(
        "<p>Scan the QR code with the phone that will use the eSIM. Stay connected to Wi-Fi until the installation is complete.</p>\n\
         <div class=\"qr\" role=\"img\" aria-label=\"QR code of the eSIM\">{qr_code}</div>\n\
         <p class=\"actions\"><a class=\"button\" href=\"{apple}\">Install on this iPhone</a> <a class=\"button\" href=\"{android}\">Install on this Android phone</a></p>\n\
         {confirmation}\
         <h2>iPhone</h2>\n<ol><li>Open Settings, then Mobile Service (or Cellular).</li><li>Choose Add eSIM, then Use QR Code.</li><li>Scan the code, and turn on Data Roaming for the new line.</li></ol>\n\
         <h2>Android</h2>\n<ol><li>Open Settings, then Network and Internet, then SIMs.</li><li>Choose Add eSIM, then Scan QR code.</li><li>Scan the code, and turn on Roaming for the new SIM.</li></ol>\n\
         <h2>Enter the data yourself</h2>\n<dl><dt>SM-DP+ address</dt><dd>{address}</dd><dt>Activation code</dt><dd>{code}</dd><dt>ICCID</dt><dd>{iccid}</dd></dl>\n\
         <p class=\"hint\">An eSIM can usually be installed once. Do not delete it from the phone.</p>",
        apple = escape(&installation.apple_url),
        android = escape(&installation.android_url),
        address = escape(&installation.smdp_address),
        code = escape(&installation.matching_id),
        iccid = escape(iccid),
    ))
}

/// Escapes a text for HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn business(name: &str) -> Business {
        Business {
            name: name.to_owned(),
            support_email: None,
        }
    }

    #[test]
    fn page_escapes_the_name_of_the_business() {
        let page = render(&View::Form, &business("<script>alert(1)</script>")).unwrap();
        assert!(!page.html.contains("<script"), "{}", page.html);
    }

    #[test]
    fn policy_allows_only_the_style_of_the_page() {
        let page = render(&View::Closed, &business("Travel")).unwrap();
        assert!(
            page.policy
                .starts_with("default-src 'none'; style-src 'sha256-")
        );
        assert!(!page.policy.contains("unsafe") && !page.policy.contains("http"));
        assert!(!page.html.contains("src=") && !page.html.contains("style=\""));
    }

    #[test]
    fn wrong_code_states_the_attempts_that_are_left() {
        let page = render(&View::WrongCode { left: 1 }, &business("Travel")).unwrap();
        assert!(page.html.contains("1 attempt is left."));
    }
}

//! Reads an email: who sent it, what it answers, what it says, and whether a person wrote it.

use crate::threads::ANSWER_LINE;
use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders};
use wire::{
    support::tickets::{MAX_FILES, MAX_TEXT},
    text::{is_invisible, one_line},
};

/// An email to support.
#[derive(Debug, Clone, PartialEq)]
pub struct Email {
    /// The Message-ID, if the email has one.
    pub message_id: Option<String>,
    /// The address of the sender.
    pub from: String,
    /// The name of the sender.
    pub name: String,
    /// The addresses to which the email was sent.
    pub recipients: Vec<String>,
    /// The Message-IDs that the email answers, the nearest one last.
    pub references: Vec<String>,
    /// The subject, in one line.
    pub subject: String,
    /// The text, without the email that it quotes.
    pub text: String,
    /// The attached files.
    pub files: Vec<EmailFile>,
    /// Why the email is no message of a person.
    pub automatic: Option<&'static str>,
}

/// A file of an email.
#[derive(Debug, Clone, PartialEq)]
pub struct EmailFile {
    /// The name.
    pub name: String,
    /// The media type.
    pub content_type: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Returns the Message-ID of a raw email.
pub fn message_id_of(raw: &[u8]) -> Option<String> {
    let message = MessageParser::default().parse_headers(raw)?;
    let id = message.message_id()?.trim().to_owned();
    (!id.is_empty() && id.len() <= 998).then_some(id)
}

/// Reads a raw email. Returns nothing when it has no sender.
pub fn read(raw: &[u8]) -> Option<Email> {
    let message = MessageParser::default().parse(raw)?;
    let sender = message.from()?.first()?;
    let from = wire::identifier::email(sender.address()?);
    if !from.contains('@') || from.len() > 254 {
        return None;
    }
    let text = message.body_text(0).unwrap_or_default();
    let mut references = ids(message.references());
    references.extend(ids(message.in_reply_to()));
    Some(Email {
        message_id: message.message_id().map(str::to_owned),
        name: one_line(sender.name().unwrap_or_default()),
        recipients: recipients(&message),
        references,
        subject: subject(message.subject().unwrap_or_default()),
        text: own_text(&text),
        files: files(&message),
        automatic: automatic(&message, &from),
        from,
    })
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let list = value.as_text_list().unwrap_or_default();
    list.iter().map(|id| id.trim().to_owned()).collect()
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    let all = |address: Option<&Address<'_>>| -> Vec<String> {
        let addresses = address.into_iter().flat_map(|list| list.iter());
        addresses
            .filter_map(|one| one.address().map(wire::identifier::email))
            .collect()
    };
    let mut found = all(message.to());
    found.extend(all(message.cc()));
    for name in ["Delivered-To", "X-Original-To", "Envelope-To"] {
        if let Some(value) = message.header_raw(name) {
            found.push(wire::identifier::email(value.trim()));
        }
    }
    found
}

fn subject(subject: &str) -> String {
    let subject: String = one_line(subject).chars().take(255).collect();
    if subject.is_empty() {
        "No subject".to_owned()
    } else {
        subject
    }
}

fn files(message: &Message<'_>) -> Vec<EmailFile> {
    message
        .attachments()
        .filter_map(|part| {
            let kind = part.content_type()?;
            let content_type = format!("{}/{}", kind.ctype(), kind.subtype()?).to_lowercase();
            Some(EmailFile {
                name: one_line(part.attachment_name()?),
                content_type,
                bytes: part.contents().to_vec(),
            })
        })
        .take(MAX_FILES)
        .collect()
}

/// Returns why no person wrote an email: an automatic answer, a bounce, or a mailing list.
fn automatic(message: &Message<'_>, from: &str) -> Option<&'static str> {
    let header = |name: &'static str| {
        message
            .header_raw(name)
            .map(|value| value.trim().to_lowercase())
    };
    if header("Auto-Submitted").is_some_and(|value| value != "no") {
        return Some("an automatic answer");
    }
    if ["X-Autoreply", "X-Autorespond", "X-Autoresponder"]
        .into_iter()
        .any(|name| header(name).is_some())
    {
        return Some("an automatic answer");
    }
    let precedence = header("Precedence").unwrap_or_default();
    if ["bulk", "junk", "list", "auto_reply"].contains(&precedence.as_str()) {
        return Some("a bulk email");
    }
    if header("List-Id").is_some() {
        return Some("an email of a mailing list");
    }
    let is_report = message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind
                .subtype()
                .is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
    });
    let is_bounce = is_report
        || header("Return-Path").is_some_and(|path| path == "<>")
        || header("X-Failed-Recipients").is_some();
    let name = from.split('@').next().unwrap_or_default().to_lowercase();
    if is_bounce || ["mailer-daemon", "postmaster"].contains(&name.as_str()) {
        return Some("a bounce");
    }
    None
}

/// Returns the text that the sender wrote: without the email below it that it quotes, without invisible characters, and not
/// longer than a message.
fn own_text(text: &str) -> String {
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|&c| matches!(c, '\n' | '\t' | '\u{200C}' | '\u{200D}') || !is_invisible(c))
        .collect();
    let own = match text.find(ANSWER_LINE) {
        Some(at) => text.get(..at).unwrap_or_default(),
        None => text.as_str(),
    };
    let mut lines: Vec<&str> = own.lines().collect();
    let is_quoted = |line: &&str| line.trim().is_empty() || line.trim_start().starts_with('>');
    let had_quote =
        lines.iter().any(|line| line.trim_start().starts_with('>')) || own.len() < text.len();
    while lines.last().is_some_and(is_quoted) {
        lines.pop();
    }
    // The line that introduces the quoted email, such as `On 1 March Support wrote:`.
    if had_quote
        && lines
            .last()
            .is_some_and(|line| line.trim_end().ends_with(':'))
    {
        lines.pop();
    }
    let own = lines.join("\n");
    let kept = if own.trim().is_empty() {
        text.trim()
    } else {
        own.trim()
    };
    if kept.is_empty() {
        return "(no text)".to_owned();
    }
    kept.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(headers: &str, body: &str) -> Option<Email> {
        let from = "From: Ada Lovelace <ada@example.com>\r\nTo: support@example.com\r\n";
        read(format!("{from}{headers}\r\n{body}").as_bytes())
    }

    #[test]
    fn plain_email_is_read() {
        let read = email(
            "Subject: =?utf-8?q?Caf=C3=A9?=\r\n online\r\nMessage-ID: <1@mail.example.com>\r\nIn-Reply-To: <b@example.com>\r\nReferences: <a@example.com>\r\n <b@example.com>\r\n",
            "Hello\r\n",
        )
        .expect("an email");
        assert_eq!(read.from, "ada@example.com");
        assert_eq!(read.name, "Ada Lovelace");
        assert_eq!(read.subject, "Café online");
        assert_eq!(read.message_id.as_deref(), Some("1@mail.example.com"));
        assert_eq!(
            read.references,
            ["a@example.com", "b@example.com", "b@example.com"]
        );
        assert_eq!(read.recipients, ["support@example.com"]);
        assert_eq!((read.text.as_str(), read.automatic), ("Hello", None));
    }

    #[test]
    fn automatic_answers_and_bounces_are_recognized() {
        for headers in [
            "Auto-Submitted: auto-replied\r\n",
            "Auto-Submitted: auto-generated; owner-email=x\r\n",
            "X-Autoreply: yes\r\n",
            "Precedence: bulk\r\n",
            "Precedence: auto_reply\r\n",
            "List-Id: <news.example.com>\r\n",
            "Return-Path: <>\r\n",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n",
            "X-Failed-Recipients: a@example.com\r\n",
        ] {
            let read = email(headers, "Away").expect("an email");
            assert!(read.automatic.is_some(), "{headers}");
        }
        let bounce = read(b"From: MAILER-DAEMON@example.com\r\n\r\nx").expect("an email");
        assert_eq!(bounce.automatic, Some("a bounce"));
        for headers in ["Auto-Submitted: no\r\n", "Precedence: first-class\r\n", ""] {
            assert_eq!(email(headers, "Hi").and_then(|read| read.automatic), None);
        }
    }

    #[test]
    fn quoted_email_is_left_out() {
        for (body, own) in [
            (
                "Yes.\r\n\r\nOn 1 March Support wrote:\r\n> Does it work?\r\n> Bye\r\n",
                "Yes.",
            ),
            (
                "Yes.\r\n\r\nAm 1. März schrieb Support:\r\n\r\n-- Write your answer above this line --\r\nDoes it work?",
                "Yes.",
            ),
            (
                "> Does it work?\r\nYes.\r\n> And that?\r\nNo.\r\n",
                "> Does it work?\nYes.\n> And that?\nNo.",
            ),
            ("Note:\r\n", "Note:"),
            ("> only a quote\r\n", "> only a quote"),
            ("a\u{202E}b\u{200B}c", "abc"),
            ("  ", "(no text)"),
        ] {
            let read = email("Content-Type: text/plain; charset=utf-8\r\n", body);
            assert_eq!(read.map(|read| read.text).as_deref(), Some(own), "{body}");
        }
    }

    #[test]
    fn html_email_becomes_text() {
        let read = email(
            "Content-Type: text/html\r\n",
            "<p>Hello <b>there</b></p><script>alert(1)</script>",
        )
        .expect("an email");
        assert!(read.text.contains("Hello there"), "{}", read.text);
        assert!(!read.text.contains('<'), "{}", read.text);
    }

    #[test]
    fn files_are_read_with_their_names() {
        let read = email(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n",
            "--x\r\nContent-Type: text/plain\r\n\r\nSee the picture.\r\n--x\r\nContent-Type: image/png; name=\"a.png\"\r\nContent-Disposition: attachment; filename=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--x--\r\n",
        )
        .expect("an email");
        assert_eq!(read.text, "See the picture.");
        let file = read.files.first().expect("a file");
        assert_eq!(
            (file.name.as_str(), file.content_type.as_str()),
            ("a.png", "image/png")
        );
        assert_eq!(file.bytes, b"\x89PNG\r\n\x1a\n");
    }

    #[test]
    fn email_without_sender_is_not_read() {
        for raw in ["", "Subject: x\r\n\r\ny", "From: nothing\r\n\r\ny"] {
            assert_eq!(read(raw.as_bytes()), None, "{raw}");
        }
    }
}

//! Email, sent by SMTP.

use crate::{
    config::Mail,
    error::{Error, Result},
};
use futures_util::future::BoxFuture;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{
        Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};
use std::{sync::Arc, time::Duration};
use wire::text::one_line;

/// An email to one recipient.
pub struct Email {
    /// The display name of the sender.
    pub sender: String,
    /// The address of the recipient.
    pub to: String,
    /// The subject; never contains a secret.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML version.
    pub html: Option<String>,
    /// The PNG images of the HTML, by content id.
    pub pictures: Vec<(String, Vec<u8>)>,
    /// The message id; a repeated email has the same id, so that mail programs detect the duplicate.
    pub message_id: String,
    /// The headers of an email that belongs to a thread.
    pub thread: Option<Thread>,
}

/// The headers with which mail programs show an email below the one that it answers.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Thread {
    /// The message id of the email; a new one when absent.
    pub message_id: Option<String>,
    /// The message ids of the earlier emails, the oldest first.
    pub references: Vec<String>,
    /// The address for answers.
    pub reply_to: Option<String>,
    /// Whether no person wrote the email, so that no program answers it.
    pub is_automatic: bool,
}

/// The header `Auto-Submitted` (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-replied".to_owned())
    }
}

/// Sends email.
pub trait Mailer: Send + Sync {
    /// Sends an email and returns the response of the mail server.
    fn send(&self, email: Email) -> BoxFuture<'_, Result<String>>;
}

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// Returns the server of the configuration, if it is set.
    pub fn from_config(mail: &Mail) -> Result<Option<Arc<dyn Mailer>>> {
        let Some(url) = &mail.smtp_url else {
            return Ok(None);
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|_| Error::internal("SMTP_URL cannot be read"))?
            .timeout(Some(Duration::from_secs(10)))
            .build();
        let from = mail
            .from
            .parse()
            .map_err(|_| Error::internal("MAIL_FROM is not an address"))?;
        Ok(Some(Arc::new(Self { transport, from })))
    }

    async fn deliver(&self, email: Email) -> Result<String> {
        let to: Mailbox = email
            .to
            .parse()
            .map_err(|_| Error::internal("the address of the recipient is not valid"))?;
        let sender = one_line(&email.sender);
        let name = Some(sender).filter(|name| !name.is_empty());
        let message = lettre::Message::builder()
            .from(Mailbox::new(name, self.from.email.clone()))
            .to(to)
            .subject(one_line(&email.subject))
            .message_id(Some(email.message_id));
        let message = match email.thread {
            Some(thread) => in_thread(message, thread)?,
            None => message,
        };
        let text = SinglePart::plain(email.text);
        let message = match email.html {
            None => message.singlepart(text),
            Some(html) => {
                let mut related = MultiPart::related().singlepart(SinglePart::html(html));
                for (id, png) in email.pictures {
                    related = related.singlepart(Attachment::new_inline(id).body(
                        png,
                        ContentType::parse("image/png").map_err(Error::internal)?,
                    ));
                }
                message.multipart(MultiPart::alternative().singlepart(text).multipart(related))
            }
        };
        let sent = self
            .transport
            .send(message.map_err(Error::internal)?)
            .await
            .map_err(|error| Error::internal(format!("the mail server refused: {error}")))?;
        Ok(sent.message().collect::<Vec<_>>().join(" "))
    }
}

/// Adds the headers of a thread.
fn in_thread(mut message: MessageBuilder, thread: Thread) -> Result<MessageBuilder> {
    if let Some(last) = thread.references.last() {
        message = message.in_reply_to(one_line(last));
        let all: Vec<String> = thread.references.iter().map(|id| one_line(id)).collect();
        message = message.references(all.join(" "));
    }
    if let Some(address) = &thread.reply_to {
        let address: Mailbox = address
            .parse()
            .map_err(|_| Error::internal("the address for answers is not valid"))?;
        message = message.reply_to(address);
    }
    if thread.is_automatic {
        message = message.header(AutoSubmitted);
    }
    Ok(message)
}

impl Mailer for Smtp {
    fn send(&self, email: Email) -> BoxFuture<'_, Result<String>> {
        Box::pin(self.deliver(email))
    }
}

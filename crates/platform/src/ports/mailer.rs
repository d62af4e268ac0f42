//! Mail, by SMTP.

use crate::{
    config::Mail,
    error::{Error, Result},
};
use futures_util::future::BoxFuture;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
};
use std::{sync::Arc, time::Duration};
use wire::text::one_line;

/// A mail to one person.
pub struct Letter {
    /// The display name of the sender.
    pub sender: String,
    /// To whom.
    pub to: String,
    /// Subject; never with a secret in it.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Pictures that the HTML shows, by content id.
    pub pictures: Vec<(String, Vec<u8>)>,
    /// Ours; the same letter sent again carries the same id, so that mailboxes can tell.
    pub message_id: String,
}

/// Sends mail.
pub trait Mailer: Send + Sync {
    /// Sends it; what comes back is the server's word on it.
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<String>>;
}

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// The server of the configuration, if it names one.
    pub fn of(mail: &Mail) -> Result<Option<Arc<dyn Mailer>>> {
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

    async fn deliver(&self, letter: Letter) -> Result<String> {
        let to: Mailbox = letter
            .to
            .parse()
            .map_err(|_| Error::internal("the recipient's address cannot be written to"))?;
        let sender = one_line(&letter.sender);
        let name = Some(sender).filter(|name| !name.is_empty());
        let message = lettre::Message::builder()
            .from(Mailbox::new(name, self.from.email.clone()))
            .to(to)
            .subject(one_line(&letter.subject))
            .message_id(Some(letter.message_id));
        let text = SinglePart::plain(letter.text);
        let message = match letter.html {
            None => message.singlepart(text),
            Some(html) => {
                let mut related = MultiPart::related().singlepart(SinglePart::html(html));
                for (id, png) in letter.pictures {
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

impl Mailer for Smtp {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<String>> {
        Box::pin(self.deliver(letter))
    }
}

//! The emails: a typed template for each of them, the files in `templates/email`, and the engine that renders them.

mod engine;
mod signature;
mod template;
mod time;

pub use engine::RenderedEmail;
pub use signature::Signature;
pub use template::{DeliveredEsim, EmailTemplate, MissingDocuments, PaymentRequest};
pub use time::{LocalDate, LocalTime};

use platform::Result;

/// Renders an email, with the signature at its end.
pub fn render(template: &EmailTemplate, signature: &Signature) -> Result<RenderedEmail> {
    engine::render(&template.source(), template, signature)
}

#[cfg(test)]
mod tests;

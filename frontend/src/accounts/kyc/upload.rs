//! Uploading a document that came another way, such as by mail.

use kit::{
    form::{Source, choice_field, picker_field},
    page::upload_page,
};
use leptos::prelude::*;
use wire::accounts::{
    kyc::{KycDocument, KycDocumentType},
    users::User,
};

const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png";
const HINT: &str = "PDF, JPEG or PNG, 10 MB and 40 megapixels at most";

/// Draws it.
pub fn screen() -> AnyView {
    let customers = Source::within::<User>(vec![("role", "customer".to_owned())], |user: &User| {
        user.email.clone()
    });
    upload_page::<KycDocument>("Upload a document", ACCEPT, HINT, |document| {
        format!("/accounts/users/{}", document.user_id)
    })
    .says("It is checked and waits to be reviewed, by somebody else than you. Pictures are stripped of everything but the picture.")
    .option(picker_field("user_id", "Customer", customers))
    .option(choice_field(
        "document_type",
        "Document",
        KycDocumentType::WORDS,
    ))
    .show()
}

//! Uploading a document that the customer sent outside the shop, such as by e-mail.

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

/// Draws the page.
pub fn screen() -> AnyView {
    let customers =
        Source::filtered_resource::<User>(vec![("role", "customer".to_owned())], |user: &User| {
            user.email.clone()
        });
    upload_page::<KycDocument>("Upload document", ACCEPT, HINT, |document| {
        format!("/accounts/users/{}", document.user_id)
    })
    .text("Another person reviews the document. Metadata is removed from pictures.")
    .option(picker_field("user_id", "Customer", customers))
    .option(choice_field(
        "document_type",
        "Document",
        KycDocumentType::WORDS,
    ))
    .show()
}

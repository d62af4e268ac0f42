//! The queue of documents: what waits longest comes first.

use super::{age, kind, size, status};
use kit::{
    format::now,
    page::list_page,
    table::{ago, choice, dates, maybe, picked, state, text, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Permission,
    accounts::{
        kyc::{KycClaim, KycDocument, KycDocumentStatus, KycDocumentType, KycSort},
        users::User,
    },
};

/// Draws it; whoever comes without saying what they want sees what waits.
pub fn screen() -> AnyView {
    list_page::<KycDocument>("KYC")
        .search("Name, e-mail or phone")
        .opens(|document| format!("/accounts/kyc/{}", document.id))
        .column(value("Customer", |document: &KycDocument| {
            Value::text(document.customer.clone()).note(warning(document))
        }))
        .column(state("Status", status))
        .column(text("Document", kind))
        .column(value("Uploaded", age).sort(KycSort::UploadedAt))
        .column(maybe("Reviewed by", reviewer).wide())
        .column(
            ago("Decided", |document: &KycDocument| document.verified_at)
                .sort(KycSort::VerifiedAt)
                .wide(),
        )
        .column(
            text("Size", |document: &KycDocument| size(document.byte_size))
                .figures()
                .extra(),
        )
        .column(
            maybe("Reason", |document: &KycDocument| {
                document.rejection_reason.clone()
            })
            .extra(),
        )
        .filter(choice("status", "Status", KycDocumentStatus::WORDS))
        .filter(choice("document_type", "Document", KycDocumentType::WORDS))
        .filter(choice("claimed_by", "Being reviewed by", KycClaim::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(dates("uploaded_at_from", "uploaded_at_to", "Uploaded"))
        .begins_with("status=pending")
        .new_button("Upload", "/accounts/kyc/new", Permission::KycUpload)
        .empty(
            "Nothing waits",
            "Documents appear here as soon as a customer sends one.",
        )
        .show()
}

/// What a reviewer should know before they open it.
fn warning(document: &KycDocument) -> String {
    let shared = document
        .duplicates
        .as_ref()
        .is_some_and(|others| !others.is_empty());
    match (shared, document.is_resubmitted) {
        (true, _) => "The same file as another customer's".to_owned(),
        (_, Some(true)) => "A rejected file, sent again".to_owned(),
        _ => String::new(),
    }
}

/// Who has it at the moment, or has decided.
fn reviewer(document: &KycDocument) -> Option<String> {
    document
        .held_by(now())
        .and(document.claimant.clone())
        .or(document.reviewer.clone())
}

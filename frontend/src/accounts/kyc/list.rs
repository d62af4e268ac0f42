//! The queue of documents, the oldest first.

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
        kyc::{ClaimedBy, KycDocument, KycDocumentStatus, KycDocumentType, KycSort},
        users::User,
    },
};

/// Draws the list. Without filters in the address, it shows the pending documents.
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
        .column(maybe("Reviewer", reviewer).wide())
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
        .filter(choice("claimed_by", "Assignee", ClaimedBy::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(dates("uploaded_at_from", "uploaded_at_to", "Uploaded"))
        .default_query("status=pending")
        .new_button("Upload", "/accounts/kyc/new", Permission::KycUpload)
        .empty(
            "No documents to review",
            "Documents appear here when customers upload them.",
        )
        .show()
}

/// Returns the warning that is shown beside the customer.
fn warning(document: &KycDocument) -> String {
    let shared = document
        .duplicates
        .as_ref()
        .is_some_and(|others| !others.is_empty());
    match (shared, document.is_resubmitted) {
        (true, _) => "Same file as another customer".to_owned(),
        (_, Some(true)) => "Rejected file, sent again".to_owned(),
        _ => String::new(),
    }
}

/// Returns the reviewer who has claimed the document now, or who decided it.
fn reviewer(document: &KycDocument) -> Option<String> {
    document
        .active_claimant(now())
        .and(document.claimant.clone())
        .or(document.reviewer.clone())
}

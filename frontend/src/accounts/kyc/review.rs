//! The review of documents: the page claims a document when it opens and releases it when the reviewer leaves. After a
//! decision, the page of the next document in the queue opens.

use kit::{
    Task,
    api::{self, Call, send},
    format::now,
    go, session, task,
};
use leptos::prelude::*;
use wire::{
    KycDocumentId, Page, Permission, Resource,
    accounts::kyc::{KycDocument, KycDocumentStatus},
};

/// The claim of this page: whether the reviewer has claimed the document.
#[derive(Clone, Copy)]
pub struct Review(StoredValue<bool>);

impl Review {
    /// Starts a review without a claim. A claim is released when the reviewer leaves the page.
    pub fn start(id: KycDocumentId) -> Self {
        let review = Self(StoredValue::new(false));
        on_cleanup(move || {
            if review.0.try_get_value() == Some(true) {
                leptos::task::spawn_local(async move {
                    let _ = send(Call::post(action_path(id, "release"))).await;
                });
            }
        });
        review
    }
    /// Tries to claim the document. A refusal is not an error: the page shows who has claimed the document.
    pub fn claim(self, id: KycDocumentId) -> Task<Result<bool, api::ApiError>> {
        task(async move {
            let known = api::find::<KycDocument>(id).await;
            let may = untrack(|| session::can(Permission::KycReview))
                && known.is_ok_and(|document| is_free(&document) || is_mine(&document));
            let is_claimed = may && send(Call::post(action_path(id, "claim"))).await.is_ok();
            let _ = self.0.try_set_value(is_claimed);
            Ok(is_claimed)
        })
    }
    /// Records that the document was decided, so that leaving the page releases nothing.
    pub fn complete(self) {
        let _ = self.0.try_set_value(false);
    }
}

/// Requests a link to the file. The server logs the access.
pub fn file_link(id: KycDocumentId) -> Task<Result<String, api::ApiError>> {
    task(async move {
        let link: wire::accounts::kyc::KycLink = send(Call::post(action_path(id, "link")))
            .await?
            .json()
            .await?;
        Ok(link.url)
    })
}

fn action_path(id: KycDocumentId, verb: &str) -> String {
    format!("{}/{id}/{verb}", KycDocument::PATH)
}

/// Returns true if the current user has claimed the pending document.
pub fn is_mine(document: &KycDocument) -> bool {
    let me = untrack(session::user).map(|me| me.id);
    me.is_some()
        && document.status == KycDocumentStatus::Pending
        && document.active_claimant(now()) == me
}

/// Returns true if the pending document is unclaimed and the current user may review it.
pub fn is_free(document: &KycDocument) -> bool {
    let may_review = untrack(session::user).is_some_and(|me| document.may_be_reviewed_by(me.id));
    may_review
        && document.status == KycDocumentStatus::Pending
        && document.active_claimant(now()).is_none()
}

/// Opens the oldest pending document after this one, or the list when the queue is empty.
pub async fn open_next(after: KycDocumentId) {
    let waiting = [
        ("status", "pending".to_owned()),
        ("claimed_by", "none".to_owned()),
        ("limit", "100".to_owned()),
    ];
    let here = api::find::<KycDocument>(after).await;
    let since = here.ok().map(|document| document.uploaded_at);
    let page: Page<KycDocument> = match api::page(&waiting).await {
        Ok(page) => page,
        Err(error) => return kit::toast::error(&error),
    };
    let others = page.data.into_iter();
    let others: Vec<KycDocument> = others
        .filter(|document| document.id != after && is_free(document))
        .collect();
    let later = others
        .iter()
        .find(|document| since.is_some_and(|since| document.uploaded_at > since));
    match later.or(others.first()) {
        Some(document) => go(&format!("/accounts/kyc/{}", document.id)),
        None => {
            kit::toast::good("The queue is empty");
            go("/accounts/kyc");
        }
    }
}

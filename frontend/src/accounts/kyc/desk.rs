//! The reviewer's desk: a document is taken up when its page opens and laid back when the page is left, unless it was
//! decided; then the next one comes.

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

/// Whether the document on this page is in one's hands.
#[derive(Clone, Copy)]
pub struct Desk(StoredValue<bool>);

impl Desk {
    /// An empty desk, cleared when the page is left.
    pub fn of(id: KycDocumentId) -> Self {
        let desk = Self(StoredValue::new(false));
        on_cleanup(move || {
            if desk.0.try_get_value() == Some(true) {
                leptos::task::spawn_local(async move {
                    let _ = send(Call::post(at(id, "release"))).await;
                });
            }
        });
        desk
    }
    /// Tries to take the document up. Why that cannot be stands on the page, so a refusal is no failure.
    pub fn take_up(self, id: KycDocumentId) -> Task<Result<bool, api::Fault>> {
        task(async move {
            let known = api::find::<KycDocument>(id).await;
            let may = untrack(|| session::can(Permission::KycReview))
                && known.is_ok_and(|document| is_free(&document) || is_mine(&document));
            let taken = may && send(Call::post(at(id, "claim"))).await.is_ok();
            let _ = self.0.try_set_value(taken);
            Ok(taken)
        })
    }
    /// It was decided: there is nothing to lay back.
    pub fn decided(self) {
        let _ = self.0.try_set_value(false);
    }
}

/// A link to the file; whoever asks for it is noted.
pub fn link(id: KycDocumentId) -> Task<Result<String, api::Fault>> {
    task(async move {
        let link: wire::accounts::kyc::KycLink =
            send(Call::post(at(id, "link"))).await?.json().await?;
        Ok(link.url)
    })
}

fn at(id: KycDocumentId, verb: &str) -> String {
    format!("{}/{id}/{verb}", KycDocument::PATH)
}

/// Whether somebody who is signed in may decide about it now.
pub fn is_mine(document: &KycDocument) -> bool {
    let me = untrack(session::user).map(|me| me.id);
    me.is_some() && document.status == KycDocumentStatus::Pending && document.held_by(now()) == me
}

/// Whether nobody has it, and whoever is signed in could take it up.
pub fn is_free(document: &KycDocument) -> bool {
    let may = untrack(session::user).is_some_and(|me| document.may_be_reviewed_by(me.id));
    may && document.status == KycDocumentStatus::Pending && document.held_by(now()).is_none()
}

/// Goes to what has waited longest after this one, or back to the list when nothing else waits.
pub async fn next(after: KycDocumentId) {
    let waiting = [
        ("status", "pending".to_owned()),
        ("claimed_by", "none".to_owned()),
        ("limit", "100".to_owned()),
    ];
    let here = api::find::<KycDocument>(after).await;
    let since = here.ok().map(|document| document.uploaded_at);
    let page: Page<KycDocument> = match api::page(&waiting).await {
        Ok(page) => page,
        Err(fault) => return kit::toast::fault(&fault),
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
            kit::toast::good("Nothing else waits");
            go("/accounts/kyc");
        }
    }
}

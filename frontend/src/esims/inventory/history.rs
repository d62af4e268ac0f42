//! The status history of an eSIM.

use kit::{
    api,
    format::sentence,
    page::load_on,
    task,
    ui::{Event, Tone, card, timeline},
};
use leptos::prelude::*;
use wire::{
    EsimId, Resource,
    esims::inventory::{Esim, EsimHistory, EsimStateChange, EsimStatus, ProfileState},
};

/// Draws the status changes, the newest first. A change of `reload` reloads them.
pub fn status_history(id: EsimId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        task(async move { api::get::<EsimHistory>(&format!("{}/{id}/history", Esim::PATH)).await })
    };
    card(
        "Status history",
        load_on(reload, fetch, |history: EsimHistory| {
            timeline(history.data.into_iter().map(event).collect())
        }),
    )
}

fn event(change: EsimStateChange) -> Event {
    let (status, profile) = (change.to_status, change.to_profile_state);
    let has_new_status = change.from_status.is_some_and(|before| before != status);
    let what = match change.from_status {
        None => "Received".to_owned(),
        Some(_) if has_new_status => sentence(status.as_str()),
        Some(_) if change.from_profile_state != Some(profile) => {
            format!("Profile {}", profile.as_str())
        }
        Some(_) => "Assigned to customer".to_owned(),
    };
    let mut more: Vec<String> = Vec::new();
    more.extend(
        (has_new_status && change.from_profile_state != Some(profile))
            .then(|| format!("Profile {}", profile.as_str())),
    );
    more.extend(change.reason);
    Event {
        at: change.created_at,
        what,
        who: Some(source_name(&change.source)),
        more,
        tone: tone(status, profile),
    }
}

fn source_name(source: &str) -> String {
    if source == "admin" {
        "Staff".to_owned()
    } else {
        sentence(source)
    }
}

const fn tone(status: EsimStatus, profile: ProfileState) -> Tone {
    match (status, profile) {
        (_, ProfileState::Error) | (EsimStatus::Cancelled, _) => Tone::Bad,
        (EsimStatus::Active, _) => Tone::Good,
        (EsimStatus::Suspended, _) => Tone::Waiting,
        (EsimStatus::Available | EsimStatus::Expired, _) => Tone::Neutral,
    }
}

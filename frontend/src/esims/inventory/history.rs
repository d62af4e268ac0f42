//! The states that an eSIM went through.

use kit::{
    api,
    format::sentence,
    page::loaded,
    task,
    ui::{Event, Tone, card, timeline},
};
use leptos::prelude::*;
use wire::{
    EsimId, Resource,
    esims::inventory::{Esim, EsimHistory, EsimStateChange, EsimStatus, ProfileState},
};

/// Draws them, the newest first; `again` asks once more.
pub fn states(id: EsimId, again: RwSignal<u32>) -> AnyView {
    let ask = move || {
        task(async move { api::get::<EsimHistory>(&format!("{}/{id}/history", Esim::PATH)).await })
    };
    card(
        "Status history",
        loaded(again, ask, |told: EsimHistory| {
            timeline(told.data.into_iter().map(event).collect())
        }),
    )
}

fn event(change: EsimStateChange) -> Event {
    let (status, profile) = (change.to_status, change.to_profile_state);
    let moved = change.from_status.is_some_and(|before| before != status);
    let what = match change.from_status {
        None => "Received".to_owned(),
        Some(_) if moved => sentence(status.as_str()),
        Some(_) if change.from_profile_state != Some(profile) => {
            format!("Profile {}", profile.as_str())
        }
        Some(_) => "Given to its owner".to_owned(),
    };
    let mut more: Vec<String> = Vec::new();
    more.extend(
        (moved && change.from_profile_state != Some(profile))
            .then(|| format!("Profile {}", profile.as_str())),
    );
    more.extend(change.reason);
    Event {
        at: change.created_at,
        what,
        who: Some(who(&change.source)),
        more,
        tone: tone(status, profile),
    }
}

fn who(source: &str) -> String {
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

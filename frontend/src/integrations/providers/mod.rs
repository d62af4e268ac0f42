//! Providers: the suppliers of eSIMs.

pub mod connection;
mod detail;
mod form;
mod health;
mod list;

use kit::{
    Screen, api,
    page::{Action, action, action_with_reason},
    ui::{Icon, Tone, dialog::Reason},
};
use wire::{
    Permission,
    integrations::{providers::Provider, routing::PauseProvider},
};

/// The screens of providers.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/integrations/providers",
        title: "Providers",
        needs: Permission::ProvidersRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/integrations/providers/new",
        title: "New provider",
        needs: Permission::ProvidersWrite,
        view: |_| Some(form::screen(None)),
    },
    Screen {
        path: "/integrations/providers/{id}",
        title: "Provider",
        needs: Permission::ProvidersRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/integrations/providers/{id}/edit",
        title: "Edit",
        needs: Permission::ProvidersWrite,
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];

/// Returns the status badge of an offer.
pub const fn status(is_active: bool) -> (&'static str, Tone) {
    if is_active {
        ("active", Tone::Good)
    } else {
        ("paused", Tone::Waiting)
    }
}

/// Returns the status badge of a provider.
pub const fn provider_status(provider: &Provider) -> (&'static str, Tone) {
    match (provider.is_active, provider.paused_at.is_some()) {
        (false, _) => ("inactive", Tone::Neutral),
        (true, true) => ("paused", Tone::Waiting),
        (true, false) => ("active", Tone::Good),
    }
}

/// Pauses the provider: nothing new is ordered from it, but open requests are still looked up.
fn pause() -> Action<Provider> {
    action_with_reason(
        "Pause",
        "paused",
        Permission::ProvidersWrite,
        Reason::Required,
        |provider: Provider, reason| async move {
            api::post_action(&provider, "pause", &PauseProvider { reason }).await
        },
    )
    .asks("No new orders use this provider. Requests that were already sent are still looked up, and their eSIMs are received.")
    .when(|provider| provider.paused_at.is_none())
    .icon(Icon::Ban)
    .danger()
}

/// Resumes the provider: new orders use it again.
fn resume() -> Action<Provider> {
    action(
        "Resume",
        "resumed",
        Permission::ProvidersWrite,
        |provider: Provider| async move { api::post_action(&provider, "resume", &()).await },
    )
    .when(|provider| provider.paused_at.is_some())
    .icon(Icon::Play)
}

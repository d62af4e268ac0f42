//! Providers: the suppliers of eSIMs.

pub mod connection;
mod detail;
mod form;
mod list;

use kit::{
    Screen, api,
    page::{Action, action},
    ui::{Icon, Tone},
};
use wire::{
    Permission,
    integrations::providers::{EditProvider, Provider},
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

/// Returns the status badge of a provider or an offer.
pub const fn status(is_active: bool) -> (&'static str, Tone) {
    if is_active {
        ("active", Tone::Good)
    } else {
        ("paused", Tone::Waiting)
    }
}

/// Pauses the provider: new orders do not use it.
fn pause() -> Action<Provider> {
    action("Pause", "paused", Permission::ProvidersWrite, |provider| {
        set_active(provider, false)
    })
    .asks("No new orders use this provider. eSIMs that were already ordered are still received.")
    .when(|provider| provider.is_active)
    .danger()
}

/// Resumes the provider: new orders use it again.
fn resume() -> Action<Provider> {
    action(
        "Resume",
        "resumed",
        Permission::ProvidersWrite,
        |provider| set_active(provider, true),
    )
    .when(|provider| !provider.is_active)
    .icon(Icon::Play)
}

async fn set_active(provider: Provider, on: bool) -> Result<(), api::ApiError> {
    let change = EditProvider {
        is_active: Some(on),
        ..EditProvider::default()
    };
    api::edit::<Provider>(provider.id, provider.version, &change)
        .await
        .map(drop)
}

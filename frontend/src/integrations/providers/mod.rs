//! Suppliers of eSIMs, and what each offers.

mod detail;
mod form;
mod list;

use kit::{
    Screen, api,
    page::{Act, act},
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

/// Whether it is asked at all.
pub const fn asked(is_active: bool) -> (&'static str, Tone) {
    if is_active {
        ("active", Tone::Good)
    } else {
        ("paused", Tone::Waiting)
    }
}

/// Asks it for nothing from now on.
fn pause() -> Act<Provider> {
    act("Pause", "paused", Permission::ProvidersWrite, |provider| {
        switch(provider, false)
    })
    .asks(
        "Nothing is ordered from it from now on. What it was asked for already is still taken in.",
    )
    .when(|provider| provider.is_active)
    .danger()
}

/// Asks it again.
fn resume() -> Act<Provider> {
    act(
        "Resume",
        "active again",
        Permission::ProvidersWrite,
        |provider| switch(provider, true),
    )
    .when(|provider| !provider.is_active)
    .icon(Icon::Play)
}

async fn switch(provider: Provider, on: bool) -> Result<(), api::Fault> {
    let change = EditProvider {
        is_active: Some(on),
        ..EditProvider::default()
    };
    api::edit::<Provider>(provider.id, provider.version, &change)
        .await
        .map(drop)
}

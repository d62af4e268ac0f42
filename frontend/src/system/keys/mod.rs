//! Which key seals what, so that one knows when an old one may go.

use kit::{
    Screen, api,
    format::count,
    page::{card_page, once, table_of},
    table, task,
    ui::{Icon, Row, Tone, Value, card, copyable, rows},
};
use leptos::prelude::*;
use wire::{
    Permission,
    system::keys::{Key, KeyState, Keys, SealedPlace},
};

/// The screens of the keys.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/system/keys",
    title: "Keys",
    needs: Permission::KeysRead,
    view: |_| Some(screen()),
}];

fn screen() -> AnyView {
    card_page(
        "Keys",
        "Personal data and secrets are sealed. Which key opens them stands here; the keys themselves are in the environment only.",
        vec![once(
            || task(api::get::<Keys>("/v1/keys")),
            |keys| shown(&keys),
        )],
    )
}

fn shown(keys: &Keys) -> AnyView {
    let current = keys.current().unwrap_or_default();
    let columns = [
        table::text("Where", SealedPlace::name),
        table::text(
            "What",
            |place: &SealedPlace| if place.is_files { "Files" } else { "Values" },
        ),
        table::count("By the current key", move |place: &SealedPlace| {
            by(place, |key| key == current)
        }),
        table::count("By others", move |place: &SealedPlace| {
            by(place, |key| key != current)
        }),
        table::value("Unreadable", |place: &SealedPlace| match place.unreadable {
            0 => Value::absent(),
            some => Value::badge(count(some), Tone::Bad),
        })
        .figures(),
    ];
    view! {
        {to_do(keys)}
        {card("Keys", rows(keys.keys.iter().map(row).collect()))}
        {card("Where they are used", table_of(&keys.places, &columns))}
    }
    .into_any()
}

fn by(place: &SealedPlace, wanted: impl Fn(i64) -> bool) -> i64 {
    let counts = place.counts.iter().filter(|count| wanted(count.key));
    counts.map(|count| count.values).sum()
}

/// What there is to do: the command that seals anew what an old key still seals.
fn to_do(keys: &Keys) -> Option<AnyView> {
    let left = Some(keys.to_rotate()).filter(|left| *left > 0)?;
    let says = format!(
        "{} sealed with an older key. This command seals them anew while everything goes on; it can be stopped and begun again.",
        if left == 1 {
            "1 value is".to_owned()
        } else {
            format!("{} values are", count(left))
        }
    );
    let view = view! {
        <div class="banner" data-tone="waiting"><p>{says}</p>{copyable("esim-admin keys rotate".to_owned())}</div>
    };
    Some(view.into_any())
}

fn row(key: &Key) -> Row {
    let (word, tone, says) = match key.state {
        KeyState::Current => ("Current", Tone::Good, "New values are sealed with it."),
        KeyState::Needed => ("Needed", Tone::Waiting, "It must stay configured."),
        KeyState::Unused => (
            "Unused",
            Tone::Neutral,
            "It may be taken out of SEALING_KEYS.",
        ),
        KeyState::Missing => (
            "Missing",
            Tone::Bad,
            "It is not configured: these values cannot be read.",
        ),
    };
    Row {
        sign: Icon::KeyRound,
        title: format!("Key {}", key.id),
        state: Some((word, tone)),
        says: format!("{} values. {says}", count(key.values)),
        hint: None,
        act: None,
    }
}

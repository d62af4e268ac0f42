//! The encryption keys and the values that each of them encrypts. A key without values can be removed.

use kit::{
    Screen, api,
    format::count,
    page::{card_page, load, table_of},
    table, task,
    ui::{Icon, Row, Tone, Value, card, copyable, rows},
};
use leptos::prelude::*;
use wire::{
    Permission,
    system::keys::{EncryptedColumn, EncryptionKey, EncryptionKeyState, EncryptionKeys},
};

/// The screens of the encryption keys.
pub const SCREENS: &[Screen] = &[Screen {
    path: "/system/keys",
    title: "Encryption keys",
    needs: Permission::KeysRead,
    view: |_| Some(screen()),
}];

fn screen() -> AnyView {
    card_page(
        "Encryption keys",
        "Personal data and secrets are encrypted. This page shows which key encrypts which values. The keys themselves are only in the environment of the server.",
        vec![load(
            || task(api::get::<EncryptionKeys>("/v1/keys")),
            |keys| overview(&keys),
        )],
    )
}

fn overview(keys: &EncryptionKeys) -> AnyView {
    let current = keys.current().unwrap_or_default();
    let columns = [
        table::text("Field", EncryptedColumn::name),
        table::text(
            "Kind",
            |column: &EncryptedColumn| if column.is_files { "Files" } else { "Values" },
        ),
        table::count("Current key", move |column: &EncryptedColumn| {
            count_values(column, |key| key == current)
        }),
        table::count("Older keys", move |column: &EncryptedColumn| {
            count_values(column, |key| key != current)
        }),
        table::value("Unreadable", |column: &EncryptedColumn| {
            match column.unreadable {
                0 => Value::absent(),
                some => Value::badge(count(some), Tone::Bad),
            }
        })
        .figures(),
    ];
    view! {
        {rotation_notice(keys)}
        {card("Keys", rows(keys.keys.iter().map(row).collect()))}
        {card("Encrypted fields", table_of(&keys.columns, &columns))}
    }
    .into_any()
}

fn count_values(column: &EncryptedColumn, wanted: impl Fn(i64) -> bool) -> i64 {
    let counts = column.counts.iter().filter(|count| wanted(count.key));
    counts.map(|count| count.values).sum()
}

/// Draws the notice with the command that re-encrypts values of older keys.
fn rotation_notice(keys: &EncryptionKeys) -> Option<AnyView> {
    let left = Some(keys.to_rotate()).filter(|left| *left > 0)?;
    let text = format!(
        "{} encrypted with an older key. This command re-encrypts them while the system runs. It can be stopped and restarted.",
        if left == 1 {
            "1 value is".to_owned()
        } else {
            format!("{} values are", count(left))
        }
    );
    let view = view! {
        <div class="banner" data-tone="waiting"><p>{text}</p>{copyable("esim-admin keys rotate".to_owned())}</div>
    };
    Some(view.into_any())
}

fn row(key: &EncryptionKey) -> Row {
    let (word, tone, text) = match key.state {
        EncryptionKeyState::Current => ("Current", Tone::Good, "Encrypts new values."),
        EncryptionKeyState::Needed => ("In use", Tone::Waiting, "Must stay configured."),
        EncryptionKeyState::Unused => {
            ("Unused", Tone::Neutral, "Can be removed from SEALING_KEYS.")
        }
        EncryptionKeyState::Missing => (
            "Missing",
            Tone::Bad,
            "Not configured: its values cannot be read.",
        ),
    };
    Row {
        icon: Icon::KeyRound,
        title: format!("Key {}", key.id),
        state: Some((word, tone)),
        text: format!("{} values. {text}", count(key.values)),
        hint: None,
        action: None,
    }
}

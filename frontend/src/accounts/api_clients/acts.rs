//! What can be done with a client besides editing it.

use super::show_key;
use kit::{
    api,
    format::now,
    page::{Act, act_for},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    accounts::api_clients::{ApiClient, ApiClientState, IssuedKey, RevokeClient, RotateKey},
};

/// How long the old keys go on.
const OVERLAP: &[(&str, &str)] = &[
    ("24", "24 hours"),
    ("0", "Not at all: they end at once"),
    ("1", "1 hour"),
    ("72", "3 days"),
    ("168", "A week"),
];

/// A new key in place of the old ones.
pub fn rotate() -> Act<ApiClient> {
    act_for(
        "Rotate key",
        "has a new key",
        Permission::ApiClientsRotate,
        Reason::OneOf("The old keys go on for", OVERLAP),
        |client: ApiClient, hours| async move {
            let how = RotateKey {
                overlap_hours: hours.parse().unwrap_or_default(),
            };
            let issued: IssuedKey = api::ask(&client, "rotate", &how).await?;
            show_key(&issued);
            Ok(())
        },
    )
    .asks("The client gets a new key, which is shown once. Meanwhile the old ones go on, so that it never stands still.")
    .titled(|client| format!("A new key for {}?", client.name))
    .icon(Icon::KeyRound)
    .when(|client| client.state(now()) == ApiClientState::Active)
}

/// Locked out for good.
pub fn revoke() -> Act<ApiClient> {
    act_for(
        "Revoke",
        "revoked",
        Permission::ApiClientsWrite,
        Reason::Required,
        |client: ApiClient, reason| async move {
            api::act(&client, "revoke", &RevokeClient { reason }).await
        },
    )
    .asks("Every one of its keys is refused from the next request on, for good. What it has ordered stays.")
    .danger()
    .when(|client| client.state(now()) != ApiClientState::Revoked)
}

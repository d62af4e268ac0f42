//! The actions on an API client: rotate the key, revoke.

use super::show_key;
use kit::{
    api,
    format::now,
    page::{Action, action_with_reason},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    accounts::api_clients::{
        ApiClient, ApiClientState, IssuedApiKey, RevokeApiClient, RotateApiKey,
    },
};

/// The choices of how long the old keys stay valid, in hours.
const OVERLAP: &[(&str, &str)] = &[
    ("24", "24 hours"),
    ("0", "Revoke them now"),
    ("1", "1 hour"),
    ("72", "3 days"),
    ("168", "7 days"),
];

/// Issues a new key. The old keys expire after the chosen time.
pub fn rotate() -> Action<ApiClient> {
    action_with_reason(
        "Rotate key",
        "has a new key",
        Permission::ApiClientsRotate,
        Reason::OneOf("Old keys expire after", OVERLAP),
        |client: ApiClient, hours| async move {
            let rotation = RotateApiKey {
                overlap_hours: hours.parse().unwrap_or_default(),
            };
            let issued: IssuedApiKey = api::post_action_for_result(&client, "rotate", &rotation).await?;
            show_key(&issued);
            Ok(())
        },
    )
    .asks("The new key is shown once. The old keys stay valid for the chosen time, so that the client keeps working.")
    .titled(|client| format!("Rotate the key of {}?", client.name))
    .icon(Icon::KeyRound)
    .when(|client| client.state(now()) == ApiClientState::Active)
}

/// Revokes the client with all its keys.
pub fn revoke() -> Action<ApiClient> {
    action_with_reason(
        "Revoke",
        "revoked",
        Permission::ApiClientsWrite,
        Reason::Required,
        |client: ApiClient, reason| async move {
            api::post_action(&client, "revoke", &RevokeApiClient { reason }).await
        },
    )
    .asks("All keys of this client stop working now. This cannot be undone. Its orders are not affected.")
    .danger()
    .when(|client| client.state(now()) != ApiClientState::Revoked)
}

//! The list of Twilio accounts.

use super::status;
use kit::{
    page::list_page,
    table::{ago, code, day, state, text, yes_no},
};
use leptos::prelude::*;
use wire::{
    Permission,
    integrations::twilio::{TwilioAuthMode, TwilioConfig, TwilioConfigSort},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<TwilioConfig>("Twilio configuration")
        .search("Account SID")
        .opens(|account| format!("/integrations/twilio/{}", account.id))
        .column(code("Account SID", |account: &TwilioConfig| account.account_sid.clone()))
        .column(state("Status", status))
        .column(text("Authentication", |account: &TwilioConfig| auth_mode(account.auth_mode)))
        .column(text("API URL", |account: &TwilioConfig| account.api_base_url.clone()).wide())
        .column(ago("Last sync", |account: &TwilioConfig| account.last_sync_at))
        .column(
            day("Created", |account: &TwilioConfig| Some(account.created_at))
                .sort(TwilioConfigSort::CreatedAt)
                .extra(),
        )
        .filter(yes_no("is_active", "Status", "Active", "Inactive"))
        .new_button(
            "New account",
            "/integrations/twilio/new",
            Permission::ProvidersRotate,
        )
        .empty(
            "No account yet",
            "Add your account at Twilio or KORE, activate it, and read its SIMs into the inventory.",
        )
        .show()
}

/// Returns the name of an authentication method.
pub const fn auth_mode(mode: TwilioAuthMode) -> &'static str {
    match mode {
        TwilioAuthMode::Basic => "Twilio: account or API key",
        TwilioAuthMode::Oauth2ClientCredentials => "KORE: client credentials",
    }
}

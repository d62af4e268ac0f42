//! Timeline texts of password and second-factor actions.

use wire::billing::orders::EventTone;

/// Describes an audit action: a short label, a sentence, and the tone.
pub fn describe_action(action: &str) -> Option<(&'static str, &'static str, EventTone)> {
    Some(match action {
        "password.invite" => (
            "invited",
            "A link to choose a password was sent.",
            EventTone::Neutral,
        ),
        "password.forgotten" => (
            "password reset requested",
            "A link to choose a new password was sent.",
            EventTone::Neutral,
        ),
        "password.link" => (
            "password link created",
            "An administrator created a link to choose a password.",
            EventTone::Neutral,
        ),
        "password.set" | "password.change" => (
            "password changed",
            "The password was changed, and other sessions ended.",
            EventTone::Neutral,
        ),
        "factor.begin" => (
            "two-factor setup started",
            "The setup of two-factor authentication was started.",
            EventTone::Neutral,
        ),
        "factor.enrol" => (
            "two-factor turned on",
            "Two-factor authentication was turned on.",
            EventTone::Good,
        ),
        "factor.codes" => (
            "recovery codes created",
            "New recovery codes were created. Earlier ones no longer work.",
            EventTone::Neutral,
        ),
        "factor.recover" => (
            "recovery code used",
            "The user signed in with a recovery code.",
            EventTone::Waiting,
        ),
        "factor.remove" => (
            "two-factor turned off",
            "Two-factor authentication was turned off.",
            EventTone::Bad,
        ),
        _ => return None,
    })
}

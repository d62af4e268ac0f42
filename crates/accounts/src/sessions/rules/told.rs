//! How what somebody proves themselves with is told of, in the story of a person.

use wire::billing::orders::Tone;

/// An act of the record in words: what it was, in a sentence, and whether it is good news.
pub fn told(act: &str) -> Option<(&'static str, &'static str, Tone)> {
    Some(match act {
        "password.invite" => (
            "invited",
            "A link to choose a password was sent.",
            Tone::Neutral,
        ),
        "password.forgotten" => (
            "password forgotten",
            "A link to choose another password was sent.",
            Tone::Neutral,
        ),
        "password.link" => (
            "password link made",
            "An administrator made a link to choose a password.",
            Tone::Neutral,
        ),
        "password.set" | "password.change" => (
            "password changed",
            "The password was changed, and other sessions ended.",
            Tone::Neutral,
        ),
        "factor.begin" => (
            "second factor begun",
            "Setting up a second factor was begun.",
            Tone::Neutral,
        ),
        "factor.enrol" => (
            "second factor set up",
            "Signing in asks for a code from now on.",
            Tone::Good,
        ),
        "factor.codes" => (
            "recovery codes made",
            "Recovery codes were made, in the place of any before.",
            Tone::Neutral,
        ),
        "factor.recover" => (
            "recovery code used",
            "A recovery code stood in for the second factor.",
            Tone::Waiting,
        ),
        "factor.remove" => (
            "second factor removed",
            "The second factor was taken away.",
            Tone::Bad,
        ),
        _ => return None,
    })
}

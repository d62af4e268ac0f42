//! How far a thing has come, at one glance: its stages in a row.

use super::{Icon, Tone, Value, icon::sized};
use leptos::prelude::*;

/// One stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// What it is called: `Paid`, `Awaiting payment`.
    pub label: &'static str,
    /// When it was reached, or what is to be said of it.
    pub says: Option<Value>,
    /// Good is behind us, waiting is where it stands, bad is where it went wrong, neutral is still to come.
    pub tone: Tone,
}

/// Draws the stages, the first one first. The name is read aloud before them.
pub fn track(name: &'static str, stages: Vec<Stage>) -> AnyView {
    view! { <ol class="track" aria-label=name>{stages.into_iter().map(stage).collect_view()}</ol> }
        .into_any()
}

fn stage(stage: Stage) -> AnyView {
    let (sign, state) = match stage.tone {
        Tone::Good => (Some(Icon::Check), "Done"),
        Tone::Bad => (Some(Icon::X), "Went wrong"),
        Tone::Waiting => (Some(Icon::Clock), "Under way"),
        Tone::News | Tone::Neutral => (None, "To come"),
    };
    let here = (stage.tone == Tone::Waiting).then_some("step");
    view! {
        <li class="stage" data-tone=stage.tone.word() aria-current=here>
            <span class="stage-sign" aria-hidden="true">{sign.map(|sign| sized(sign, 14))}</span>
            <span class="stage-what"><span class="sr-only">{state}": "</span>{stage.label}</span>
            <span class="stage-says">{stage.says.map(Value::view)}</span>
        </li>
    }
    .into_any()
}

//! The progress of a record, as a row of steps.

use super::{Icon, Tone, Value, icon::sized_icon};
use leptos::prelude::*;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The label: `Paid`, `Awaiting payment`.
    pub label: &'static str,
    /// The time at which the step was reached, or a note.
    pub text: Option<Value>,
    /// Good: done. Waiting: in progress. Bad: failed. Neutral: not reached yet.
    pub tone: Tone,
}

/// Draws the steps in their order. Screen readers read the name before them.
pub fn stepper(name: &'static str, steps: Vec<Step>) -> AnyView {
    view! { <ol class="stepper" aria-label=name>{steps.into_iter().map(step).collect_view()}</ol> }
        .into_any()
}

fn step(step: Step) -> AnyView {
    let (icon, state) = match step.tone {
        Tone::Good => (Some(Icon::Check), "Done"),
        Tone::Bad => (Some(Icon::X), "Failed"),
        Tone::Waiting => (Some(Icon::Clock), "In progress"),
        Tone::Info | Tone::Neutral => (None, "Upcoming"),
    };
    let here = (step.tone == Tone::Waiting).then_some("step");
    view! {
        <li class="stepper-step" data-tone=step.tone.as_str() aria-current=here>
            <span class="stepper-icon" aria-hidden="true">{icon.map(|icon| sized_icon(icon, 14))}</span>
            <span class="stepper-label"><span class="sr-only">{state}": "</span>{step.label}</span>
            <span class="stepper-text">{step.text.map(Value::view)}</span>
        </li>
    }
    .into_any()
}

//! Who else views the ticket, so that two staff members do not answer at once.

use super::composer::Composer;
use kit::{
    api::{self, Call},
    query::repeat,
    session, task,
    ui::{Icon, icon_view},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource, TicketId,
    support::tickets::{PresencePing, PresentPerson, Ticket, TicketPresence},
};

/// The other staff members on the page of a ticket.
#[derive(Clone, Copy)]
pub struct Presence {
    others: RwSignal<Vec<PresentPerson>>,
    /// Counts the signals while another staff member views the ticket.
    pub pings: RwSignal<u32>,
}

impl Presence {
    /// Starts without other staff members.
    pub fn new() -> Self {
        Self {
            others: RwSignal::new(Vec::new()),
            pings: RwSignal::new(0),
        }
    }
}

/// Draws who else views the ticket or writes a reply, and reports that the user does.
pub fn presence(id: TicketId, answer: Composer, of: Presence) -> AnyView {
    if !untrack(|| session::can(Permission::TicketsWrite)) {
        return ().into_any();
    }
    repeat(move || {
        let is_typing = answer.is_typing();
        task(async move {
            let path = format!("{}/{id}/presence", Ticket::PATH);
            let call = Call::post(path).json(&PresencePing { is_typing });
            // Without an answer, the last known staff members stay.
            let Ok(answer) = api::send(call).await else {
                return;
            };
            let Ok(present) = answer.json::<TicketPresence>().await else {
                return;
            };
            let is_alone = present.data.is_empty();
            let _ = of.others.try_set(present.data);
            if !is_alone {
                let _ = of.pings.try_update(|pings| *pings = pings.wrapping_add(1));
            }
        })
    });
    let lines = move || {
        let line = |person: PresentPerson| {
            let what = if person.is_typing {
                "is writing an answer"
            } else {
                "is viewing this ticket"
            };
            view! { <p><strong>{person.name}</strong>" "{what}"."</p> }
        };
        let others = of.others.get();
        (!others.is_empty()).then(|| {
            view! { <div class="banner" role="note" data-tone="waiting">{icon_view(Icon::Eye)}
            {others.into_iter().map(line).collect_view()}</div> }
        })
    };
    view! { <div class="presence" aria-live="polite">{lines}</div> }.into_any()
}

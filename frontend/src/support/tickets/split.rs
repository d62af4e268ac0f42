//! Splitting a ticket: some of its messages become a new ticket of the same customer.

use kit::{
    api::{self, ApiError, Call},
    form::text_field,
    format::moment,
    go,
    page::{SmallForm, card_page, load, small_form},
    task, toast,
    ui::card,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wire::{
    Check, FieldErrors, Problem, ProblemCode, Resource, TicketId, TicketMessageId,
    support::tickets::{SplitTicket, Ticket, TicketMessage, TicketThread},
};

/// The subject of the new ticket.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Subject {
    subject: String,
}

impl Check for Subject {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("subject", &self.subject, 1, 255);
    }
}

/// Draws the page.
pub fn screen(id: TicketId) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/messages", Ticket::PATH);
        task(async move { api::get::<TicketThread>(&path).await })
    };
    card_page(
        "Split ticket",
        "The chosen messages move to a new ticket of the same customer.",
        vec![load(fetch, move |thread: TicketThread| draw(id, &thread))],
    )
}

fn draw(id: TicketId, thread: &TicketThread) -> AnyView {
    if thread.data.is_empty() {
        return card(
            "Messages",
            view! { <p class="muted">"The ticket has no messages that could move."</p> },
        );
    }
    let chosen = RwSignal::new(Vec::<TicketMessageId>::new());
    let messages = thread.data.iter().map(|message| choice(message, chosen));
    let form = SmallForm::new(
        "Split ticket",
        [text_field("subject", "Subject of the new ticket")],
    );
    let form = small_form(form, move |Subject { subject }| {
        let message_ids = chosen.get_untracked();
        task(async move {
            let split = SplitTicket {
                message_ids,
                subject,
            };
            let errors = split.field_errors();
            if let Some(error) = errors.first() {
                return Err(ApiError::Problem(Box::new(Problem {
                    detail: Some(error.message.clone()),
                    ..Problem::new(ProblemCode::WrongState)
                })));
            }
            let call = Call::post(format!("{}/{id}/split", Ticket::PATH)).json(&split);
            let new: Ticket = api::send(call).await?.json().await?;
            toast::good(format!("{} opened", new.ticket_number));
            go(&format!("/support/tickets/{}", new.id));
            Ok(())
        })
    });
    view! {
        {card("Messages", view! { <div class="checks"><fieldset><legend class="sr-only">"Messages to move"</legend>
            {messages.collect_view()}</fieldset></div> })}
        {card("New ticket", form)}
    }
    .into_any()
}

fn choice(message: &TicketMessage, chosen: RwSignal<Vec<TicketMessageId>>) -> AnyView {
    let id = message.id;
    let set = move |event| {
        let is_on = event_target_checked(&event);
        chosen.update(|chosen| {
            chosen.retain(|known| *known != id);
            if is_on {
                chosen.push(id);
            }
        });
    };
    let sender = message
        .sender
        .clone()
        .unwrap_or_else(|| "System".to_owned());
    let text: String = message.message.chars().take(160).collect();
    let kind = message.is_internal.then_some(" · internal note");
    view! {
        <label class="check"><input type="checkbox" on:change=set/><span><strong>{sender}{kind}</strong>
            <small class="muted">{moment(message.created_at)}</small><span class="excerpt">{text}</span></span></label>
    }
    .into_any()
}

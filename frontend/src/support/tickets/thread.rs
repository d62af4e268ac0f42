//! The conversation: the messages of the customer, the replies of staff, and the internal notes.

use super::{attachments, list::channel, presence::Presence};
use kit::{
    Task,
    api::{self, ApiError},
    format::plural,
    page::load_on,
    task,
    ui::{Icon, Tone, Value, badge, icon_view},
};
use leptos::prelude::*;
use wire::{
    Resource, TicketId,
    support::tickets::{SenderKind, Ticket, TicketMessage, TicketThread},
};

/// The ticket and its messages.
type Conversation = (Ticket, TicketThread);

/// Draws the messages. They load again when the ticket has changed, and while another staff member views it, because an
/// internal note does not change the ticket.
pub fn thread(id: TicketId, reload: RwSignal<u32>, others: Presence) -> AnyView {
    let again = RwSignal::new(0_u32);
    Effect::new(move |before: Option<()>| {
        reload.track();
        others.pings.track();
        if before.is_some() {
            again.update(|again| *again = again.wrapping_add(1));
        }
    });
    let last = StoredValue::new(None::<Conversation>);
    let body = load_on(
        again,
        move || fetch(id, last),
        |conversation| draw(&conversation),
    );
    view! { <section class="card conversation">{body}</section> }.into_any()
}

/// Loads the conversation. After a failure, the shown one stays.
fn fetch(
    id: TicketId,
    last: StoredValue<Option<Conversation>>,
) -> Task<Result<Conversation, ApiError>> {
    task(async move {
        let path = format!("{}/{id}/messages", Ticket::PATH);
        let outcome = async {
            let ticket = api::find::<Ticket>(id).await?;
            Ok::<Conversation, ApiError>((ticket, api::get(&path).await?))
        };
        match outcome.await {
            Ok(conversation) => {
                let _ = last.try_set_value(Some(conversation));
                last.try_get_value().flatten().ok_or(ApiError::Offline)
            }
            Err(error) => last.try_get_value().flatten().ok_or(error),
        }
    })
}

fn draw((ticket, thread): &Conversation) -> AnyView {
    let messages = thread.data.iter().map(message).collect_view();
    view! { <h2>{ticket.subject.clone()}</h2><ol class="thread" aria-label="Messages">{description(ticket)}{messages}</ol> }
        .into_any()
}

/// Draws the description, with which the conversation begins.
fn description(ticket: &Ticket) -> AnyView {
    view! {
        <li class="message" data-kind="customer">
            <header><strong>{ticket.customer.clone()}</strong>{badge("Customer", Tone::Info)}
                <span class="muted">{channel(ticket.channel)}</span><span class="spacer"></span>
                <span class="muted">{Value::ago(ticket.created_at).view()}</span></header>
            <p class="prose">{ticket.description.clone()}</p>
        </li>
    }
    .into_any()
}

fn message(of: &TicketMessage) -> AnyView {
    let (kind, label, tone) = match (of.is_internal, of.sender_kind) {
        (true, _) => ("note", "Internal note", Tone::Waiting),
        (false, SenderKind::Customer) => ("customer", "Customer", Tone::Info),
        (false, SenderKind::Staff) => ("staff", "Reply", Tone::Good),
        (false, SenderKind::System) => ("system", "System", Tone::Neutral),
    };
    let sender = of.sender.clone().unwrap_or_else(|| "System".to_owned());
    let lock = of.is_internal.then(|| icon_view(Icon::Lock));
    let mentions = (!of.mentions.is_empty()).then(|| {
        let count = plural(of.mentions.len(), "person", "people");
        view! { <span class="muted">{format!("Mentions {count}")}</span> }
    });
    let files = (!of.attachments.is_empty()).then(|| attachments::links(&of.attachments));
    view! {
        <li class="message" data-kind=kind>
            <header>{lock}<strong>{sender}</strong>{badge(label, tone)}<span class="muted">{channel(of.channel)}</span>
                {mentions}<span class="spacer"></span><span class="muted">{Value::ago(of.created_at).view()}</span></header>
            <p class="prose">{of.message.clone()}</p>
            {files}
        </li>
    }
    .into_any()
}

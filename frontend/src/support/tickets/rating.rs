//! The customer's rating of the support.

use kit::{
    api,
    page::load,
    task,
    ui::{Value, facts},
};
use leptos::prelude::*;
use wire::{
    ProblemCode, Resource, TicketId,
    support::tickets::{Ticket, TicketRating},
};

/// Draws the rating of a ticket, or that there is none.
pub fn rating(id: TicketId) -> AnyView {
    let fetch = move || {
        task(async move {
            let path = format!("{}/{id}/rating", Ticket::PATH);
            match api::get::<TicketRating>(&path).await {
                Ok(rating) => Ok(Some(rating)),
                Err(error) if error.code() == Some(ProblemCode::NotFound) => Ok(None),
                Err(error) => Err(error),
            }
        })
    };
    load(fetch, |rating: Option<TicketRating>| match rating {
        None => view! { <p class="muted">"The customer has not rated the support."</p> }.into_any(),
        Some(rating) => facts(vec![
            ("Score", Value::text(format!("{} of 5", rating.score))),
            ("Comment", Value::maybe(rating.comment)),
            ("Rated", Value::ago(rating.created_at)),
        ]),
    })
}

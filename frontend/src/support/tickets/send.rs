//! Sending an answer: a reply, an internal note, or a macro.

use super::composer::{Audience, Composer};
use kit::{
    api::{self, ApiError, Call},
    format::sentence,
    ids, query, toast,
};
use leptos::prelude::*;
use wire::{
    Check, Resource, TicketId,
    support::{
        macros::{MacroRun, RunMacro},
        tickets::{NewTicketMessage, Ticket, TicketMessage},
    },
};

/// Sends the answer. After a failure, the text stays.
pub fn send(id: TicketId, of: Composer) {
    let (audience, text) = untrack(|| (of.audience.get(), of.text().get()));
    let prepared = of.prepared.get_untracked();
    let prepared = prepared.filter(|_| audience == Audience::Customer);
    of.notice.set(Vec::new());
    if text.trim().is_empty()
        && prepared
            .as_ref()
            .is_some_and(|prepared| prepared.reply.is_some())
    {
        let line = "The macro sends its reply: enter a text, or remove the macro.".to_owned();
        return of.notice.set(vec![line]);
    }
    let work = match prepared {
        Some(prepared) => Answer::Macro(RunMacro {
            macro_id: prepared.id,
            reply: Some(text).filter(|text| !text.trim().is_empty()),
        }),
        None => Answer::Message(NewTicketMessage {
            message: text,
            is_internal: audience == Audience::Staff,
            attachments: files(of),
            mentions: mentions(of, audience),
            then: (audience == Audience::Customer).then(|| of.then.get_untracked()),
        }),
    };
    let errors = match &work {
        Answer::Macro(run) => run.field_errors(),
        Answer::Message(new) => new.field_errors(),
    };
    if !errors.is_empty() {
        return of
            .notice
            .set(errors.into_iter().map(|error| error.message).collect());
    }
    of.busy.set(true);
    leptos::task::spawn_local(async move {
        let outcome = match work {
            Answer::Macro(run) => run_macro(id, &run, of).await,
            Answer::Message(new) => add_message(id, &new, of).await,
        };
        if let Err(error) = outcome {
            let _ = of.notice.try_set(sentences(&error));
        }
        // Also after a failure: the actions of a macro may be done.
        query::invalidate(Ticket::PATH);
        let _ = of.busy.try_set(false);
    });
}

enum Answer {
    Macro(RunMacro),
    Message(NewTicketMessage),
}

fn files(of: Composer) -> Vec<wire::TicketAttachmentId> {
    of.files
        .with_untracked(|files| files.iter().map(|file| file.id).collect())
}

fn mentions(of: Composer, audience: Audience) -> Vec<wire::UserId> {
    of.mentions.with_untracked(|mentions| {
        let mentions = mentions.iter().filter(|_| audience == Audience::Staff);
        mentions.map(|(id, _)| *id).collect()
    })
}

async fn add_message(id: TicketId, new: &NewTicketMessage, of: Composer) -> Result<(), ApiError> {
    let call = Call::post(format!("{}/{id}/messages", Ticket::PATH)).json(new);
    let _: TicketMessage = api::send(call.idempotency_key(&ids::uuid()))
        .await?
        .json()
        .await?;
    of.clear();
    toast::good(if new.is_internal {
        "Note added"
    } else {
        "Reply sent"
    });
    Ok(())
}

/// Runs a macro. Each action that failed is listed, and the reply stays, because it was not sent.
async fn run_macro(id: TicketId, run: &RunMacro, of: Composer) -> Result<(), ApiError> {
    let call = Call::post(format!("{}/{id}/macros", Ticket::PATH)).json(run);
    let done: MacroRun = api::send(call.idempotency_key(&ids::uuid()))
        .await?
        .json()
        .await?;
    let failed: Vec<String> = done
        .results
        .iter()
        .filter_map(|result| {
            let problem = result.problem.as_ref()?;
            Some(format!(
                "{}: {}",
                sentence(&result.action),
                problem.sentence()
            ))
        })
        .collect();
    if failed.is_empty() {
        of.clear();
        toast::good("Macro done");
    } else {
        let _ = of.notice.try_set(failed);
    }
    Ok(())
}

fn sentences(error: &ApiError) -> Vec<String> {
    let fields: Vec<String> = error.fields().into_iter().map(|(_, text)| text).collect();
    if fields.is_empty() {
        vec![error.sentence()]
    } else {
        fields
    }
}

//! The answer to a ticket: a reply to the customer or an internal note, with macros, articles and files.

use super::{
    attachments::{ACCEPT, upload},
    send,
};
use crate::support::{macros, markdown, staff};
use kit::{
    api::{self, ApiError},
    form::{MarkdownText, Source, insertion, markdown_box},
    on_key,
    page::load_on,
    protect_unsaved_changes, session, task, toast,
    ui::{Chosen, Icon, file_drop, icon_view},
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wire::{
    Param, Permission, TicketId, UserId,
    accounts::users::User,
    support::{
        articles::Article,
        macros::TicketMacro,
        tickets::{AfterReply, Attachment, MAX_FILES, Ticket, TicketStatus},
    },
};

/// Who reads the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The customer.
    Customer,
    /// Only staff.
    Staff,
}

/// The answer as typed. A reply and a note have texts of their own, so that a note is never sent to the customer.
#[derive(Clone, Copy)]
pub struct Composer {
    pub audience: RwSignal<Audience>,
    pub reply: RwSignal<String>,
    pub note: RwSignal<String>,
    pub then: RwSignal<AfterReply>,
    pub prepared: RwSignal<Option<TicketMacro>>,
    pub files: RwSignal<Vec<Attachment>>,
    pub mentions: RwSignal<Vec<(UserId, String)>>,
    pub busy: RwSignal<bool>,
    /// The lines of the notice below the text.
    pub notice: RwSignal<Vec<String>>,
    node: NodeRef<html::Textarea>,
}

impl Composer {
    /// Starts an empty answer.
    pub fn new() -> Self {
        Self {
            audience: RwSignal::new(Audience::Customer),
            reply: RwSignal::new(String::new()),
            note: RwSignal::new(String::new()),
            then: RwSignal::new(AfterReply::Wait),
            prepared: RwSignal::new(None),
            files: RwSignal::new(Vec::new()),
            mentions: RwSignal::new(Vec::new()),
            busy: RwSignal::new(false),
            notice: RwSignal::new(Vec::new()),
            node: NodeRef::new(),
        }
    }
    /// Returns whether the user has typed a text.
    pub fn is_typing(self) -> bool {
        let has_text = |text: RwSignal<String>| {
            text.try_with_untracked(|text| !text.trim().is_empty()) == Some(true)
        };
        has_text(self.reply) || has_text(self.note)
    }
    /// Returns the text of the chosen audience.
    pub fn text(self) -> RwSignal<String> {
        match self.audience.get() {
            Audience::Customer => self.reply,
            Audience::Staff => self.note,
        }
    }
    /// Appends a text in a paragraph of its own.
    fn append(self, more: &str) {
        untrack(|| self.text()).update(|text| {
            if !text.trim().is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(more);
        });
        self.focus();
    }
    fn choose(self, audience: Audience) {
        self.audience.set(audience);
        self.notice.set(Vec::new());
        self.focus();
    }
    fn focus(self) {
        if let Some(node) = self.node.get_untracked() {
            let _ = node.focus();
        }
    }
    /// Empties what was sent.
    pub fn clear(self) {
        let text = untrack(|| self.text());
        let _ = text.try_set(String::new());
        let _ = self.files.try_set(Vec::new());
        let _ = self.mentions.try_set(Vec::new());
        let _ = self.prepared.try_set(None);
        let _ = self.then.try_set(AfterReply::Wait);
    }
}

/// Draws the answer. In a closed ticket, staff can only write internal notes.
pub fn composer(id: TicketId, reload: RwSignal<u32>, of: Composer) -> AnyView {
    if !untrack(|| session::can(Permission::TicketsCreate)) {
        return ().into_any();
    }
    protect_unsaved_changes(move || of.is_typing());
    let last = StoredValue::new(None::<bool>);
    let fetch = move || {
        task(async move {
            // After a failure, the shown form stays.
            let found = api::find::<Ticket>(id).await;
            let is_closed = found.map(|ticket| ticket.status == TicketStatus::Closed);
            let known = last.try_get_value().flatten();
            let is_closed = is_closed.or_else(|error: ApiError| known.ok_or(error))?;
            let _ = last.try_set_value(Some(is_closed));
            Ok(is_closed)
        })
    };
    load_on(reload, fetch, move |is_closed| {
        if is_closed {
            of.audience.set(Audience::Staff);
        }
        draw(id, of, is_closed)
    })
}

fn draw(id: TicketId, of: Composer, is_closed: bool) -> AnyView {
    on_key("n", "Write an internal note", move || {
        of.choose(Audience::Staff)
    });
    if !is_closed {
        on_key("r", "Reply to the customer", move || {
            of.choose(Audience::Customer)
        });
    }
    let submit = move || {
        if !of.busy.get_untracked() {
            send::send(id, of);
        }
    };
    let keys = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            submit();
        }
    };
    let kind = move || match of.audience.get() {
        Audience::Customer => "staff",
        Audience::Staff => "note",
    };
    let text = MarkdownText {
        id: "answer".to_owned(),
        text: Signal::derive(move || of.text().get()),
        set: Arc::new(move |text| untrack(|| of.text()).set(text)),
        leave: Arc::new(|| ()),
        wrong: Signal::derive(move || (!of.notice.with(Vec::is_empty)).then_some("true")),
        described: Signal::derive(|| Some("answer-about".to_owned())),
        node: of.node,
    };
    let about = move || match (of.audience.get(), is_closed) {
        (Audience::Customer, _) => "The customer receives the reply by e-mail.",
        (Audience::Staff, false) => "Only staff can see the note.",
        (Audience::Staff, true) => {
            "The ticket is closed. Only staff can see the note; the customer's answer opens a new ticket."
        }
    };
    let label = move || match of.audience.get() {
        Audience::Customer => "Reply",
        Audience::Staff => "Internal note",
    };
    let verb = move || match (of.audience.get(), of.prepared.with(Option::is_some)) {
        (Audience::Customer, true) => "Run macro",
        (Audience::Customer, false) => "Send reply",
        (Audience::Staff, _) => "Add note",
    };
    let notice = move || {
        let lines = of.notice.get();
        (!lines.is_empty()).then(|| {
            let lines = lines.into_iter().map(|line| view! { <li>{line}</li> });
            view! { <div class="banner" data-tone="bad"><ul>{lines.collect_view()}</ul></div> }
        })
    };
    view! {
        <section class="card composer" data-kind=kind on:keydown=keys aria-label="Answer">
            <header class="card-head">{(!is_closed).then(|| switch(of))}<span class="muted" id="answer-about">{about}</span></header>
            <div class="field"><label for="answer">{label}</label>{markdown_box(text, markdown::renderer())}</div>
            <div role="alert">{notice}</div>
            {tools(id, of)}
            <footer class="composer-foot">
                {move || (of.audience.get() == Audience::Customer && of.prepared.with(Option::is_none)).then(|| then(of))}
                <span class="spacer"></span>
                <button type="button" class="btn primary" title="Ctrl+Enter" aria-busy={move || of.busy.get().to_string()}
                    on:click=move |_| submit()>{icon_view(Icon::Send)}<span>{verb}</span></button>
            </footer>
        </section>
    }
    .into_any()
}

/// Draws the choice between a reply and a note.
fn switch(of: Composer) -> AnyView {
    let one = |audience: Audience, label: &'static str, icon: Icon| {
        let pressed = move || (of.audience.get() == audience).to_string();
        view! { <button type="button" class="filter" aria-pressed=pressed on:click=move |_| of.choose(audience)>
        {icon_view(icon)}{label}</button> }
    };
    view! {
        <div class="markdown-switch" role="group" aria-label="Who reads the answer">
            {one(Audience::Customer, "Reply to customer", Icon::Mail)}{one(Audience::Staff, "Internal note", Icon::Lock)}
        </div>
    }
    .into_any()
}

/// Draws the choice of what happens after the reply.
fn then(of: Composer) -> AnyView {
    const CHOICES: &[(AfterReply, &str)] = &[
        (AfterReply::Wait, "then wait for the customer"),
        (AfterReply::Keep, "then keep it open"),
        (AfterReply::Resolve, "then resolve the ticket"),
    ];
    let one = |(choice, label): &(AfterReply, &'static str)| {
        let choice = *choice;
        view! { <option value=choice.as_str() selected={move || of.then.get() == choice}>{*label}</option> }
    };
    let set = move |event| {
        if let Ok(choice) = AfterReply::parse(&event_target_value(&event)) {
            of.then.set(choice);
        }
    };
    view! {
        <label class="select quiet"><span class="sr-only">"After the reply"</span>
            <select on:change=set>{CHOICES.iter().map(one).collect_view()}</select>{icon_view(Icon::ChevronDown)}</label>
    }
    .into_any()
}

/// Draws the macro, the finders and the files.
fn tools(id: TicketId, of: Composer) -> AnyView {
    let tools = move || {
        match (of.audience.get(), of.prepared.get()) {
        (Audience::Customer, Some(prepared)) => chosen_macro(of, &prepared),
        (Audience::Customer, None) => view! {
            <div class="composer-tools">{macro_finder(of)}{article_finder(of)}</div>{files(id, of)}
        }
        .into_any(),
        (Audience::Staff, _) => view! {
            <div class="composer-tools">{mention_finder(of)}{article_finder(of)}</div>{files(id, of)}
        }
        .into_any(),
    }
    };
    tools.into_any()
}

fn macro_finder(of: Composer) -> AnyView {
    if !untrack(|| session::can(Permission::TicketsWrite)) {
        return ().into_any();
    }
    let source = Source::resource_with_note::<TicketMacro>(|prepared: &TicketMacro| {
        macros::summary(prepared)
    });
    insertion("Macro", source, move |id| {
        with::<TicketMacro>(id, move |prepared| {
            if let Some(reply) = &prepared.reply {
                of.append(reply);
            }
            of.prepared.set(Some(prepared));
        });
    })
}

fn article_finder(of: Composer) -> AnyView {
    let fixed = vec![("is_published", "true".to_owned())];
    let source =
        Source::filtered_resource::<Article>(fixed, |article: &Article| article.locale.clone());
    insertion("Insert article", source, move |id| {
        with::<Article>(id, move |article| {
            of.append(&format!("**{}**\n\n{}", article.title, article.content));
        });
    })
}

fn mention_finder(of: Composer) -> AnyView {
    let finder = insertion("Mention", staff::source(), move |id| {
        with::<User>(id, move |user| {
            of.mentions.update(|mentions| {
                if mentions.iter().all(|(known, _)| *known != user.id) {
                    mentions.push((user.id, user.full_name()));
                }
            });
        });
    });
    let one = move |(id, name): (UserId, String)| {
        let remove = move |_| {
            of.mentions
                .update(|all| all.retain(|(known, _)| *known != id))
        };
        chip(name, remove)
    };
    let chips = move || of.mentions.get().into_iter().map(one).collect_view();
    view! { <div>{finder}<ul class="files" aria-label="Mentioned">{chips}</ul></div> }.into_any()
}

/// Loads a chosen record, and reports a failure.
fn with<R: wire::Resource>(id: String, then: impl FnOnce(R) + 'static) {
    let Ok(id) = R::Id::parse(&id) else {
        return;
    };
    leptos::task::spawn_local(async move {
        match api::find::<R>(id).await {
            Ok(record) => then(record),
            Err(error) => toast::error(&error),
        }
    });
}

/// Draws the macro that the button runs.
fn chosen_macro(of: Composer, prepared: &TicketMacro) -> AnyView {
    let actions = prepared.actions.iter().map(|action| {
        let text = macros::describe(action);
        view! { <li>{text}</li> }
    });
    let note = prepared
        .note
        .is_some()
        .then(|| view! { <li>"Add an internal note"</li> });
    let remove = move |_| of.prepared.set(None);
    view! {
        <div class="banner" role="note" data-tone="neutral"><p><strong>{format!("Macro “{}”", prepared.name)}</strong>
            " The variables in the reply are replaced when it is sent."</p>
            <button type="button" class="btn sm" on:click=remove>"Remove macro"</button>
            <ul>{actions.collect_view()}{note}</ul></div>
    }
    .into_any()
}

fn chip(name: String, remove: impl Fn(ev::MouseEvent) + 'static) -> AnyView {
    let label = format!("Remove {name}");
    view! { <li class="chip"><span>{name}</span><button type="button" aria-label=label on:click=remove>{icon_view(Icon::X)}</button></li> }
        .into_any()
}

/// Draws the files of the answer, and the field for another one. A chosen file is uploaded immediately.
fn files(id: TicketId, of: Composer) -> AnyView {
    let chosen: Chosen = RwSignal::new_local(None);
    let busy = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(file) = chosen.get() else { return };
        chosen.set(None);
        if of.files.with_untracked(|files| files.len() >= MAX_FILES) {
            return toast::bad(format!("Attach {MAX_FILES} files at most."));
        }
        busy.set(true);
        leptos::task::spawn_local(async move {
            match upload(id, file).await {
                Ok(file) => drop(of.files.try_update(|files| files.push(file))),
                Err(error) => toast::error(&error),
            }
            let _ = busy.try_set(false);
        });
    });
    let one = move |file: Attachment| {
        let id = file.id;
        let remove = move |_| {
            of.files
                .update(|files| files.retain(|known| known.id != id))
        };
        chip(file.name, remove)
    };
    let chips = move || of.files.get().into_iter().map(one).collect_view();
    let uploading = move || {
        busy.get()
            .then(|| view! { <p class="muted">"Uploading the file…"</p> })
    };
    let drop = file_drop(
        "answer-file",
        ACCEPT,
        "PDF, JPEG or PNG, 10 MB at most",
        chosen,
    );
    view! {
        <details class="composer-files"><summary>"Attach files"</summary>{drop}</details>
        <ul class="files" aria-label="Files of the answer">{chips}</ul>
        <div aria-live="polite">{uploading}</div>
    }
    .into_any()
}

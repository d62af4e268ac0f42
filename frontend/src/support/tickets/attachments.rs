//! The files of messages.

use kit::{
    Task,
    api::{self, ApiError, Call},
    task, toast,
    ui::{Icon, icon_view},
};
use leptos::prelude::*;
use wire::{
    Resource, TicketAttachmentId, TicketId,
    data::bytes,
    support::tickets::{Attachment, AttachmentLink, Ticket},
};

/// The files that a message may have.
pub const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png";

/// Draws the files as buttons that download them. Each access is logged.
pub fn links(files: &[Attachment]) -> AnyView {
    let one = |file: &Attachment| {
        let (id, name) = (file.id, file.name.clone());
        let open = move |_| {
            let name = name.clone();
            leptos::task::spawn_local(async move {
                if let Err(error) = download(id, &name).await {
                    toast::error(&error);
                }
            });
        };
        view! {
            <li><button type="button" class="btn sm" title="Download" on:click=open>{icon_view(Icon::Download)}
                <span>{file.name.clone()}</span><small class="muted">{bytes(file.size)}</small></button></li>
        }
    };
    view! { <ul class="files" aria-label="Files">{files.iter().map(one).collect_view()}</ul> }
        .into_any()
}

async fn download(id: TicketAttachmentId, name: &str) -> Result<(), ApiError> {
    let call = Call::post(format!("/v1/ticket-attachments/{id}/link"));
    let link: AttachmentLink = api::send(call).await?.json().await?;
    api::download(&link.url, name).await
}

/// Uploads a file to a ticket.
pub fn upload(ticket: TicketId, file: kit::ui::File) -> Task<Result<Attachment, ApiError>> {
    task(async move {
        let path = format!("{}/{ticket}/attachments", Ticket::PATH);
        let call = Call::post(api::with_query(&path, &[("file_name", file.name())]));
        api::send(call.file(&file, &file.type_()))
            .await?
            .json()
            .await
    })
}

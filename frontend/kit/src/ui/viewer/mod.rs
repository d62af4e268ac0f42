//! Looking closely at a file that only who is allowed may see: fetched by a link that is made for it and shown from the
//! browser's memory. A picture can be brought nearer, turned and moved; anything else can be saved, and is never opened
//! within the panel.

mod stage;
mod view;

use super::{Icon, Look, button, empty, failure, skeleton, toast};
use crate::{
    Task,
    api::{Call, Fault, file_name, hand_over, send},
};
use leptos::prelude::*;
use std::sync::Arc;
use view::View;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlImageElement, Url};

/// A file in the browser's memory.
#[derive(Clone)]
struct File {
    blob: Blob,
    name: String,
    /// Its address and how it is looked at, when it is a picture.
    picture: Option<(String, View)>,
}

type Got = RwSignal<Option<Result<File, Fault>>, LocalStorage>;
type Link = Arc<dyn Fn() -> Task<Result<String, Fault>> + Send + Sync>;

/// Shows a file, whose link is asked for when the view appears. `text` says what it is.
pub fn viewer(
    text: impl Into<String>,
    link: impl Fn() -> Task<Result<String, Fault>> + Send + Sync + 'static,
) -> AnyView {
    let (text, link): (String, Link) = (text.into(), Arc::new(link));
    let got: Got = RwSignal::new_local(None);
    let ask = move || {
        let link = link();
        got.set(None);
        leptos::task::spawn_local(async move {
            let outcome = fetched(link).await;
            // The page may be gone by now: then nothing would ever free the picture.
            if let Some(Some(Ok(file))) = got.try_set(Some(outcome)) {
                forget(&file);
            }
        });
    };
    ask();
    on_cleanup(move || {
        if let Some(Some(Ok(file))) = got.try_get_untracked() {
            forget(&file);
        }
    });
    (move || match got.get() {
        None => view! { <div class="easel waiting">{skeleton::block()}</div> }.into_any(),
        Some(Err(fault)) => failure(&fault, ask.clone()),
        Some(Ok(file)) => match file.picture.clone() {
            Some((url, view)) => stage::stage(text.clone(), file, url, view),
            None => other(file),
        },
    })
    .into_any()
}

/// What is no picture is not drawn here: a page within the page could do more than show itself.
fn other(file: File) -> AnyView {
    let save = button("Download", Look::Plain, Some(Icon::Download), move || {
        save(&file);
    });
    empty(
        Icon::FileText,
        "A PDF document",
        "It is checked and kept as it was sent. Download it to look at it with your own viewer.",
        Some(save),
    )
}

fn save(file: &File) {
    hand_over(&file.blob, &file.name);
    toast::good(format!("Saved {}", file.name));
}

async fn fetched(link: Task<Result<String, Fault>>) -> Result<File, Fault> {
    let address = link.await?;
    // The link is all that opens it; who asks has been noted when it was made.
    let answer = send(Call::get(address).header("Accept", "*/*").as_nobody()).await?;
    let named = answer.header("Content-Disposition");
    let name = named.and_then(|header| file_name(&header));
    let blob = answer.blob().await?;
    let picture = if blob.type_().starts_with("image/") {
        Some(measured(&blob).await.ok_or(Fault::Offline)?)
    } else {
        None
    };
    Ok(File {
        blob,
        name: name.unwrap_or_else(|| "document".to_owned()),
        picture,
    })
}

/// An address of the picture, and its size.
async fn measured(blob: &Blob) -> Option<(String, View)> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let picture = HtmlImageElement::new().ok()?;
    picture.set_src(&url);
    JsFuture::from(picture.decode()).await.ok()?;
    let size = (picture.natural_width(), picture.natural_height());
    Some((url, View::of((size.0.into(), size.1.into()))))
}

fn forget(file: &File) {
    if let Some((url, _)) = &file.picture {
        let _ = Url::revoke_object_url(url);
    }
}

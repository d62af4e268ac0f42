//! A viewer for files that require a permission: the panel fetches the file with a short-lived link and shows it
//! from the browser's memory. Users can zoom, rotate and move an image; the panel never opens any other file, it
//! only offers the download.

mod canvas;
mod view;

use super::{ButtonVariant, Icon, button, empty, failure, skeleton, toast};
use crate::{
    Task,
    api::{ApiError, Call, file_name, save_blob, send},
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
    /// The address of an image and its initial view.
    picture: Option<(String, View)>,
}

type Got = RwSignal<Option<Result<File, ApiError>>, LocalStorage>;
type Link = Arc<dyn Fn() -> Task<Result<String, ApiError>> + Send + Sync>;

/// Draws the viewer, which requests the link when it appears. `text` describes the file.
pub fn viewer(
    text: impl Into<String>,
    link: impl Fn() -> Task<Result<String, ApiError>> + Send + Sync + 'static,
) -> AnyView {
    let (text, link): (String, Link) = (text.into(), Arc::new(link));
    let got: Got = RwSignal::new_local(None);
    let ask = move || {
        let link = link();
        got.set(None);
        leptos::task::spawn_local(async move {
            let outcome = fetched(link).await;
            // The page may have been removed by now: then only this code frees the image.
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
        None => view! { <div class="canvas waiting">{skeleton::block()}</div> }.into_any(),
        Some(Err(error)) => failure(&error, ask.clone()),
        Some(Ok(file)) => match file.picture.clone() {
            Some((url, view)) => canvas::canvas(text.clone(), file, url, view),
            None => other(file),
        },
    })
    .into_any()
}

/// A file that is not an image is not drawn: an embedded page could run its own content.
fn other(file: File) -> AnyView {
    let save = button(
        "Download",
        ButtonVariant::Plain,
        Some(Icon::Download),
        move || {
            save(&file);
        },
    );
    empty(
        Icon::FileText,
        "A PDF document",
        "The file was checked and is stored unchanged. Download it to open it in your own viewer.",
        Some(save),
    )
}

fn save(file: &File) {
    save_blob(&file.blob, &file.name);
    toast::good(format!("Saved {}", file.name));
}

async fn fetched(link: Task<Result<String, ApiError>>) -> Result<File, ApiError> {
    let address = link.await?;
    // The link alone grants access; the server logged the user when it created the link.
    let answer = send(Call::get(address).header("Accept", "*/*").anonymous()).await?;
    let named = answer.header("Content-Disposition");
    let name = named.and_then(|header| file_name(&header));
    let blob = answer.blob().await?;
    let picture = if blob.type_().starts_with("image/") {
        Some(measured(&blob).await.ok_or(ApiError::Offline)?)
    } else {
        None
    };
    Ok(File {
        blob,
        name: name.unwrap_or_else(|| "document".to_owned()),
        picture,
    })
}

/// Returns an address of the image, and its size.
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

//! An image that requires a signed-in user: fetched with the access token and shown from the browser's memory.

use super::skeleton;
use crate::api::{ApiError, Call, send};
use leptos::prelude::*;
use web_sys::Url;

/// Fetches an image and shows it. `text` is the alternative text.
pub fn picture(address: impl Into<String>, text: &'static str) -> AnyView {
    let address: String = address.into();
    let shown = RwSignal::new(None::<Result<String, ApiError>>);
    leptos::task::spawn_local(async move {
        let outcome = fetched(&address).await;
        // The page may have been removed by now: then only this code frees the image.
        if let Some(Some(Ok(url))) = shown.try_set(Some(outcome)) {
            let _ = Url::revoke_object_url(&url);
        }
    });
    on_cleanup(move || {
        if let Some(Some(Ok(url))) = shown.try_get_untracked() {
            let _ = Url::revoke_object_url(&url);
        }
    });
    let view = move || match shown.get() {
        None => skeleton::block(),
        Some(Ok(url)) => view! { <img src=url alt=text/> }.into_any(),
        Some(Err(error)) => view! { <p class="muted">{error.sentence()}</p> }.into_any(),
    };
    view! { <div class="picture">{view}</div> }.into_any()
}

/// Draws an SVG that our own server sent. `text` is the alternative text.
pub fn drawing(svg: String, text: &'static str) -> AnyView {
    view! { <div class="picture" role="img" aria-label=text inner_html=svg></div> }.into_any()
}

async fn fetched(address: &str) -> Result<String, ApiError> {
    let answer = send(Call::get(address).header("Accept", "image/*")).await?;
    Url::create_object_url_with_blob(&answer.blob().await?).map_err(|_| ApiError::Offline)
}

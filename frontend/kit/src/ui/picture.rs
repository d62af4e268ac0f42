//! A picture that only who is signed in may see: fetched with the access token, shown from the browser's memory.

use super::skeleton;
use crate::api::{Call, Fault, send};
use leptos::prelude::*;
use web_sys::Url;

/// Fetches a picture and shows it. The text stands for it where it cannot be seen.
pub fn picture(address: impl Into<String>, text: &'static str) -> AnyView {
    let address: String = address.into();
    let shown = RwSignal::new(None::<Result<String, Fault>>);
    leptos::task::spawn_local(async move {
        let outcome = fetched(&address).await;
        // The page may be gone by now: then nothing would ever free the picture.
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
        Some(Err(fault)) => view! { <p class="muted">{fault.sentence()}</p> }.into_any(),
    };
    view! { <div class="picture">{view}</div> }.into_any()
}

/// A drawing that came as SVG from our own server. The text stands for it where it cannot be seen.
pub fn drawing(svg: String, text: &'static str) -> AnyView {
    view! { <div class="picture" role="img" aria-label=text inner_html=svg></div> }.into_any()
}

async fn fetched(address: &str) -> Result<String, Fault> {
    let answer = send(Call::get(address).header("Accept", "image/*")).await?;
    Url::create_object_url_with_blob(&answer.blob().await?).map_err(|_| Fault::Offline)
}

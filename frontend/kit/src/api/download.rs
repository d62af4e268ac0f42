//! Taking a file away: fetched with the access token, then handed to the browser as a download.

use super::{Call, Fault, send};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

/// Fetches an address and saves its answer under the name that the server gives it, else under this one.
pub async fn download(url: &str, name: &str) -> Result<(), Fault> {
    fetch(Call::get(url), name).await
}

/// The same for a call that is more than an address.
pub async fn fetch(call: Call, name: &str) -> Result<(), Fault> {
    let answer = send(call.header("Accept", "*/*")).await?;
    let named = answer
        .header("Content-Disposition")
        .and_then(|header| file_name(&header));
    let blob = answer.blob().await?;
    hand_over(&blob, named.as_deref().unwrap_or(name));
    Ok(())
}

/// Saves a text as a file.
pub fn save(text: &str, name: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    if let Ok(blob) = Blob::new_with_str_sequence(&parts) {
        hand_over(&blob, name);
    }
}

pub(crate) fn hand_over(blob: &Blob, name: &str) {
    let Ok(url) = Url::create_object_url_with_blob(blob) else {
        return;
    };
    let made = leptos::prelude::document()
        .create_element("a")
        .ok()
        .and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
    if let Some(link) = made {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has begun to read it by then.
    leptos::prelude::set_timeout(
        move || drop(Url::revoke_object_url(&url)),
        std::time::Duration::from_secs(30),
    );
}

/// The `filename` of a `Content-Disposition`.
pub(crate) fn file_name(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("filename=")?;
    let name = rest
        .split(';')
        .next()
        .unwrap_or(rest)
        .trim()
        .trim_matches('"');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::file_name;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn the_server_names_the_file() {
        assert_eq!(
            file_name("attachment; filename=\"plans.csv\"").as_deref(),
            Some("plans.csv")
        );
        assert_eq!(
            file_name("attachment; filename=plans.csv; x=1").as_deref(),
            Some("plans.csv")
        );
        assert_eq!(file_name("attachment"), None);
    }
}

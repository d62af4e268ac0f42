//! Downloads: the panel fetches a file with the access token, then hands it to the browser.

use super::{ApiError, Call, send};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

/// Downloads an address. The file gets the name that the server sends, or else `name`.
pub async fn download(url: &str, name: &str) -> Result<(), ApiError> {
    fetch(Call::get(url), name).await
}

/// Downloads the response of any request.
pub async fn fetch(call: Call, name: &str) -> Result<(), ApiError> {
    let answer = send(call.header("Accept", "*/*")).await?;
    let named = answer
        .header("Content-Disposition")
        .and_then(|header| file_name(&header));
    let blob = answer.blob().await?;
    save_blob(&blob, named.as_deref().unwrap_or(name));
    Ok(())
}

/// Saves a text as a file.
pub fn save(text: &str, name: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    if let Ok(blob) = Blob::new_with_str_sequence(&parts) {
        save_blob(&blob, name);
    }
}

pub(crate) fn save_blob(blob: &Blob, name: &str) {
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
    // The browser has started to read the object by then.
    leptos::prelude::set_timeout(
        move || drop(Url::revoke_object_url(&url)),
        std::time::Duration::from_secs(30),
    );
}

/// Returns the `filename` of a `Content-Disposition` header.
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
    fn file_name_comes_from_content_disposition() {
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

//! Time zones, as the browser knows them.

/// The names of all zones, UTC first.
#[cfg(target_arch = "wasm32")]
pub fn zones() -> Vec<String> {
    use js_sys::{Array, Function, Reflect};
    use wasm_bindgen::JsCast;
    let known = || {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let list: Function = Reflect::get(&intl, &"supportedValuesOf".into())
            .ok()?
            .dyn_into()
            .ok()?;
        list.call1(&intl, &"timeZone".into())
            .ok()?
            .dyn_into::<Array>()
            .ok()
    };
    let known = known().unwrap_or_default();
    let named = known.iter().filter_map(|name| name.as_string());
    std::iter::once("UTC".to_owned())
        .chain(named.filter(|name| name != "UTC"))
        .collect()
}
/// The names of all zones, UTC first.
#[cfg(not(target_arch = "wasm32"))]
pub fn zones() -> Vec<String> {
    vec!["UTC".to_owned()]
}

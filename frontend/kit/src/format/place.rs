//! Countries and groups by name. The browser knows the names of countries; the groups are ours.

use wire::region::GROUPS;

/// What a place is called: `DE` is Germany, `EUROPE` is Europe.
pub fn place(code: &str) -> String {
    let group = GROUPS
        .iter()
        .find(|(group, _)| *group == code)
        .map(|(_, name)| (*name).to_owned());
    group
        .or_else(|| country(code))
        .unwrap_or_else(|| code.to_owned())
}

/// A few places by name and how many more: `Germany, France and 3 more`.
pub fn places(codes: &[String]) -> String {
    match codes {
        [] => "Nowhere".to_owned(),
        [one] => place(one),
        [one, two] => format!("{}, {}", place(one), place(two)),
        [one, two, rest @ ..] => format!("{}, {} and {} more", place(one), place(two), rest.len()),
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn country(_: &str) -> Option<String> {
    None
}

#[cfg(target_arch = "wasm32")]
fn country(code: &str) -> Option<String> {
    use js_sys::{Array, Function, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};
    thread_local! { static NAMES: Option<JsValue> = names(); }

    fn names() -> Option<JsValue> {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
        let make: Function = Reflect::get(&intl, &"DisplayNames".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let options = Object::new();
        Reflect::set(&options, &"type".into(), &"region".into()).ok()?;
        Reflect::construct(&make, &Array::of2(&"en".into(), &options)).ok()
    }
    let upper = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    NAMES.with(|names| {
        let names = names.as_ref().filter(|_| upper)?;
        let of: Function = Reflect::get(names, &"of".into()).ok()?.dyn_into().ok()?;
        of.call1(names, &code.into()).ok()?.as_string()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn long_lists_are_cut() {
        let codes: Vec<String> = ["EUROPE", "ASIA", "AFRICA", "OCEANIA"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(places(&codes), "Europe, Asia and 2 more");
        assert_eq!(places(&[]), "Nowhere");
        assert_eq!(place("MOON"), "MOON");
    }

    #[cfg(target_arch = "wasm32")]
    #[wasm_bindgen_test]
    fn the_browser_knows_the_names_of_countries() {
        assert_eq!(place("DE"), "Germany");
    }
}

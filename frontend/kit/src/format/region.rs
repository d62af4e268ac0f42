//! Names of countries and groups. The browser provides the names of countries; the wire crate defines the groups.

use wire::region::GROUPS;

/// Returns the name of a region: `DE` is Germany, `EUROPE` is Europe.
pub fn region_name(code: &str) -> String {
    let group = GROUPS
        .iter()
        .find(|(group, _)| *group == code)
        .map(|(_, name)| (*name).to_owned());
    group
        .or_else(|| country(code))
        .unwrap_or_else(|| code.to_owned())
}

/// Returns the names of a few regions and the number of the others: `Germany, France and 3 more`.
pub fn region_names(codes: &[String]) -> String {
    match codes {
        [] => "No coverage yet".to_owned(),
        [one] => region_name(one),
        [one, two] => format!("{}, {}", region_name(one), region_name(two)),
        [one, two, rest @ ..] => format!(
            "{}, {} and {} more",
            region_name(one),
            region_name(two),
            rest.len()
        ),
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
    fn region_names_shortens_long_lists() {
        let codes: Vec<String> = ["EUROPE", "ASIA", "AFRICA", "OCEANIA"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(region_names(&codes), "Europe, Asia and 2 more");
        assert_eq!(region_names(&[]), "No coverage yet");
        assert_eq!(region_name("MOON"), "MOON");
    }

    #[cfg(target_arch = "wasm32")]
    #[wasm_bindgen_test]
    fn region_name_uses_country_names_of_the_browser() {
        assert_eq!(region_name("DE"), "Germany");
    }
}

//! The columns of a list and their order: from the address, or else from the screen. This browser stores the columns
//! that the user has selected for a list.

use super::{column::Visibility, row::Header};
use crate::local_storage;

/// The number of custom columns that a phone shows.
pub(crate) const FIRST: usize = 5;

/// Columns by their index, in the order in which they are shown.
pub(crate) type Columns = Vec<usize>;

/// Returns the key of a heading in the address: `Last sign-in` is `last_sign_in`.
fn address_key(header: &Header) -> String {
    let characters = header.text.chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    });
    characters.collect()
}

/// Returns the default columns: all except those that are visible on request.
pub(crate) fn defaults(headers: &[Header]) -> Columns {
    let shown = headers.iter().enumerate();
    shown
        .filter(|(_, header)| header.shown != Visibility::OnRequest)
        .map(|(at, _)| at)
        .collect()
}

/// Parses the columns of an address. The first column names the row and always comes first; unknown keys are
/// ignored.
pub(crate) fn read(headers: &[Header], text: &str) -> Columns {
    let mut columns = vec![0];
    for wanted in text.split(',') {
        let at = headers
            .iter()
            .position(|header| address_key(header) == wanted);
        if let Some(at) = at.filter(|at| !columns.contains(at)) {
            columns.push(at);
        }
    }
    columns
}

/// Formats the columns for an address; `None` for the default ones.
pub(crate) fn show(headers: &[Header], columns: &[usize]) -> Option<String> {
    if columns == defaults(headers) {
        return None;
    }
    let words = columns
        .iter()
        .filter_map(|at| headers.get(*at))
        .map(address_key);
    Some(words.collect::<Vec<_>>().join(","))
}

fn storage_key(list: &str) -> String {
    format!("cols:{list}")
}

/// Returns the columns that the user has stored for a list, as an address contains them.
pub(crate) fn stored(list: &str, headers: &[Header]) -> Option<String> {
    let text = local_storage::get(&storage_key(list)).filter(|text| !text.is_empty())?;
    show(headers, &read(headers, &text))
}

/// Stores the columns; the default ones are stored as an empty text.
pub(crate) fn store(list: &str, chosen: Option<&str>) {
    local_storage::set(&storage_key(list), chosen.unwrap_or_default());
}

/// Returns the columns with one of them shown or hidden. A shown column comes last.
pub(crate) fn toggle_column(mut columns: Columns, at: usize, on: bool) -> Columns {
    columns.retain(|known| *known != at);
    if on {
        columns.push(at);
    }
    columns
}

/// Returns the columns with one of them moved; none moves before the first.
pub(crate) fn move_column(mut columns: Columns, at: usize, to: usize) -> Columns {
    let Some(from) = columns.iter().position(|known| *known == at) else {
        return columns;
    };
    let to = to.clamp(1, columns.len().saturating_sub(1).max(1));
    if from > 0 && to < columns.len() {
        let column = columns.remove(from);
        columns.insert(to, column);
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn headers() -> Vec<Header> {
        let header = |text, shown| Header {
            text,
            sort: None,
            number: false,
            shown,
        };
        vec![
            header("Order", Visibility::Always),
            header("Status", Visibility::Always),
            header("Last sign-in", Visibility::Wide),
            header("Reference", Visibility::OnRequest),
        ]
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn address_contains_only_custom_columns() {
        assert_eq!(show(&headers(), &defaults(&headers())), None);
        let other = [0, 3, 1];
        let address = show(&headers(), &other);
        assert_eq!(address.as_deref(), Some("order,reference,status"));
        assert_eq!(read(&headers(), "order,reference,status"), other);
        assert_eq!(
            read(&headers(), "last_sign_in,password,order,last_sign_in"),
            [0, 2]
        );
        assert_eq!(read(&headers(), ""), [0]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn first_column_cannot_be_moved() {
        let columns = vec![0, 1, 2, 3];
        assert_eq!(move_column(columns.clone(), 3, 0), [0, 3, 1, 2]);
        assert_eq!(move_column(columns.clone(), 1, 9), [0, 2, 3, 1]);
        assert_eq!(move_column(columns.clone(), 0, 2), columns);
        assert_eq!(move_column(vec![0], 0, 1), [0]);
        assert_eq!(toggle_column(columns.clone(), 2, false), [0, 1, 3]);
        assert_eq!(toggle_column(vec![0, 3], 1, true), [0, 3, 1]);
    }
}

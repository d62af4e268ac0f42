//! Which columns a list shows, and in which order: as the address says, else as the screen does. What somebody has
//! chosen for a list is remembered in this browser.

use super::{column::Shown, row::Head};
use crate::memory;

/// On a phone, a list that somebody has arranged shows as many; the rest is a step away.
pub(crate) const FIRST: usize = 5;

/// Columns by their places among the headings, in the order in which they are shown.
pub(crate) type Columns = Vec<usize>;

/// A heading's word in the address: `Last sign-in` is `last_sign_in`.
fn word(head: &Head) -> String {
    let letters = head.text.chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    });
    letters.collect()
}

/// As the screen describes them: without those that somebody has to ask for.
pub(crate) fn usual(heads: &[Head]) -> Columns {
    let shown = heads.iter().enumerate();
    shown
        .filter(|(_, head)| head.shown != Shown::Asked)
        .map(|(at, _)| at)
        .collect()
}

/// As an address says. The first column names the row and always leads; what is not known is left out.
pub(crate) fn read(heads: &[Head], text: &str) -> Columns {
    let mut columns = vec![0];
    for wanted in text.split(',') {
        let at = heads.iter().position(|head| word(head) == wanted);
        if let Some(at) = at.filter(|at| !columns.contains(at)) {
            columns.push(at);
        }
    }
    columns
}

/// As an address says it; nothing, where they are the usual ones.
pub(crate) fn show(heads: &[Head], columns: &[usize]) -> Option<String> {
    if columns == usual(heads) {
        return None;
    }
    let words = columns.iter().filter_map(|at| heads.get(*at)).map(word);
    Some(words.collect::<Vec<_>>().join(","))
}

fn place(list: &str) -> String {
    format!("cols:{list}")
}

/// What was chosen for a list here before, as an address says it.
pub(crate) fn remembered(list: &str, heads: &[Head]) -> Option<String> {
    let text = memory::recall(&place(list)).filter(|text| !text.is_empty())?;
    show(heads, &read(heads, &text))
}

/// Remembers what was chosen; the usual is nothing to remember.
pub(crate) fn remember(list: &str, chosen: Option<&str>) {
    memory::remember(&place(list), chosen.unwrap_or_default());
}

/// The columns with one of them shown or hidden. What is shown anew comes last.
pub(crate) fn toggled(mut columns: Columns, at: usize, on: bool) -> Columns {
    columns.retain(|known| *known != at);
    if on {
        columns.push(at);
    }
    columns
}

/// The columns with one of them moved to another place; none moves before the first.
pub(crate) fn moved(mut columns: Columns, at: usize, to: usize) -> Columns {
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

    fn heads() -> Vec<Head> {
        let head = |text, shown| Head {
            text,
            sort: None,
            number: false,
            shown,
        };
        vec![
            head("Order", Shown::Always),
            head("Status", Shown::Always),
            head("Last sign-in", Shown::Wide),
            head("Reference", Shown::Asked),
        ]
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn the_address_says_what_is_not_usual() {
        assert_eq!(show(&heads(), &usual(&heads())), None);
        let other = [0, 3, 1];
        let said = show(&heads(), &other);
        assert_eq!(said.as_deref(), Some("order,reference,status"));
        assert_eq!(read(&heads(), "order,reference,status"), other);
        assert_eq!(
            read(&heads(), "last_sign_in,password,order,last_sign_in"),
            [0, 2]
        );
        assert_eq!(read(&heads(), ""), [0]);
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn nothing_moves_before_the_first_column() {
        let columns = vec![0, 1, 2, 3];
        assert_eq!(moved(columns.clone(), 3, 0), [0, 3, 1, 2]);
        assert_eq!(moved(columns.clone(), 1, 9), [0, 2, 3, 1]);
        assert_eq!(moved(columns.clone(), 0, 2), columns);
        assert_eq!(moved(vec![0], 0, 1), [0]);
        assert_eq!(toggled(columns.clone(), 2, false), [0, 1, 3]);
        assert_eq!(toggled(vec![0, 3], 1, true), [0, 3, 1]);
    }
}

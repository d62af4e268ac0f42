//! What the counts mean for a key.

use super::{
    columns::SEALED,
    query::{self, Count},
};
use platform::{Conn, Result, crypto::Keyring};
use std::collections::BTreeMap;
use wire::system::keys::{Key, KeyCount, KeyState, Keys, SealedPlace};

/// Which key seals what.
pub fn show(conn: &mut Conn, keys: &Keyring) -> Result<Keys> {
    let mut places = Vec::with_capacity(SEALED.len() + 1);
    for column in SEALED {
        let counts = query::counts(conn, column)?;
        places.push(place((column.table, column.column, false), counts));
    }
    let files = query::counts_of_files(conn)?;
    places.push(place(("kyc_documents", "document_url", true), files));
    let known: Vec<i64> = keys.known().into_iter().map(i64::from).collect();
    Ok(Keys {
        keys: summed(&places, &known, keys.current().into()),
        places,
    })
}

fn place((table, column, is_files): (&str, &str, bool), counts: Vec<Count>) -> SealedPlace {
    let unreadable = counts.iter().filter(|count| count.key.is_none());
    SealedPlace {
        table: table.to_owned(),
        column: column.to_owned(),
        is_files,
        unreadable: unreadable.map(|count| count.values).sum(),
        counts: counts
            .iter()
            .filter_map(|count| {
                Some(KeyCount {
                    key: count.key?,
                    values: count.values,
                })
            })
            .collect(),
    }
}

fn summed(places: &[SealedPlace], known: &[i64], current: i64) -> Vec<Key> {
    let mut sums: BTreeMap<i64, i64> = known.iter().map(|id| (*id, 0)).collect();
    for count in places.iter().flat_map(|place| &place.counts) {
        *sums.entry(count.key).or_default() += count.values;
    }
    let state = |id: i64, values: i64| match (known.contains(&id), values) {
        _ if id == current => KeyState::Current,
        (true, 0) => KeyState::Unused,
        (true, _) => KeyState::Needed,
        (false, _) => KeyState::Missing,
    };
    sums.into_iter()
        .map(|(id, values)| Key {
            id,
            state: state(id, values),
            values,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_may_go_when_nothing_is_sealed_with_it() {
        let place = SealedPlace {
            table: "users".into(),
            column: "email".into(),
            is_files: false,
            counts: vec![
                KeyCount { key: 1, values: 5 },
                KeyCount { key: 9, values: 1 },
            ],
            unreadable: 0,
        };
        let states: Vec<_> = summed(&[place], &[1, 2, 3], 3)
            .into_iter()
            .map(|key| (key.id, key.state, key.values))
            .collect();
        assert_eq!(
            states,
            [
                (1, KeyState::Needed, 5),
                (2, KeyState::Unused, 0),
                (3, KeyState::Current, 0),
                (9, KeyState::Missing, 1)
            ]
        );
    }
}

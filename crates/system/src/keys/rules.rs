//! Counts the sealed values of each key, and derives the state of the keys.

use super::{
    columns::SEALED,
    query::{self, Count},
};
use platform::{Conn, Result, crypto::Keyring};
use std::collections::BTreeMap;
use wire::system::keys::{
    EncryptedColumn, EncryptionKey, EncryptionKeyState, EncryptionKeyUsage, EncryptionKeys,
};

/// Returns the keys and the columns that they seal.
pub fn show(conn: &mut Conn, keys: &Keyring) -> Result<EncryptionKeys> {
    let mut columns = Vec::with_capacity(SEALED.len() + 1);
    for column in SEALED {
        let counts = query::counts(conn, column)?;
        columns.push(encrypted_column(column.table, column.column, false, counts));
    }
    let files = query::file_counts(conn)?;
    columns.push(encrypted_column(
        "kyc_documents",
        "document_url",
        true,
        files,
    ));
    let known: Vec<i64> = keys.known().into_iter().map(i64::from).collect();
    Ok(EncryptionKeys {
        keys: sum_by_key(&columns, &known, keys.current().into()),
        columns,
    })
}

fn encrypted_column(
    table: &str,
    column: &str,
    is_files: bool,
    counts: Vec<Count>,
) -> EncryptedColumn {
    let unreadable = counts.iter().filter(|count| count.key.is_none());
    EncryptedColumn {
        table: table.to_owned(),
        column: column.to_owned(),
        is_files,
        unreadable: unreadable.map(|count| count.values).sum(),
        counts: counts
            .iter()
            .filter_map(|count| {
                Some(EncryptionKeyUsage {
                    key: count.key?,
                    values: count.values,
                })
            })
            .collect(),
    }
}

fn sum_by_key(columns: &[EncryptedColumn], known: &[i64], current: i64) -> Vec<EncryptionKey> {
    let mut sums: BTreeMap<i64, i64> = known.iter().map(|id| (*id, 0)).collect();
    for count in columns.iter().flat_map(|column| &column.counts) {
        *sums.entry(count.key).or_default() += count.values;
    }
    let state = |id: i64, values: i64| match (known.contains(&id), values) {
        _ if id == current => EncryptionKeyState::Current,
        (true, 0) => EncryptionKeyState::Unused,
        (true, _) => EncryptionKeyState::Needed,
        (false, _) => EncryptionKeyState::Missing,
    };
    sums.into_iter()
        .map(|(id, values)| EncryptionKey {
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
    fn key_without_sealed_values_is_unused() {
        let column = EncryptedColumn {
            table: "users".into(),
            column: "email".into(),
            is_files: false,
            counts: vec![
                EncryptionKeyUsage { key: 1, values: 5 },
                EncryptionKeyUsage { key: 9, values: 1 },
            ],
            unreadable: 0,
        };
        let states: Vec<_> = sum_by_key(&[column], &[1, 2, 3], 3)
            .into_iter()
            .map(|key| (key.id, key.state, key.values))
            .collect();
        assert_eq!(
            states,
            [
                (1, EncryptionKeyState::Needed, 5),
                (2, EncryptionKeyState::Unused, 0),
                (3, EncryptionKeyState::Current, 0),
                (9, EncryptionKeyState::Missing, 1)
            ]
        );
    }
}

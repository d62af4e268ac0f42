//! Whoever adds a table that names people says how it is taken away for them, and how it is erased.

use crate::harness::TestApp;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use std::collections::BTreeSet;
use wire::UserId;

/// Tables that name people without keeping anything of them, and why.
const NOT_KEPT: &[(&str, &str)] = &[
    (
        "plan_pricing",
        "who set a price: an act of the house, which the audit log tells",
    ),
    (
        "price_changes",
        "who changed many prices at once: an act of the house",
    ),
    (
        "price_list_syncs",
        "who compared and published a provider's list: an act of the house",
    ),
    (
        "knowledge_base",
        "who wrote an article: the house's own text",
    ),
    (
        "reconciliation_cases",
        "who of the staff worked on a case; the order, which is kept, tells the rest",
    ),
];

#[actix_web::test]
async fn every_table_that_names_people_is_exported_by_a_keeper() {
    #[derive(QueryableByName)]
    struct Table {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let app = TestApp::start().await;
    let named: BTreeSet<String> = app.given(|given| {
        sql_query(
            "SELECT DISTINCT conrelid::regclass::text AS name FROM pg_constraint \
             WHERE contype = 'f' AND confrelid = 'users'::regclass AND conparentid = 0",
        )
        .load::<Table>(given.conn())
        .expect("the catalogue is read")
        .into_iter()
        .map(|table| table.name)
        .collect()
    });
    let nobody = UserId::new();
    let mut exported = BTreeSet::from(["users".to_owned()]);
    for keeper in server::keepers::keepers() {
        let keys = app.ctx.keys.clone();
        let kept = app.given(|given| (keeper.export)(given.conn(), &keys, nobody));
        let kept = kept.unwrap_or_else(|error| panic!("{}: {error}", keeper.name));
        for (table, rows) in kept.as_object().expect("an object") {
            assert_eq!(rows, &serde_json::json!([]), "{table} of nobody");
            exported.insert(table.clone());
        }
    }
    let not_kept: BTreeSet<String> = NOT_KEPT
        .iter()
        .map(|(table, _)| (*table).to_owned())
        .collect();

    let missing: Vec<&String> = named
        .difference(&exported)
        .filter(|table| !not_kept.contains(*table))
        .collect();

    assert!(missing.is_empty(), "no keeper exports {missing:?}");
    assert!(
        not_kept.is_subset(&named) && not_kept.is_disjoint(&exported),
        "an exception is none any more"
    );
}

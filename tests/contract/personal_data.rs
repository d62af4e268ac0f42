//! Every table that references users has an entry in the personal data registry, for export and erasure.

use crate::harness::TestApp;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use std::collections::BTreeSet;
use wire::UserId;

/// Tables that reference users without personal data of them, and the reason.
const NOT_EXPORTED: &[(&str, &str)] = &[
    (
        "plan_pricing",
        "the administrator who set a price, which the audit log records",
    ),
    (
        "price_changes",
        "the administrator who changed prices in bulk",
    ),
    (
        "price_list_syncs",
        "the administrator who compared and published a provider's list",
    ),
    (
        "knowledge_base",
        "the author of an article, who is an administrator",
    ),
    (
        "article_versions",
        "the staff member who published an article",
    ),
    (
        "esim_operations",
        "the staff or client that requested an operation; the state history of the eSIM has the rest",
    ),
    (
        "esim_shares",
        "the staff who created a link, which the audit log records",
    ),
    ("exchange_rates", "the administrator who entered a rate"),
    (
        "report_locks",
        "the administrator who locked reports, which the audit log records",
    ),
    (
        "provider_runs",
        "the administrator who requested a call to a provider",
    ),
    (
        "reconciliation_cases",
        "the staff who worked on a case; the order, which is kept, has the rest",
    ),
];

#[actix_web::test]
async fn every_table_with_personal_data_is_exported() {
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
    let unknown_user = UserId::new();
    let mut exported = BTreeSet::from(["users".to_owned()]);
    for source in server::personal_data::registry() {
        let keys = app.ctx.keys.clone();
        let export = app.given(|given| (source.export)(given.conn(), &keys, unknown_user));
        let export = export.unwrap_or_else(|error| panic!("{}: {error}", source.name));
        for (table, rows) in export.as_object().expect("an object") {
            assert_eq!(rows, &serde_json::json!([]), "{table} of an unknown user");
            exported.insert(table.clone());
        }
    }
    let not_exported: BTreeSet<String> = NOT_EXPORTED
        .iter()
        .map(|(table, _)| (*table).to_owned())
        .collect();

    let missing: Vec<&String> = named
        .difference(&exported)
        .filter(|table| !not_exported.contains(*table))
        .collect();

    assert!(
        missing.is_empty(),
        "no entry of the registry exports {missing:?}"
    );
    assert!(
        not_exported.is_subset(&named) && not_exported.is_disjoint(&exported),
        "an exception is obsolete"
    );
}

//! Checks that the database matches its design. Each function takes a connection to a migrated database.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use diesel::migration::MigrationSource;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

mod catalogue;
mod design;

use catalogue::{Column, Pair, columns, leading_columns, objects, printed_columns};
use design::{DESIGN, OWNERS, SERVER_ONLY};

/// The result of a check; an error when the check could not run.
pub type Checked = Result<(), Box<dyn Error + Send + Sync>>;

macro_rules! words {
    ($($($at:ident)::+),+ $(,)?) => {
        [$((wire::$($at)::+::PG_NAME, wire::$($at)::+::WORDS)),+]
    };
}

/// Returns every enum that both the API and the database have.
fn shared_enums() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    words![
        accounts::api_clients::ApiClientMode,
        accounts::kyc::KycDocumentStatus,
        accounts::kyc::KycDocumentType,
        accounts::users::KycStatus,
        accounts::users::UserRole,
        accounts::users::UserStatus,
        billing::disputes::DisputeState,
        billing::orders::OrderKind,
        billing::orders::OrderStatus,
        billing::reconciliation::CaseKind,
        billing::reconciliation::CaseStatus,
        billing::refunds::SupplierClaimState,
        billing::refunds::RefundApprovalState,
        billing::refunds::RefundEffect,
        billing::refunds::RefundStatus,
        billing::transactions::PaymentMethod,
        billing::transactions::TransactionStatus,
        catalog::price_lists::PriceListState,
        catalog::plans::ValidityPolicy,
        catalog::promotions::DiscountType,
        catalog::promotions::RedemptionState,
        esims::inventory::EsimStatus,
        esims::inventory::IccidCheck,
        esims::inventory::ProfileState,
        esims::operations::EsimOperationKind,
        esims::operations::EsimOperationStatus,
        insights::reports::ReportPeriodType,
        integrations::allocations::AllocationStatus,
        integrations::allocations::ProvisioningAttemptStatus,
        integrations::allocations::ProvisioningStatus,
        integrations::providers::ProviderAdapter,
        integrations::providers::ProviderRunKind,
        integrations::providers::ProviderRunStatus,
        integrations::twilio::TwilioAuthMode,
        integrations::webhooks::WebhookReceiptStatus,
        messaging::notifications::NotificationStatus,
        messaging::notifications::NotificationType,
        messaging::templates::TemplateType,
        support::inbound::InboundEmailStatus,
        support::tickets::TicketChannel,
        support::tickets::TicketPriority,
        support::tickets::TicketStatus,
        system::settings::SettingDataType,
        system::views::ViewAudience,
    ]
    .into_iter()
    .filter_map(|(name, words)| Some((name?, words)))
}

/// Checks that every table, column and index of the design exists.
pub fn design_is_complete(conn: &mut PgConnection) -> Checked {
    let columns: BTreeSet<(String, String)> = columns(conn)?
        .into_iter()
        .map(|c| (c.table_name, c.column_name))
        .collect();
    let indexed = leading_columns(conn)?;
    assert_eq!(DESIGN.len(), 20);

    let mut missing = Vec::new();
    for (table, wanted, wanted_indexes) in DESIGN {
        for column in wanted.split_whitespace() {
            if !columns.contains(&(table.to_string(), column.to_string())) {
                missing.push(format!("column {table}.{column}"));
            }
        }
        for column in wanted_indexes.split_whitespace() {
            if !indexed.contains(&(table.to_string(), column.to_string())) {
                missing.push(format!("an index on {table}.{column}"));
            }
        }
    }
    assert!(missing.is_empty(), "missing: {}", missing.join(", "));
    Ok(())
}

/// Checks that every foreign key has a complete index that begins with it: PostgreSQL does not create one.
pub fn every_foreign_key_has_an_index(conn: &mut PgConnection) -> Checked {
    let bare: Vec<Pair> = diesel::sql_query(
        "SELECT c.conrelid::regclass::text AS left, a.attname::text AS right
           FROM pg_constraint c
           JOIN pg_class t ON t.oid = c.conrelid AND NOT t.relispartition
           JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
          WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_index i
                             WHERE i.indrelid = c.conrelid AND i.indkey[0] = c.conkey[1] AND i.indpred IS NULL)
          ORDER BY 1, 2",
    )
    .load(conn)?;
    assert!(bare.is_empty(), "foreign keys without an index: {bare:?}");
    Ok(())
}

/// Checks that the enums of the database and of the API have the same values in the same order.
pub fn enums_match(conn: &mut PgConnection) -> Checked {
    #[derive(QueryableByName)]
    struct NativeEnum {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Array<Text>)]
        words: Vec<String>,
    }
    let native: Vec<NativeEnum> = diesel::sql_query(
        "SELECT t.typname::text AS name, array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS words
           FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
          WHERE t.typnamespace = 'public'::regnamespace
          GROUP BY t.typname",
    )
    .load(conn)?;

    let native: BTreeMap<String, Vec<String>> =
        native.into_iter().map(|e| (e.name, e.words)).collect();
    let ours: BTreeMap<String, Vec<String>> = shared_enums()
        .chain(SERVER_ONLY.iter().copied())
        .map(|(name, words)| {
            (
                name.to_owned(),
                words.iter().map(ToString::to_string).collect(),
            )
        })
        .collect();
    assert_eq!(native, ours);
    Ok(())
}

/// Checks that `crates/schema/src/tables.rs` matches the migrations: tables, columns, types, lengths, nullability.
pub fn generated_tables_are_current(conn: &mut PgConnection) -> Checked {
    let printed = printed_columns(include_str!("../../crates/schema/src/tables.rs"));
    let actual: Vec<String> = columns(conn)?.iter().map(Column::printed).collect();

    let both = |these: &[String], those: &[String]| -> Vec<String> {
        these
            .iter()
            .filter(|column| !those.contains(column))
            .cloned()
            .collect()
    };
    let stale = both(&printed, &actual);
    let absent = both(&actual, &printed);
    assert!(
        stale.is_empty() && absent.is_empty(),
        "run `cargo xtask schema`. Outdated: {stale:#?}. Missing: {absent:#?}"
    );
    Ok(())
}

/// Checks that every table has exactly one owner, and every owner a table.
pub fn every_table_has_an_owner(conn: &mut PgConnection) -> Checked {
    let tables: BTreeSet<String> = columns(conn)?.into_iter().map(|c| c.table_name).collect();
    let owned: BTreeSet<String> = OWNERS.iter().map(|(table, _)| table.to_string()).collect();
    assert_eq!(tables, owned);
    assert_eq!(owned.len(), OWNERS.len(), "a table has two owners");
    Ok(())
}

/// Checks that every `down.sql` reverts its `up.sql`: no object remains, and all migrations can be applied again.
///
/// The database is migrated and empty afterwards.
pub fn migrations_can_be_reverted(conn: &mut PgConnection) -> Checked {
    let migrations =
        FileBasedMigrations::from_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../migrations"))?;
    let count = MigrationSource::<Pg>::migrations(&migrations)?.len();
    let before = objects(conn)?;

    conn.revert_all_migrations(migrations.clone())?;
    let left = objects(conn)?;
    assert!(left.is_empty(), "not undone: {left:?}");

    let applied = conn.run_pending_migrations(migrations)?.len();
    assert_eq!(applied, count);
    let after = objects(conn)?;
    let changed: Vec<&String> = before.symmetric_difference(&after).collect();
    assert!(changed.is_empty(), "two runs differ: {changed:?}");
    Ok(())
}

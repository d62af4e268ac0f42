//! The database keeps what its design promises. Each function takes a connection to a migrated database.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use diesel::migration::MigrationSource;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

/// What a check answers with when it cannot even be made.
pub type Checked = Result<(), Box<dyn Error + Send + Sync>>;

/// The twenty tables of the design: their columns, and the columns that it wants indexed.
const DESIGN: &[(&str, &str, &str)] = &[
    (
        "users",
        "id email password_hash first_name last_name phone status role kyc_status created_at updated_at last_login",
        // The e-mail address is sealed: its keyed hash stands in for it.
        "email_hash status role created_at",
    ),
    (
        "kyc_documents",
        "id user_id document_type document_url status verified_by verified_at rejection_reason uploaded_at",
        "user_id status",
    ),
    (
        "esims",
        "id iccid eid user_id plan_id twilio_sid status activation_code qr_code_url activated_at expires_at created_at updated_at",
        "iccid user_id status twilio_sid",
    ),
    (
        "esim_data_usage",
        "id esim_id data_used_mb data_limit_mb voice_minutes sms_count period_start period_end recorded_at",
        "esim_id period_start period_end",
    ),
    (
        "plans",
        "id name description data_limit_mb voice_minutes sms_count validity_days regions is_active created_at updated_at",
        "is_active created_at",
    ),
    (
        "plan_pricing",
        "id plan_id region cost_price selling_price markup_percentage currency effective_from effective_to created_at",
        "plan_id region effective_from",
    ),
    (
        "promotional_codes",
        "id code discount_type discount_value max_uses used_count valid_from valid_to applicable_plans is_active created_at",
        "code is_active valid_from valid_to",
    ),
    (
        "transactions",
        "id user_id esim_id plan_id amount currency payment_method payment_gateway gateway_transaction_id status \
         promo_code_id discount_amount tax_amount total_amount invoice_url created_at completed_at",
        "user_id status created_at gateway_transaction_id",
    ),
    (
        "refunds",
        "id transaction_id amount reason status processed_by gateway_refund_id created_at processed_at",
        "transaction_id status created_at",
    ),
    (
        "twilio_config",
        "id account_sid auth_token_encrypted api_key api_secret_encrypted webhook_url is_active last_sync_at created_at updated_at",
        "",
    ),
    (
        "data_providers",
        "id name api_endpoint api_key_encrypted provider_type priority is_active available_data_gb cost_per_gb created_at updated_at",
        "is_active priority",
    ),
    (
        "data_allocations",
        "id esim_id provider_id allocated_mb used_mb cost allocated_at",
        "esim_id provider_id allocated_at",
    ),
    (
        "email_templates",
        "id name subject body_html body_text template_type variables is_active created_at updated_at",
        "",
    ),
    (
        "notifications",
        "id user_id type template_id subject message status sent_at read_at created_at",
        "user_id type status created_at",
    ),
    (
        "support_tickets",
        "id ticket_number user_id assigned_to subject description priority status category created_at updated_at resolved_at",
        "ticket_number user_id assigned_to status priority",
    ),
    (
        "ticket_messages",
        "id ticket_id sender_id message attachments is_internal created_at",
        "ticket_id created_at",
    ),
    (
        "knowledge_base",
        "id title slug content category tags views is_published author_id created_at updated_at",
        "slug category is_published",
    ),
    (
        "analytics_events",
        "id event_type user_id esim_id metadata created_at",
        "event_type user_id created_at",
    ),
    (
        "revenue_reports",
        "id period_type period_start period_end total_revenue total_cost profit transaction_count new_users active_esims generated_at",
        "period_type period_start period_end",
    ),
    (
        "system_settings",
        "id key value data_type category description is_public updated_at",
        "key category",
    ),
];

/// Who writes to a table: a resource of a section, or the platform. Nobody else does.
pub const OWNERS: &[(&str, &str)] = &[
    ("users", "accounts/users"),
    ("kyc_documents", "accounts/kyc"),
    ("sessions", "accounts/sessions"),
    ("login_attempts", "accounts/sessions"),
    ("plans", "catalog/plans"),
    ("plan_pricing", "catalog/pricing"),
    ("promotional_codes", "catalog/promotions"),
    ("esims", "esims/inventory"),
    ("esim_state_history", "esims/inventory"),
    ("esim_bundles", "esims/inventory"),
    ("esim_data_usage", "esims/usage"),
    ("orders", "billing/orders"),
    ("transactions", "billing/transactions"),
    ("refunds", "billing/refunds"),
    ("twilio_config", "integrations/twilio"),
    ("data_providers", "integrations/providers"),
    ("plan_provider_offers", "integrations/providers"),
    ("data_allocations", "integrations/allocations"),
    ("provisioning_jobs", "integrations/allocations"),
    ("provisioning_attempts", "integrations/allocations"),
    ("webhook_receipts", "integrations/webhooks"),
    ("email_templates", "messaging/templates"),
    ("notifications", "messaging/notifications"),
    ("support_tickets", "support/tickets"),
    ("ticket_messages", "support/tickets"),
    ("knowledge_base", "support/articles"),
    ("analytics_events", "insights/analytics"),
    ("revenue_reports", "insights/reports"),
    ("system_settings", "system/settings"),
    ("audit_log", "platform"),
    ("pii_access_log", "platform"),
    ("jobs", "platform"),
    ("idempotency_keys", "platform"),
];

/// Enums that no shape of the API carries yet.
const SERVER_ONLY: &[(&str, &[&str])] = &[
    (
        "bundle_status",
        &["queued", "active", "depleted", "expired", "cancelled"],
    ),
    ("job_status", &["queued", "running", "done", "dead"]),
    (
        "receipt_status",
        &["received", "applied", "ignored", "rejected", "failed"],
    ),
];

macro_rules! words {
    ($($($at:ident)::+),+ $(,)?) => {
        [$((wire::$($at)::+::PG_NAME, wire::$($at)::+::WORDS)),+]
    };
}

/// Every enum that both the API and the database know.
fn shared_enums() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    words![
        accounts::kyc::KycDocumentStatus,
        accounts::kyc::KycDocumentType,
        accounts::users::KycStatus,
        accounts::users::UserRole,
        accounts::users::UserStatus,
        billing::orders::OrderKind,
        billing::orders::OrderStatus,
        billing::refunds::RefundApprovalState,
        billing::refunds::RefundStatus,
        billing::transactions::PaymentMethod,
        billing::transactions::TransactionStatus,
        catalog::promotions::DiscountType,
        esims::inventory::EsimStatus,
        esims::inventory::IccidCheck,
        esims::inventory::ProfileState,
        insights::reports::ReportPeriodType,
        integrations::allocations::AllocationStatus,
        integrations::allocations::AttemptStatus,
        integrations::allocations::ProvisioningStatus,
        integrations::providers::Adapter,
        integrations::twilio::TwilioAuthMode,
        messaging::notifications::NotificationStatus,
        messaging::notifications::NotificationType,
        messaging::templates::TemplateType,
        support::tickets::TicketPriority,
        support::tickets::TicketStatus,
        system::settings::SettingDataType,
    ]
    .into_iter()
    .filter_map(|(name, words)| Some((name?, words)))
}

/// Every table and column of the design is there, and what it wants indexed is.
pub fn the_design_is_there(conn: &mut PgConnection) -> Checked {
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

/// PostgreSQL does not index a foreign key by itself; every one has a whole index that begins with it.
pub fn every_foreign_key_leads_an_index(conn: &mut PgConnection) -> Checked {
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

/// The database's enums and ours have the same values in the same order, and none is known to one side only.
pub fn enums_agree(conn: &mut PgConnection) -> Checked {
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

/// `crates/schema/src/tables.rs` is what the migrations make: same tables, columns, types, lengths, nullability.
pub fn the_printed_tables_are_current(conn: &mut PgConnection) -> Checked {
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
        "run `cargo xtask schema`. No longer so: {stale:#?}. Not yet there: {absent:#?}"
    );
    Ok(())
}

/// Every table has exactly one owner, and every owner a table.
pub fn every_table_has_an_owner(conn: &mut PgConnection) -> Checked {
    let tables: BTreeSet<String> = columns(conn)?.into_iter().map(|c| c.table_name).collect();
    let owned: BTreeSet<String> = OWNERS.iter().map(|(table, _)| table.to_string()).collect();
    assert_eq!(tables, owned);
    assert_eq!(owned.len(), OWNERS.len(), "a table has two owners");
    Ok(())
}

/// Every `down.sql` undoes its `up.sql`: nothing is left when all are reverted, and all can be applied again.
///
/// Leaves the database migrated and empty.
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
    assert!(changed.is_empty(), "not the same twice: {changed:?}");
    Ok(())
}

#[derive(QueryableByName, Debug)]
struct Pair {
    #[diesel(sql_type = Text)]
    left: String,
    #[diesel(sql_type = Text)]
    right: String,
}

/// A column as the catalogue has it.
#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
    #[diesel(sql_type = Text)]
    udt_name: String,
    #[diesel(sql_type = Nullable<Integer>)]
    max_length: Option<i32>,
}

impl Column {
    /// As Diesel prints it: `users.status -> UserStatus`.
    fn printed(&self) -> String {
        let plain = match self.udt_name.as_str() {
            "_int8" => "Array<Int8>".to_owned(),
            // An enum's name is its words, and so is a built-in type's: `kyc_status`, `timestamptz`.
            name => name.split('_').map(capitalised).collect(),
        };
        let kind = if self.nullable {
            format!("Nullable<{plain}>")
        } else {
            plain
        };
        let length = self
            .max_length
            .map(|length| format!(" ({length})"))
            .unwrap_or_default();
        format!("{}.{} -> {kind}{length}", self.table_name, self.column_name)
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

/// Every column of every table of ours; a month's partition is not a table of its own.
fn columns(conn: &mut PgConnection) -> QueryResult<Vec<Column>> {
    diesel::sql_query(
        "SELECT c.table_name::text, c.column_name::text, c.is_nullable = 'YES' AS nullable,
                c.udt_name::text, c.character_maximum_length::integer AS max_length
           FROM information_schema.columns c
           JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = 'public'::regnamespace
          WHERE c.table_schema = 'public' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
            AND c.table_name NOT LIKE '\\_\\_diesel%'
          ORDER BY c.table_name, c.ordinal_position",
    )
    .load(conn)
}

/// The columns that an index begins with, by table.
fn leading_columns(conn: &mut PgConnection) -> QueryResult<BTreeSet<(String, String)>> {
    let pairs: Vec<Pair> = diesel::sql_query(
        "SELECT i.indrelid::regclass::text AS left, a.attname::text AS right
           FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]",
    )
    .load(conn)?;
    Ok(pairs.into_iter().map(|p| (p.left, p.right)).collect())
}

/// What migrations make: tables, indexes, sequences, enums, functions and extensions. The months of a partitioned
/// table come and go, and what an extension brings is its own.
fn objects(conn: &mut PgConnection) -> QueryResult<BTreeSet<String>> {
    #[derive(QueryableByName)]
    struct Object {
        #[diesel(sql_type = Text)]
        object: String,
    }
    let objects: Vec<Object> = diesel::sql_query(
        "WITH foreign_to_us AS (SELECT objid FROM pg_depend WHERE deptype = 'e')
         SELECT 'relation ' || relname AS object FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND NOT relispartition AND relname NOT LIKE '\\_\\_diesel%'
          UNION SELECT 'enum ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
          UNION SELECT 'function ' || oid::regprocedure::text FROM pg_proc
          WHERE pronamespace = 'public'::regnamespace AND oid NOT IN (SELECT objid FROM foreign_to_us)
          UNION SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'",
    )
    .load(conn)?;
    Ok(objects.into_iter().map(|o| o.object).collect())
}

/// The columns of a printed `tables.rs`, written like [`Column::printed`].
fn printed_columns(source: &str) -> Vec<String> {
    let (mut table, mut length, mut name) = (String::new(), String::new(), None);
    let mut columns = Vec::new();
    for line in source.lines().map(str::trim) {
        if let Some((head, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = head.to_owned();
        } else if let Some(number) = attribute(line, "#[max_length = ") {
            length = format!(" ({number})");
        } else if let Some(quoted) = attribute(line, "#[sql_name = ") {
            name = Some(quoted.trim_matches('"').to_owned());
        } else if let Some((column, kind)) = line.split_once(" -> ").filter(|_| line.ends_with(','))
        {
            let column = name.take().unwrap_or_else(|| column.to_owned());
            columns.push(format!(
                "{table}.{column} -> {}{length}",
                kind.trim_end_matches(',')
            ));
            length.clear();
        }
    }
    columns
}

fn attribute<'l>(line: &'l str, start: &str) -> Option<&'l str> {
    line.strip_prefix(start)?.strip_suffix(']')
}

//! A user whose name is in every field that can contain a name, and the search for that name.

use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use platform::crypto::FieldContext;
use serde_json::json;
use uuid::Uuid;
use wire::{UserId, billing::transactions::SimulatedOutcome};

/// Texts that identify the user and occur in no other text of the test.
pub const NEEDLES: [&str; 7] = [
    "needle.mailbox",
    "needle-domain",
    "Needlefirst",
    "Needlelast",
    "7946 0958",
    "needle-passport",
    "89049032000000000000000000000017",
];

/// Tables that may still name the user: the audit log, which is evidence and which the server cannot change.
pub const RECORD: [&str; 2] = ["audit_log", "pii_access_log"];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    text: String,
}

pub fn lines(conn: &mut PgConnection, query: &str) -> Vec<String> {
    let lines: Vec<Line> = sql_query(query).load(conn).expect("the query runs");
    lines.into_iter().map(|line| line.text).collect()
}

/// Returns every row of every table but these as text, with binary values as hexadecimal digits.
pub fn dump(conn: &mut PgConnection, but: &[&str]) -> String {
    let tables = lines(
        conn,
        "SELECT c.oid::regclass::text AS text FROM pg_class c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace",
    );
    tables
        .iter()
        .filter(|table| !but.contains(&table.as_str()))
        .flat_map(|table| {
            lines(
                conn,
                &format!("SELECT '{table} ' || t::text AS text FROM {table} t"),
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
        .to_lowercase()
}

/// Returns the encodings in which a text may be in a dump.
pub fn forms(needle: &str) -> [String; 4] {
    use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect();
    [
        needle.to_lowercase(),
        hex(needle),
        hex(&needle.to_lowercase()),
        STANDARD_NO_PAD.encode(needle).to_lowercase(),
    ]
}

/// Writes a user with a row in every table that has personal data, with the name in every text field.
pub async fn write_name_everywhere(app: &TestApp, chief: &Client) -> UserId {
    let person = json!({ "email": "Needle.Mailbox@needle-domain.example", "first_name": "Needlefirst", "last_name": "Needlelast", "phone": "+44 20 7946 0958" });
    let made = chief.post("/v1/users", person).await.expect(201);
    let id: UserId = wire::Param::parse(made["id"].as_str().unwrap()).unwrap();
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    let sale = order(chief, plan, id, 1).await;
    app.run_jobs().await;
    simulate(app, chief, &sale, SimulatedOutcome::Succeed).await;
    app.given(|given| given.session(id));
    let document = Uuid::now_v7();
    let name = app
        .ctx
        .keys
        .seal(
            FieldContext::new("kyc_documents", "file_name", document),
            "needle-passport.pdf",
        )
        .expect("sealed");
    let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
    let sealed = |table: &str, column: &str, row: Uuid, text: &str| -> String {
        let context = FieldContext::new(table, column, row);
        let bytes = app.ctx.keys.seal(context, text).expect("sealed");
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("\\x{hex}")
    };
    let (message, note) = (Uuid::now_v7(), Uuid::now_v7());
    let whole = "Needlefirst Needlelast <needle.mailbox@needle-domain.example>";
    for statement in [
        format!("UPDATE esims SET eid = '89049032000000000000000000000017' WHERE user_id = '{id}'"),
        format!(
            "INSERT INTO kyc_documents (id, user_id, document_type, document_url, file_name, status, content_type, byte_size) VALUES ('{document}', '{id}', 'passport', '{document}', '\\x{name}', 'pending', 'application/pdf', 7)"
        ),
        format!(
            "INSERT INTO mfa_factors (user_id, secret, confirmed_at) VALUES ('{id}', '\\x00', now())"
        ),
        format!(
            "INSERT INTO recovery_codes (id, user_id, code_hash) VALUES (gen_random_uuid(), '{id}', '\\x01')"
        ),
        format!(
            "INSERT INTO password_links (id, user_id, token_hash, expires_at) VALUES (gen_random_uuid(), '{id}', '\\x02', now() + interval '1 day') ON CONFLICT DO NOTHING"
        ),
        format!(
            "INSERT INTO sign_in_origins (key, user_id) VALUES ('\\x03', '{id}')"
        ),
        format!(
            "INSERT INTO api_clients (id, name, mode, scopes, created_by) VALUES (gen_random_uuid(), 'Shop', 'live', '[\"plans:read\"]', '{id}')"
        ),
        format!(
            "INSERT INTO saved_views (id, owner_id, list, name, query, audience) VALUES (gen_random_uuid(), '{id}', '/accounts/users', 'Needlelast', 'q=needle.mailbox', 'mine')"
        ),
        format!(
            "INSERT INTO support_tickets (id, user_id, subject, description) VALUES ('{document}', '{id}', '{}', '{}')",
            sealed("support_tickets", "subject", document, &format!("For {whole}")),
            sealed("support_tickets", "description", document, "Call +44 20 7946 0958"),
        ),
        format!(
            "INSERT INTO ticket_messages (id, ticket_id, sender_id, message) VALUES ('{message}', '{document}', '{id}', '{}')",
            sealed("ticket_messages", "message", message, &format!("I am {whole}")),
        ),
        format!(
            "INSERT INTO ticket_messages (id, ticket_id, sender_id, message, is_internal) VALUES ('{note}', '{document}', '{}', '{}', true)",
            chief.id(),
            sealed("ticket_messages", "message", note, "Dear Needlefirst"),
        ),
        format!(
            "INSERT INTO ticket_attachments (id, ticket_id, message_id, storage_key, file_name, content_type, byte_size, uploaded_by) VALUES ('{message}', '{document}', '{message}', '', '{}', 'application/pdf', 7, '{id}')",
            sealed("ticket_attachments", "file_name", message, "needle-passport.pdf"),
        ),
        format!(
            "INSERT INTO ticket_presence (ticket_id, user_id, is_typing, seen_at) VALUES ('{document}', '{id}', false, now())"
        ),
        format!(
            "INSERT INTO analytics_events (id, event_uid, event_type, user_id, metadata) VALUES (gen_random_uuid(), 'e1', 'install', '{id}', '{{\"name\": \"Needlelast\"}}')"
        ),
        format!(
            "INSERT INTO refunds (id, transaction_id, amount, currency, status, approval_state, processed_at) SELECT gen_random_uuid(), id, 1, currency, 'processed', 'approved', now() FROM transactions WHERE user_id = '{id}'"
        ),
        "INSERT INTO promotional_codes (id, code, discount_type, discount_value, used_count, valid_from, valid_to) VALUES (gen_random_uuid(), 'WELCOME', 'percentage', 10, 1, now(), now() + interval '1 day')".to_owned(),
        format!(
            "INSERT INTO promo_redemptions (id, promotion_id, order_id, user_id, discount_amount, currency) SELECT gen_random_uuid(), c.id, o.id, o.user_id, 0, o.currency FROM orders o, promotional_codes c WHERE o.user_id = '{id}'"
        ),
        format!("UPDATE transactions SET refunded_amount = 1 WHERE user_id = '{id}'"),
        format!(
            "INSERT INTO esim_data_usage (id, esim_id, used_bytes, period_start, period_end) SELECT gen_random_uuid(), id, 5, now(), now() + interval '1 day' FROM esims WHERE user_id = '{id}'"
        ),
        format!(
            "INSERT INTO usage_days (esim_id, day, country, used_bytes) SELECT id, current_date, 'PT', 5 FROM esims WHERE user_id = '{id}'"
        ),
        format!(
            "UPDATE notifications SET last_error = '550 {whole}', subject = 'For Needlefirst' WHERE user_id = '{id}'"
        ),
        format!(
            "INSERT INTO jobs (id, kind, status, finished_at, unique_key, last_error) SELECT gen_random_uuid(), 'notification.send', 'dead', now(), 'notification.send:' || id, '550 {whole}' FROM notifications WHERE user_id = '{id}'"
        ),
        format!(
            "INSERT INTO audit_log (id, actor_id, action, subject_type, subject_id, reason) VALUES (gen_random_uuid(), '{}', 'user.suspend', 'user', '{id}', 'Needlefirst requested it')",
            chief.id()
        ),
    ] {
        app.execute(&statement);
    }
    id
}

pub fn totals(conn: &mut PgConnection) -> Vec<String> {
    lines(
        conn,
        "SELECT concat_ws(' ', count(*), sum(total_amount), sum(refunded_amount)) AS text FROM transactions \
         UNION ALL SELECT concat_ws(' ', count(*), sum(total_amount), string_agg(status::text, ',')) FROM orders \
         UNION ALL SELECT concat_ws(' ', count(*), sum(amount)) FROM refunds \
         UNION ALL SELECT concat_ws(' ', count(*), sum(used_bytes)) FROM esim_data_usage \
         UNION ALL SELECT concat_ws(' ', count(*), min(event_type)) FROM analytics_events \
         UNION ALL SELECT concat_ws(' ', status, count(*)) FROM esims GROUP BY status",
    )
}

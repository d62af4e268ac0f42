//! Encryption keys: which key encrypts which value, rotation during operation, and undecryptable values.

mod broken;
mod rotation;

use crate::harness::TestApp;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use platform::{
    Ctx,
    crypto::{FieldContext, Keyring},
    ports::Ports,
};
use serde_json::json;
use std::collections::BTreeSet;
use system::keys::columns::{Column, Encoding, SEALED};
use testkit::config;
use uuid::Uuid;
use wire::{ProblemCode, accounts::users::UserRole};

const OLD: [u8; 32] = [2; 32];
const NEW: [u8; 32] = [7; 32];

fn base64(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

/// Returns the context of a server on the same database with other keys.
fn with_keys(app: &TestApp, keys: &[(u32, [u8; 32])], current: u32) -> Ctx {
    let listed: Vec<String> = keys
        .iter()
        .map(|(id, key)| format!("{id}:{}", base64(key)))
        .collect();
    let config = config(
        &app.database.url(),
        &[
            ("SEALING_KEYS", &listed.join(",")),
            ("SEALING_KEY_CURRENT", &current.to_string()),
        ],
    );
    let ports = Ports {
        mailer: None,
        payments: app.ctx.ports.payments.clone(),
        suppliers: app.ctx.ports.suppliers.clone(),
        files: app.ctx.ports.files.clone(),
    };
    Ctx::new(config, ports).expect("a context")
}

/// Writes two encrypted values into every encrypted column.
fn fill(app: &TestApp) {
    let (plan, admin) = app.given(|given| {
        let admin = given.user(UserRole::SuperAdmin);
        let plan = given.plan("9.90");
        for _ in 0..2 {
            given.user(UserRole::Customer);
            given.stock(plan);
            let number = Uuid::now_v7();
            given.provider(&number.to_string(), 1);
        }
        (plan, admin)
    });
    for _ in 0..2 {
        let (order, payment, ticket) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
        for statement in [
            "INSERT INTO notifications (id, user_id, type, message) SELECT gen_random_uuid(), id, 'email', '' FROM users LIMIT 1".to_owned(),
            "INSERT INTO twilio_config (id, account_sid, auth_token_encrypted, is_active) VALUES (gen_random_uuid(), 'AC' || gen_random_uuid(), '', false)".to_owned(),
            "INSERT INTO kyc_documents (id, user_id, document_type, document_url, content_type, byte_size) SELECT gen_random_uuid(), id, 'passport', '', 'image/jpeg', 1 FROM users LIMIT 1".to_owned(),
            format!("INSERT INTO orders (id, user_id, plan_id, kind, quantity, terms, unit_price, unit_cost, total_amount, currency, status) VALUES ('{order}', '{admin}', '{plan}', 'new', 1, '{{}}', 1, 0, 1, 'USD', 'pending_payment')"),
            format!("INSERT INTO transactions (id, order_id, user_id, amount, payment_method, status, total_amount) VALUES ('{payment}', '{order}', '{admin}', 1, 'credit_card', 'pending', 1)"),
            format!("INSERT INTO invoices (id, number, transaction_id, order_id, user_id, seller, buyer, lines, net_amount, tax_amount, total_amount, currency, issued_on) VALUES (gen_random_uuid(), right('{payment}', 30), '{payment}', '{order}', '{admin}', '{{}}', '', '[]', 1, 0, 1, 'USD', '2026-01-01')"),
            format!("INSERT INTO support_tickets (id, user_id, subject, description) VALUES ('{ticket}', '{admin}', '', '')"),
            format!("INSERT INTO ticket_messages (id, ticket_id, message) VALUES (gen_random_uuid(), '{ticket}', '')"),
            format!("INSERT INTO ticket_attachments (id, ticket_id, storage_key, content_type, byte_size) VALUES (gen_random_uuid(), '{ticket}', '', 'image/png', 1)"),
            format!("INSERT INTO ticket_ratings (ticket_id, score) VALUES ('{ticket}', 5)"),
            format!("INSERT INTO ticket_message_ids (message_key, ticket_id, message_id) VALUES ('{ticket}', '{ticket}', '')"),
            format!("INSERT INTO inbound_emails (id, message_key, received_at) VALUES (gen_random_uuid(), '{ticket}', now())"),
            format!("INSERT INTO idempotency_keys (caller_id, route, key, request_hash, expires_at) VALUES ('{admin}', 'POST /v1/orders', gen_random_uuid()::text, '', now() + interval '1 day')"),
        ] {
            app.execute(&statement);
        }
    }
    app.execute("INSERT INTO mfa_factors (user_id, secret) SELECT id, '' FROM users LIMIT 2");
    for table in ["data_providers", "twilio_config"] {
        app.execute(&format!(
            "UPDATE {table} SET previous_until = now() + interval '1 day'"
        ));
    }
    for column in SEALED {
        let rows = rows(app, column);
        assert!(rows.len() >= 2, "{} needs two rows", column.table);
        for row in rows {
            put(
                app,
                column,
                row,
                &sealed(&app.ctx.keys, column, row, "a secret thing"),
            );
        }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
}

fn rows(app: &TestApp, column: &Column) -> Vec<Uuid> {
    app.given(|given| {
        sql_query(format!("SELECT {} AS id FROM {}", column.row, column.table))
            .load::<Row>(given.conn())
            .expect("the rows are listed")
            .into_iter()
            .map(|row| row.id)
            .collect()
    })
}

fn sealed(keys: &Keyring, column: &Column, row: Uuid, text: &str) -> Vec<u8> {
    let context = FieldContext::new(column.table, column.column, row);
    keys.seal(context, text).expect("sealed")
}

/// Writes bytes into a column in the encoding of the column.
fn put(app: &TestApp, column: &Column, row: Uuid, bytes: &[u8]) {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let value = match column.encoding {
        Encoding::Bytes => format!("'\\x{hex}'::bytea"),
        Encoding::Text => format!("'{}'", base64(bytes)),
    };
    app.execute(&format!(
        "UPDATE {} SET {} = {value} WHERE {} = '{row}'",
        column.table, column.column, column.row
    ));
}

#[actix_web::test]
async fn every_encrypted_column_is_listed() {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    // Bytes that are no encrypted values: hashes, seals of the audit log, and names of buckets.
    const HASHES: &[&str] = &[
        "api_keys.key_hash",
        "article_readers.reader",
        "audit_chain.hash",
        "audit_log.seal",
        "esim_shares.code_hash",
        "esim_shares.token_hash",
        "idempotency_keys.request_hash",
        "inbound_emails.message_key",
        "kyc_documents.content_hash",
        "login_attempts.key",
        "password_links.token_hash",
        "pii_access_log.seal",
        "rate_limits.key",
        "reason_keys.secret",
        "recovery_codes.code_hash",
        "sessions.refresh_hash",
        "sign_in_origins.key",
        "ticket_message_ids.message_key",
        "users.email_hash",
    ];
    let app = TestApp::start().await;
    let found: Vec<Name> = app.given(|given| {
        sql_query(
            "SELECT c.relname || '.' || a.attname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
               AND a.attnum > 0 AND NOT a.attisdropped \
               AND (a.atttypid = 'bytea'::regtype OR a.attname LIKE '%encrypted%' OR a.attname LIKE '%sealed%')",
        )
        .load(given.conn())
        .expect("the columns are listed")
    });
    let found: BTreeSet<String> = found.into_iter().map(|name| name.name).collect();
    let listed: BTreeSet<String> = SEALED
        .iter()
        .map(|column| format!("{}.{}", column.table, column.column))
        .chain(HASHES.iter().map(ToString::to_string))
        .collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "add these to system::keys::columns, or to the hashes here: {missing:?}"
    );
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "there is no such column: {gone:?}");
}

#[actix_web::test]
async fn key_status_shows_only_numbers() {
    let app = TestApp::start().await;
    fill(&app);
    let shown = app
        .as_role(UserRole::SuperAdmin)
        .get("/v1/keys")
        .await
        .expect(200);
    assert_eq!(
        (&shown["keys"][0]["id"], &shown["keys"][0]["state"]),
        (&json!(1), &json!("current"))
    );
    let listed_columns = shown["columns"].as_array().unwrap();
    assert_eq!(listed_columns.len(), SEALED.len() + 1, "the files too");
    for column in listed_columns
        .iter()
        .filter(|column| column["is_files"] == false)
    {
        assert!(
            column["counts"][0]["values"].as_i64().unwrap() >= 2,
            "{column}"
        );
        assert_eq!(column["unreadable"], 0, "{column}");
    }
    assert!(!shown.to_string().contains(&base64(&OLD)));
    app.as_admin()
        .get("/v1/keys")
        .await
        .problem(403, ProblemCode::Forbidden);

    app.execute(
        "UPDATE notifications SET message = 'plain text, long enough to be taken for a value'",
    );
    let shown = app
        .as_role(UserRole::SuperAdmin)
        .get("/v1/keys")
        .await
        .expect(200);
    let columns = shown["columns"].as_array().unwrap().iter();
    let mut columns = columns
        .filter(|column| column["table"] == "notifications" && column["column"] == "message");
    assert_eq!(columns.next().unwrap()["unreadable"], 2);
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[actix_web::test]
async fn keys_command_rotates_and_reports() {
    let app = TestApp::start().await;
    fill(&app);
    let more = [
        (
            "SEALING_KEYS".to_owned(),
            format!("1:{},2:{}", base64(&OLD), base64(&NEW)),
        ),
        ("SEALING_KEY_CURRENT".to_owned(), "2".to_owned()),
    ];
    let run = |arguments: [&str; 2]| {
        let output = crate::harness::command(&app.database.url(), &more)
            .args(arguments)
            .output()
            .expect("it runs");
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (good, output, _) = run(["keys", "status"]);
    assert!(good && output.contains("still needed"), "{output}");
    let (good, output, progress) = run(["keys", "rotate"]);
    assert!(
        good && output.contains("it can be removed from SEALING_KEYS"),
        "{output}{progress}"
    );
    assert!(progress.contains("users.email: "), "{progress}");
    let (good, output, _) = run(["keys", "check"]);
    assert!(good && output.contains("sealed values open"), "{output}");
    app.given(|given| {
        let left =
            "SELECT count(*) FROM users WHERE substring(email from 2 for 4) <> '\\x00000002'";
        assert_eq!(
            sql_query(left)
                .get_result::<Count>(given.conn())
                .unwrap()
                .count,
            0
        );
    });
    app.execute("UPDATE users SET email = set_byte(email, 20, get_byte(email, 20) # 1) WHERE id = (SELECT id FROM users LIMIT 1)");
    let (good, _, output) = run(["keys", "check"]);
    assert!(
        !good && output.contains("1 sealed values do not open"),
        "{output}"
    );
}

//! Every operation that writes has its audit entries: the expected number, each complete, none with a secret.

mod scenes;

use super::openapi::operations;
use crate::harness::{Answer, Client, TestApp};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper};
use platform::audit::{AuditRow, Entry};
use reqwest::Method;
use schema::audit_log as log;
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Operations that change nothing, or whose change another action records; and the reason.
const NOT_AUDITED: &[(&str, &str)] = &[
    (
        "sessions_forgotten_password",
        "answers the same for every email, and only writes an email",
    ),
    (
        "sessions_password_link",
        "only checks whether a link is valid",
    ),
    (
        "analytics_record",
        "it adds events of analytics, and changes no object",
    ),
    ("promotions_check", "only checks whether a code applies"),
    ("tickets_ping", "a signal that counts for some seconds"),
    ("articles_preview", "only shows a text"),
    ("inbox_read", "a mark of the caller on a notification"),
    ("inbox_read_all", "a mark of the caller on notifications"),
    ("help_view", "counts a view of a reader without a name"),
    ("help_vote", "counts a vote of a reader without a name"),
    (
        "inbound_receive",
        "what the email becomes is audited as an action on its ticket",
    ),
    (
        "webhooks_receive",
        "its event is audited as an action on the payment",
    ),
    (
        "provider_webhooks_receive",
        "it is a receipt; its effects are audited as actions on the objects",
    ),
    (
        "provider_webhooks_receive_about",
        "it is a receipt; its effects are audited as actions on the objects",
    ),
];

/// Texts that no entry may contain: the test types, reveals or generates them in these scenes.
const SECRETS: &[&str] = &[
    "needle",
    "correct horse",
    "purple umbrellas",
    "LPA:1$",
    "otpauth",
    "Bearer ",
];

/// The operations that ran so far, and the errors found.
pub struct Scenes<'a> {
    pub app: &'a TestApp,
    ran: BTreeSet<String>,
    wrong: Vec<String>,
    secrets: Vec<String>,
}

impl Scenes<'_> {
    /// Runs an operation that must succeed, and compares its audit entries with the expected actions.
    pub async fn run_operation(
        &mut self,
        who: &Client,
        (operation, id): (&str, &str),
        body: Value,
        acts: &[&str],
    ) -> Value {
        let request = format!("scene-{}", Uuid::now_v7().simple());
        let answer = send(&who.with("x-request-id", &request), (operation, id), body).await;
        if !(200..300).contains(&answer.status) {
            let message = format!("{operation} answers {}: {}", answer.status, answer.text());
            panic!("{message}; so far: {}", self.wrong.join("\n"));
        }
        if answer.status == 201 {
            self.has_documented_headers(operation, &answer);
        }
        let answer = answer.json();
        self.check_entries(operation, (&request, acts), who).await;
        answer
    }

    /// Compares the headers of a 201 with the OpenAPI document, both ways.
    fn has_documented_headers(&mut self, operation: &str, answer: &Answer) {
        let described = operations()
            .into_iter()
            .find(|(_, _, described)| described["operationId"] == operation)
            .map(|(_, _, described)| described["responses"]["201"]["headers"].clone())
            .unwrap_or_default();
        for name in ["Location", "ETag"] {
            if described[name].is_object() == answer.header(name).is_empty() {
                self.wrong
                    .push(format!("{operation}: the document is wrong about {name}"));
            }
        }
    }

    /// Runs an operation without a body.
    pub async fn run_without_body(
        &mut self,
        who: &Client,
        operation: (&str, &str),
        acts: &[&str],
    ) -> Value {
        self.run_operation(who, operation, Value::Null, acts).await
    }

    /// Compares the audit entries of a request that the test has sent itself.
    pub async fn check_entries(
        &mut self,
        operation: &str,
        (request, acts): (&str, &[&str]),
        who: &Client,
    ) {
        self.ran.insert(operation.to_owned());
        let rows: Vec<AuditRow> = self.app.given(|given| {
            log::table
                .filter(log::request_id.eq(request))
                .order_by((log::created_at, log::id))
                .select(AuditRow::as_select())
                .load(given.conn())
                .expect("the audit log is read")
        });
        let mut found: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
        let mut expected = acts.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        if found != expected {
            self.wrong
                .push(format!("{operation} recorded {found:?}, not {expected:?}"));
        }
        for row in &rows {
            if let Some(why) = self.entry_error(row, who) {
                self.wrong.push(format!("{operation}: {why}: {row:?}"));
            }
        }
    }

    /// Returns the error of an entry.
    fn entry_error(&self, row: &AuditRow, who: &Client) -> Option<String> {
        let entry = format!("{:?} {:?}", row.change, row.reason).to_lowercase();
        let secret = SECRETS
            .iter()
            .map(ToString::to_string)
            .chain(self.secrets.clone())
            .find(|secret| entry.contains(&secret.to_lowercase()));
        let named = row
            .action
            .split_once('.')
            .is_some_and(|(kind, verb)| !kind.is_empty() && !verb.is_empty());
        let person = who.is_signed_in();
        match () {
            () if secret.is_some() => {
                secret.map(|secret| format!("it contains the secret {secret}"))
            }
            () if !named => Some("its action has no name".to_owned()),
            () if person && (row.actor_id != Some(who.id()) || row.actor_role.is_none()) => {
                Some("it has no actor".to_owned())
            }
            () if row.ip.as_deref() != Some("127.0.0.1") => Some("it has no IP address".to_owned()),
            () if row.subject_id.is_none() || row.subject_type.is_empty() => {
                Some("it has no subject".to_owned())
            }
            () if !row.is_genuine(&self.app.ctx.keys) => Some("it has no seal".to_owned()),
            () => None,
        }
    }

    /// Adds a generated secret that no entry may contain.
    pub fn forbid(&mut self, secret: &Value) {
        let secret = secret.as_str().expect("a secret").to_owned();
        self.secrets.push(secret);
    }
}

/// Sends an operation of the OpenAPI document: with the id in the path, and an ETag where the operation requires one.
pub async fn send(who: &Client, (operation, id): (&str, &str), body: Value) -> Answer {
    let (method, path, described) = operations()
        .into_iter()
        .find(|(_, _, described)| described["operationId"] == operation)
        .unwrap_or_else(|| panic!("there is no operation {operation}"));
    let path = path.replace("{id}", id);
    let mut client = who
        .with("x-requested-with", "esim-admin")
        .with("idempotency-key", &Uuid::new_v4().to_string());
    let asks = |name: &str| {
        described["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["name"] == name))
    };
    if asks("If-Match") {
        let thing: Vec<&str> = path.split('/').take(4).collect();
        let shown = who.get(&thing.join("/")).await.json();
        client = client.with("if-match", &format!("\"v{}\"", shown["version"]));
    }
    let body = (!body.is_null()).then_some(body);
    client
        .send(method.parse::<Method>().expect("a method"), &path, body)
        .await
}

#[actix_web::test]
async fn every_write_is_audited_once_and_without_secrets() {
    let app = TestApp::start().await;
    let mut scenes = Scenes {
        app: &app,
        ran: BTreeSet::new(),
        wrong: Vec::new(),
        secrets: Vec::new(),
    };
    scenes::people(&mut scenes).await;
    scenes::sessions(&mut scenes).await;
    scenes::documents(&mut scenes).await;
    scenes::clients(&mut scenes).await;
    scenes::catalogue(&mut scenes).await;
    scenes::sale(&mut scenes).await;
    scenes::lifecycle(&mut scenes).await;
    scenes::promotions(&mut scenes).await;
    scenes::refunds(&mut scenes).await;
    scenes::cases(&mut scenes).await;
    scenes::figures(&mut scenes).await;
    scenes::system(&mut scenes).await;
    scenes::tickets(&mut scenes).await;
    scenes::articles(&mut scenes).await;
    assert!(scenes.wrong.is_empty(), "{}", scenes.wrong.join("\n"));

    let missing: Vec<String> = operations()
        .into_iter()
        .filter(|(method, _, _)| method != "GET")
        .filter_map(|(_, _, described)| described["operationId"].as_str().map(str::to_owned))
        .filter(|operation| !scenes.ran.contains(operation))
        .filter(|operation| !NOT_AUDITED.iter().any(|(quiet, _)| quiet == operation))
        .collect();
    assert!(
        missing.is_empty(),
        "give these a line in tests/contract/audit_entries/scenes: {missing:?}"
    );
}

//! Every operation that changes something leaves word of it: so many entries, each whole, none with a secret in it.

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

/// Operations that change nothing by themselves, or whose change another act tells of; and why.
const QUIET: &[(&str, &str)] = &[
    (
        "sessions_forgotten_password",
        "answers the same whoever it concerns, and writes nothing but a letter",
    ),
    (
        "sessions_password_link",
        "only says whether a link is still good",
    ),
    ("promotions_check", "only says whether a code would apply"),
    (
        "webhooks_receive",
        "is recorded as what the event means for its payment",
    ),
];

/// What nobody may find in an entry: what was typed, opened or made up in these scenes.
const SECRETS: &[&str] = &[
    "needle",
    "correct horse",
    "purple umbrellas",
    "LPA:1$",
    "otpauth",
    "Bearer ",
];

/// The scenes so far.
pub struct Scenes<'a> {
    pub app: &'a TestApp,
    played: BTreeSet<String>,
    wrong: Vec<String>,
    secrets: Vec<String>,
}

impl Scenes<'_> {
    /// Plays an operation that must succeed, and holds what was recorded against what should have been.
    pub async fn play(
        &mut self,
        who: &Client,
        (operation, id): (&str, &str),
        body: Value,
        acts: &[&str],
    ) -> Value {
        let request = format!("scene-{}", Uuid::now_v7().simple());
        let answer = send(&who.with("x-request-id", &request), (operation, id), body).await;
        if !(200..300).contains(&answer.status) {
            let said = format!("{operation} answers {}: {}", answer.status, answer.text());
            panic!("{said}; so far: {}", self.wrong.join("\n"));
        }
        if answer.status == 201 {
            self.has_documented_headers(operation, &answer);
        }
        let answer = answer.json();
        self.hold(operation, (&request, acts), who).await;
        answer
    }

    /// Compares the headers of a 201 with the document, both ways.
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

    /// The same, for what needs no body.
    pub async fn step(&mut self, who: &Client, asked: (&str, &str), acts: &[&str]) -> Value {
        self.play(who, asked, Value::Null, acts).await
    }

    /// The same, for a request that was sent by other means.
    pub async fn hold(&mut self, operation: &str, (request, acts): (&str, &[&str]), who: &Client) {
        self.played.insert(operation.to_owned());
        let rows: Vec<AuditRow> = self.app.given(|given| {
            log::table
                .filter(log::request_id.eq(request))
                .order_by((log::created_at, log::id))
                .select(AuditRow::as_select())
                .load(given.conn())
                .expect("the record is read")
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
            if let Some(why) = self.fault(row, who) {
                self.wrong.push(format!("{operation}: {why}: {row:?}"));
            }
        }
    }

    /// What an entry lacks, or has too much of.
    fn fault(&self, row: &AuditRow, who: &Client) -> Option<String> {
        let told = format!("{:?} {:?}", row.change, row.reason).to_lowercase();
        let secret = SECRETS
            .iter()
            .map(ToString::to_string)
            .chain(self.secrets.clone())
            .find(|secret| told.contains(&secret.to_lowercase()));
        let named = row
            .action
            .split_once('.')
            .is_some_and(|(kind, verb)| !kind.is_empty() && !verb.is_empty());
        let person = who.is_signed_in();
        match () {
            () if secret.is_some() => secret.map(|secret| format!("it holds the secret {secret}")),
            () if !named => Some("its act has no name".to_owned()),
            () if person && (row.actor_id != Some(who.id()) || row.actor_role.is_none()) => {
                Some("it does not say who".to_owned())
            }
            () if row.ip.as_deref() != Some("127.0.0.1") => {
                Some("it does not say from where".to_owned())
            }
            () if row.subject_id.is_none() || row.subject_type.is_empty() => {
                Some("it does not say to what".to_owned())
            }
            () if !row.is_genuine(&self.app.ctx.keys) => Some("it has no seal".to_owned()),
            () => None,
        }
    }

    /// Something that was made up on the way, and must not be recorded.
    pub fn never(&mut self, secret: &Value) {
        let secret = secret.as_str().expect("a secret").to_owned();
        self.secrets.push(secret);
    }
}

/// Sends an operation of the document: with its id in the address, and a revision where it asks for one.
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
async fn every_operation_that_changes_something_is_recorded_once_and_without_secrets() {
    let app = TestApp::start().await;
    let mut scenes = Scenes {
        app: &app,
        played: BTreeSet::new(),
        wrong: Vec::new(),
        secrets: Vec::new(),
    };
    scenes::people(&mut scenes).await;
    scenes::sessions(&mut scenes).await;
    scenes::documents(&mut scenes).await;
    scenes::clients(&mut scenes).await;
    scenes::catalogue(&mut scenes).await;
    scenes::sale(&mut scenes).await;
    scenes::promotions(&mut scenes).await;
    scenes::refunds(&mut scenes).await;
    scenes::cases(&mut scenes).await;
    scenes::system(&mut scenes).await;
    assert!(scenes.wrong.is_empty(), "{}", scenes.wrong.join("\n"));

    let unplayed: Vec<String> = operations()
        .into_iter()
        .filter(|(method, _, _)| method != "GET")
        .filter_map(|(_, _, described)| described["operationId"].as_str().map(str::to_owned))
        .filter(|operation| !scenes.played.contains(operation))
        .filter(|operation| !QUIET.iter().any(|(quiet, _)| quiet == operation))
        .collect();
    assert!(
        unplayed.is_empty(),
        "give these a line in tests/contract/recorded/scenes: {unplayed:?}"
    );
}

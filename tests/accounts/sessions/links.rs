//! Password links, of which only the newest is valid, and the links that super administrators create.

use super::{
    PASSWORD, admin_with_password, password_token, sign_in, signed_in, user_with_password,
};
use crate::harness::{Answer, TestApp, command, run};
use serde_json::{Value, json};
use std::{io::Write, process::Stdio};
use wire::{ProblemCode, UserId, accounts::users::UserRole};

const ADA: &str = "ada@example.com";
const NEW: &str = "nine purple umbrellas whisper";

async fn set(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "token": token, "password": NEW });
    app.anonymous().post("/v1/passwords/set", body).await
}

fn token(link: &Value) -> String {
    let url = link["url"].as_str().expect("a link");
    url.split_once("/password#").expect("a token").1.to_owned()
}

#[actix_web::test]
async fn new_password_link_revokes_earlier_links() {
    let app = TestApp::start().await;
    let ada = admin_with_password(&app, ADA).await;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let who = json!({ "email": ADA });
        app.anonymous().post("/v1/passwords/forgotten", who).await;
        app.run_all_jobs().await;
        tokens.push(password_token(&app, ada));
    }

    set(&app, &tokens[0]).await.rejects_field("token");
    set(&app, &tokens[1]).await.rejects_field("token");
    assert_eq!(set(&app, &tokens[2]).await.status, 204);
    let open = "SELECT count(*) FROM password_links WHERE used_at IS NULL";
    assert_eq!(app.count(open), 0);
}

#[actix_web::test]
async fn super_admin_invitation_link_revokes_earlier_links() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let new = json!({ "email": "grace@example.com", "first_name": "Grace", "last_name": "Hopper", "role": "support" });
    let made = chief.post("/v1/users", new).await.expect(201);
    let grace: UserId = wire::Param::parse(made["id"].as_str().expect("an id")).expect("an id");
    app.run_all_jobs().await;
    let invited = password_token(&app, grace);
    let path = format!("/v1/users/{grace}/invitation-link");

    let first = chief.post(&path, json!({})).await;
    assert_eq!(first.header("cache-control"), "no-store");
    let first = first.expect(201);
    let second = chief.post(&path, json!({})).await.expect(201);

    for ended in [invited, token(&first)] {
        set(&app, &ended).await.rejects_field("token");
    }
    assert_eq!(set(&app, &token(&second)).await.status, 204);
    let proof = json!({ "email": "grace@example.com", "password": NEW });
    app.anonymous()
        .post("/v1/sessions", proof)
        .await
        .expect(201);
    let recorded = format!(
        "SELECT count(*) FROM audit_log WHERE action = 'password.create_link' AND subject_id = '{grace}' AND actor_id = '{}'",
        chief.id()
    );
    assert_eq!(app.count(&recorded), 2);
    let with_token = format!(
        "SELECT count(*) FROM audit_log WHERE change::text LIKE '%{}%'",
        token(&second)
    );
    assert_eq!(app.count(&with_token), 0);
}

#[actix_web::test]
async fn invitation_link_requires_super_admin_and_active_account() {
    let app = TestApp::start().await;
    let ada = user_with_password(&app, UserRole::Customer, ADA).await;
    let path = format!("/v1/users/{ada}/invitation-link");
    for role in [UserRole::Admin, UserRole::Support, UserRole::Customer] {
        app.as_role(role)
            .post(&path, json!({}))
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    let chief = app.as_role(UserRole::SuperAdmin);
    let link = chief.post(&path, json!({})).await.expect(201);
    // A user who has a password gets an email about the link that replaces it.
    let notified = "SELECT count(*) FROM notifications WHERE subject = 'A password link was created for your account'";
    assert_eq!(app.count(notified), 1);
    chief
        .post(
            &format!("/v1/users/{ada}/ban"),
            json!({ "reason": "Fraud" }),
        )
        .await
        .expect(200);
    set(&app, &token(&link)).await.rejects_field("token");
    chief
        .post(&path, json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
    let unknown = format!("/v1/users/{}/invitation-link", UserId::new());
    chief
        .post(&unknown, json!({}))
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn users_command_sets_password_and_creates_invitation_link() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let url = app.database.url();
    let set_password = |password: &str| {
        let mut child = command(&url, &[])
            .args(["users", "set-password", ADA])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut input = child.stdin.take().expect("an input");
        writeln!(input, "{password}").expect("it is read");
        drop(input);
        child.wait_with_output().expect("it ends")
    };

    for refused in ["short", "ada lovelace ada"] {
        let outcome = set_password(refused);
        assert!(!outcome.status.success());
        let output = [outcome.stdout, outcome.stderr].concat();
        assert!(!String::from_utf8_lossy(&output).contains(refused));
    }
    let outcome = set_password(NEW);
    assert!(outcome.status.success(), "{outcome:?}");

    me.get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    sign_in(&app, ADA, PASSWORD)
        .await
        .problem(401, ProblemCode::WrongCredentials);
    sign_in(&app, ADA, NEW).await.expect(201);
    let recorded = "SELECT count(*) FROM audit_log WHERE action = 'password.set' AND actor_id IS NULL AND change->>'by' = 'terminal'";
    assert_eq!(app.count(recorded), 1);

    let (_, output) = run(&url, &["users", "invite-link", ADA]);
    let (_, rest) = output.split_once("/password#").expect("a link");
    let token = rest.split_whitespace().next().expect("a token").to_owned();
    let body = json!({ "token": token, "password": "another one of many words" });
    let answer = app.anonymous().post("/v1/passwords/set", body).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let (is_done, output) = run(&url, &["users", "invite-link", "unknown@example.com"]);
    assert!(!is_done, "{output}");
}

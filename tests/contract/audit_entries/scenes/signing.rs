//! Sessions, second factors and passwords.

use super::{super::Scenes, id};
use platform::crypto::FieldContext;
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

/// Records sign-in, the second factor and passwords.
pub async fn sessions(scenes: &mut Scenes<'_>) {
    const PASSWORD: &str = "correct horse battery staple";
    let app = scenes.app;
    let hash = platform::auth::hash_password(PASSWORD.to_owned())
        .await
        .expect("a hash");
    let eve =
        app.given(|given| given.person(UserRole::Support, "eve@example.com", "Eve", "Needle"));
    app.execute(&format!(
        "UPDATE users SET password_hash = '{hash}' WHERE id = '{eve}'"
    ));
    let anonymous = app.anonymous();
    let proof = json!({ "email": "eve@example.com", "password": PASSWORD });
    let request = "scene-sessions-create";
    let begun = anonymous
        .with("x-request-id", request)
        .post("/v1/sessions", proof.clone())
        .await;
    let cookie = begun
        .header("set-cookie")
        .split(';')
        .next()
        .expect("a cookie")
        .to_owned();
    let granted = begun.expect(201);
    scenes.forbid(&granted["access_token"]);
    scenes.forbid(&json!(cookie.split_once('=').expect("a cookie").1));
    scenes
        .check_entries("sessions_create", (request, &["session.begin"]), &anonymous)
        .await;
    let browser = anonymous.with("cookie", &cookie);
    scenes
        .run_without_body(&browser, ("sessions_refresh", ""), &[])
        .await;

    let me = app.as_user(eve);
    scenes
        .run_operation(
            &me,
            ("sessions_confirm", ""),
            json!({ "password": PASSWORD }),
            &["session.confirm"],
        )
        .await;
    let factor = scenes
        .run_without_body(&me, ("sessions_begin_mfa", ""), &["mfa.begin"])
        .await;
    scenes.forbid(&factor["secret"]);
    let codes = codes(&factor["secret"], app.ctx.clock.now());
    let first = json!({ "code": codes[0] });
    let backup = scenes
        .run_operation(
            &me,
            ("sessions_enrol_mfa", ""),
            first,
            &["mfa.renew_codes", "mfa.enable"],
        )
        .await;
    scenes.forbid(&backup["codes"][0]);
    app.execute("UPDATE mfa_factors SET last_step = 0");
    let next = json!({ "code": codes[0] });
    let backup = scenes
        .run_operation(
            &me,
            ("sessions_renew_codes", ""),
            next,
            &["mfa.renew_codes"],
        )
        .await;
    let both = json!({ "password": PASSWORD, "code": backup["codes"][0] });
    scenes
        .run_operation(
            &me,
            ("sessions_disable_mfa", ""),
            both,
            &["mfa.recover", "mfa.disable"],
        )
        .await;
    let change = json!({ "current": PASSWORD, "new": "nine purple umbrellas whisper" });
    scenes
        .run_operation(
            &me,
            ("sessions_change_password", ""),
            change,
            &["password.change"],
        )
        .await;
    let other = app.as_user(eve);
    let session = other.get("/v1/sessions").await.expect(200);
    let session = session["data"]
        .as_array()
        .expect("sessions")
        .iter()
        .find(|one| one["is_current"] == false)
        .cloned();
    if let Some(session) = session {
        scenes
            .run_operation(
                &other,
                ("sessions_remove", id(&session)),
                Value::Null,
                &["session.end"],
            )
            .await;
    }
    scenes
        .run_without_body(
            &other,
            ("sessions_remove_others", ""),
            &["session.end_others"],
        )
        .await;
    scenes
        .run_without_body(&other, ("sessions_end_current", ""), &["session.end"])
        .await;
    anonymous
        .post(
            "/v1/passwords/forgotten",
            json!({ "email": "eve@example.com" }),
        )
        .await;
    app.run_jobs().await;
    let set = json!({ "token": token(scenes), "password": "ten green umbrellas murmur" });
    scenes.forbid(&set["token"]);
    scenes
        .run_operation(
            &anonymous,
            ("sessions_set_password", ""),
            set,
            &["password.set"],
        )
        .await;
    app.execute(&format!(
        "INSERT INTO mfa_factors (user_id, secret, confirmed_at) VALUES ('{eve}', '', now())"
    ));
    let boss = app.as_role(UserRole::SuperAdmin);
    scenes
        .run_operation(
            &boss,
            ("sessions_reset_mfa", &eve.to_string()),
            Value::Null,
            &["mfa.disable"],
        )
        .await;
}

/// Returns the codes of an authenticator with this secret around a time.
fn codes(secret: &Value, at: chrono::DateTime<chrono::Utc>) -> Vec<String> {
    let secret =
        totp_rs::Secret::try_from_base32(secret.as_str().expect("a secret")).expect("base32");
    let totp = totp_rs::Builder::new()
        .with_secret(secret)
        .build()
        .expect("an authenticator");
    [0, 30]
        .map(|later| {
            totp.generate((at.timestamp() + later).try_into().expect("a time"))
                .to_string()
        })
        .to_vec()
}

/// Returns the token of the newest email with a password link.
fn token(scenes: &Scenes<'_>) -> String {
    use diesel::prelude::*;
    use schema::notifications as emails;
    let (row, sealed): (uuid::Uuid, Vec<u8>) = scenes.app.given(|given| {
        emails::table
            .filter(emails::dedupe_key.like("password-link:%"))
            .order_by(emails::id.desc())
            .select((emails::id, emails::message))
            .first(given.conn())
            .expect("an email")
    });
    let context = FieldContext::new("notifications", "message", row);
    let opened = scenes.app.ctx.keys.open(context, &sealed).expect("opened");
    let email: Value = serde_json::from_str(&opened).expect("JSON");
    let text = email["text"].as_str().expect("a text");
    let (_, rest) = text.split_once("/password#").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

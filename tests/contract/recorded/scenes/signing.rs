//! Signing in, and everything about it.

use super::{super::Scenes, id};
use platform::crypto::Place;
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

/// Signing in, the second factor, passwords.
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
    let nobody = app.anonymous();
    let proof = json!({ "email": "eve@example.com", "password": PASSWORD });
    let request = "scene-sessions-create";
    let begun = nobody
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
    scenes.never(&granted["access_token"]);
    scenes.never(&json!(cookie.split_once('=').expect("a cookie").1));
    scenes
        .hold("sessions_create", (request, &["session.begin"]), &nobody)
        .await;
    let browser = nobody.with("cookie", &cookie);
    scenes.step(&browser, ("sessions_refresh", ""), &[]).await;

    let me = app.as_user(eve);
    scenes
        .play(
            &me,
            ("sessions_confirm", ""),
            json!({ "password": PASSWORD }),
            &["session.confirm"],
        )
        .await;
    let factor = scenes
        .step(&me, ("sessions_begin_factor", ""), &["factor.begin"])
        .await;
    scenes.never(&factor["secret"]);
    let codes = codes(&factor["secret"], app.ctx.clock.now());
    let first = json!({ "code": codes[0] });
    let backup = scenes
        .play(
            &me,
            ("sessions_enrol_factor", ""),
            first,
            &["factor.codes", "factor.enrol"],
        )
        .await;
    scenes.never(&backup["codes"][0]);
    app.execute("UPDATE mfa_factors SET last_step = 0");
    let next = json!({ "code": codes[0] });
    let backup = scenes
        .play(&me, ("sessions_renew_codes", ""), next, &["factor.codes"])
        .await;
    let both = json!({ "password": PASSWORD, "code": backup["codes"][0] });
    scenes
        .play(
            &me,
            ("sessions_disable_factor", ""),
            both,
            &["factor.recover", "factor.remove"],
        )
        .await;
    let change = json!({ "current": PASSWORD, "new": "nine purple umbrellas whisper" });
    scenes
        .play(
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
            .play(
                &other,
                ("sessions_remove", id(&session)),
                Value::Null,
                &["session.end"],
            )
            .await;
    }
    scenes
        .step(
            &other,
            ("sessions_remove_others", ""),
            &["session.end_others"],
        )
        .await;
    scenes
        .step(&other, ("sessions_end_current", ""), &["session.end"])
        .await;
    nobody
        .post(
            "/v1/passwords/forgotten",
            json!({ "email": "eve@example.com" }),
        )
        .await;
    app.work().await;
    let set = json!({ "token": token(scenes), "password": "ten green umbrellas murmur" });
    scenes.never(&set["token"]);
    scenes
        .play(
            &nobody,
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
        .play(
            &boss,
            ("sessions_reset_factor", &eve.to_string()),
            Value::Null,
            &["factor.remove"],
        )
        .await;
}

/// The codes of an authenticator that is given this secret, around a time.
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

/// The token of the newest letter that lets its reader set a password.
fn token(scenes: &Scenes<'_>) -> String {
    use diesel::prelude::*;
    use schema::notifications as letters;
    let (row, sealed): (uuid::Uuid, Vec<u8>) = scenes.app.given(|given| {
        letters::table
            .filter(letters::dedupe_key.like("password-link:%"))
            .order_by(letters::id.desc())
            .select((letters::id, letters::message))
            .first(given.conn())
            .expect("a letter")
    });
    let place = Place::new("notifications", "message", row);
    let opened = scenes.app.ctx.keys.open(place, &sealed).expect("opened");
    let letter: Value = serde_json::from_str(&opened).expect("JSON");
    let text = letter["text"].as_str().expect("a text");
    let (_, rest) = text.split_once("/password#").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

//! A scenario on a server: users, passwords, documents, keys and a sale, all with secrets to search for.

use super::Needle;
use crate::{
    accounts::kyc,
    harness::{Client, ServerProcess, keys},
};
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};
use testkit::{Given, TestDatabase};

/// The secrets of the scenario, and the places to search.
pub struct Scenario {
    pub needles: Vec<Needle>,
    pub order_number: String,
    pub log: PathBuf,
    pub files: PathBuf,
}

const PASSWORD: &str = "Needle purple umbrellas whisper";
const BOSS: &str = "Needle green umbrellas murmur";

/// Returns 32 bytes of readable text as a key, so that a leak can be recognised.
fn key(text: &str) -> String {
    let whole: String = text.chars().cycle().take(32).collect();
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, whole)
}

/// Runs the scenario through the public API.
pub async fn run(database: &TestDatabase) -> Scenario {
    let url = database.url();
    let files = testkit::files::folder(&url);
    let log = std::env::temp_dir().join(format!("esim-admin-log-{}.log", uuid::Uuid::now_v7()));
    let jwt = key("needle of the access tokens");
    let metrics = "needle-of-the-metrics-token";
    let server = ServerProcess::start(
        &url,
        &[
            ("SERVER_LOG", &log.display().to_string()),
            ("RUST_LOG", "debug,tokio_postgres=info"),
            ("FILES_DIR", &files.display().to_string()),
            ("PAYMENT_SIMULATOR", "succeed"),
            ("BOOTSTRAP_ADMIN_EMAIL", "needle-boss@needle-domain.example"),
            ("BOOTSTRAP_ADMIN_PASSWORD", BOSS),
            ("METRICS_TOKEN", metrics),
            ("JWT_SECRET", &jwt),
        ],
    )
    .await;
    let mut given = Given::new(database.connect(), keys(&url));
    let plan = given.unpriced_plan("Haystack plan");
    given.price(
        plan,
        "9.90",
        wire::Currency::Usd,
        chrono::Utc::now() - chrono::TimeDelta::hours(1),
        None,
    );
    let (_, code) = given.stock(plan);
    let mut needles: Vec<Needle> = vec![
        ("a secret of the environment", jwt),
        ("the token of the metrics", metrics.to_owned()),
        ("the first password", BOSS.to_owned()),
        ("an activation code", code.clone()),
        (
            "a matching id",
            code.rsplit('$').next().expect("a matching id").to_owned(),
        ),
    ];

    let anonymous = server.anonymous();
    let boss = signed_in(
        &anonymous,
        ("needle-boss@needle-domain.example", BOSS),
        &mut needles,
    )
    .await;
    people(&boss, &mut needles).await;
    let customer = customer(&boss, &mut needles).await;
    integrations(&boss, &mut needles).await;
    documents(&boss, &customer, &mut needles).await;
    let order_number = sale(&boss, (&customer, &json!(plan))).await;
    invalid_requests(&anonymous, &boss, &customer).await;
    // A job exports the head of the audit log every minute; the command exports it now.
    let done = crate::harness::command(
        &url,
        &[("FILES_DIR".to_owned(), files.display().to_string())],
    )
    .args(["audit", "verify"])
    .output()
    .expect("it runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    Scenario {
        needles,
        order_number,
        log,
        files,
    }
}

/// Signs in, and adds both tokens to the needles.
async fn signed_in(
    anonymous: &Client,
    (email, password): (&str, &str),
    needles: &mut Vec<Needle>,
) -> Client {
    let answer = anonymous
        .post(
            "/v1/sessions",
            json!({ "email": email, "password": password }),
        )
        .await;
    let cookie = answer
        .header("set-cookie")
        .split(';')
        .next()
        .expect("a cookie")
        .to_owned();
    let granted = answer.expect(201);
    let token = granted["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    needles.push((
        "a refresh token",
        cookie.split_once('=').expect("a cookie").1.to_owned(),
    ));
    needles.push((
        "an access token's signature",
        token.rsplit('.').next().expect("three parts").to_owned(),
    ));
    anonymous.with("authorization", &format!("Bearer {token}"))
}

/// Sets up a second factor of the administrator, and changes the password.
async fn people(boss: &Client, needles: &mut Vec<Needle>) {
    let factor = boss.post("/v1/mfa", json!({})).await.expect(200);
    needles.push(("the secret of a second factor", text(&factor["secret"])));
    let change = json!({ "current": BOSS, "new": PASSWORD });
    boss.post("/v1/passwords/change", change).await;
    needles.push(("another password", PASSWORD.to_owned()));
}

/// Creates a customer whose data are needles.
async fn customer(boss: &Client, needles: &mut Vec<Needle>) -> Value {
    let person = json!({ "email": "Needle.Mailbox@needle-post.example", "first_name": "Needlefirst", "last_name": "Needlelastname", "phone": "+44 20 7946 0958" });
    let made = boss.post("/v1/users", person).await.expect(201);
    needles.extend([
        (
            "an address",
            "needle.mailbox@needle-post.example".to_owned(),
        ),
        ("a domain", "needle-post.example".to_owned()),
        ("a first name", "Needlefirst".to_owned()),
        ("a last name", "Needlelastname".to_owned()),
        ("a number", "+44 20 7946 0958".to_owned()),
        ("a number in digits", "442079460958".to_owned()),
    ]);
    made
}

/// Creates keys of suppliers and API clients.
async fn integrations(boss: &Client, needles: &mut Vec<Needle>) {
    let supplier = json!({ "name": "Supplier", "api_endpoint": "https://simulator.invalid", "api_key": "needle-of-the-supplier-0815", "adapter": "simulator" });
    boss.post("/v1/providers", supplier).await.expect(201);
    needles.push(("a supplier's key", "needle-of-the-supplier-0815".to_owned()));
    let client = json!({ "name": "Shop", "mode": "live", "scopes": ["plans:read"] });
    let made = boss.post("/v1/api-clients", client).await.expect(201);
    let secret = text(&made["key"]);
    boss.with("authorization", &format!("Bearer {secret}"))
        .get("/v1/plans")
        .await;
    // The prefix of a key is shown, so that users can tell keys apart.
    needles.push(("an integrator's key", secret.chars().skip(16).collect()));
}

/// Uploads a document whose file name and metadata name its owner.
async fn documents(boss: &Client, customer: &Value, needles: &mut Vec<Needle>) {
    let path = format!("document_type=passport&user_id={}", text(&customer["id"]));
    let picture = kyc::assets::jpeg(64, 48);
    needles.push((
        "a file's bytes",
        String::from_utf8_lossy(&picture[picture.len() - 40..picture.len() - 8]).into_owned(),
    ));
    let sent = kyc::upload(
        boss,
        &path,
        ("image/jpeg", "needle-passport-scan.jpg"),
        picture,
    )
    .await
    .expect(201);
    needles.push(("a file's name", "needle-passport-scan".to_owned()));
    boss.post(&kyc::at(&sent, "link"), json!({})).await;
}

/// Sells an eSIM, up to the email with the codes.
async fn sale(boss: &Client, (customer, plan): (&Value, &Value)) -> String {
    let order = boss
        .with("idempotency-key", "the-sale")
        .post(
            "/v1/orders",
            json!({ "user_id": customer["id"], "plan_id": plan }),
        )
        .await
        .expect(201);
    let page = format!("/v1/orders/{}", text(&order["id"]));
    for _ in 0..300 {
        if boss.get(&page).await.expect(200)["status"] == "fulfilled" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let order = boss.get(&page).await.expect(200);
    assert_eq!(order["status"], "fulfilled", "{order}");
    let esims = boss.get("/v1/esims").await.expect(200);
    let reveal = format!("/v1/esims/{}/reveal", text(&esims["data"][0]["id"]));
    boss.post(&reveal, json!({ "reason": "A call" }))
        .await
        .expect(200);
    boss.get("/v1/notifications").await.expect(200);
    text(&order["order_number"])
}

/// Sends invalid requests with needles: each is rejected, and no log repeats it.
async fn invalid_requests(anonymous: &Client, boss: &Client, customer: &Value) {
    for (email, password) in [
        ("needle.mailbox@needle-post.example", "wrong"),
        ("needle-boss@needle-domain.example", PASSWORD),
    ] {
        anonymous
            .post(
                "/v1/sessions",
                json!({ "email": email, "password": password }),
            )
            .await;
    }
    let page = format!("/v1/users/{}", text(&customer["id"]));
    boss.post("/v1/users", json!({ "email": "needle.mailbox@needle-post.example", "first_name": "Needlefirst", "last_name": "Needlelastname" })).await;
    boss.patch(
        &page,
        1,
        json!({ "phone": "+44 20 7946 0958 4242424242424242" }),
    )
    .await;
    boss.patch(&page, 99, json!({ "first_name": "Needlefirst" }))
        .await;
    boss.post(
        &format!("{page}/suspend"),
        json!({ "reason": "Paid with 4242 4242 4242 4242" }),
    )
    .await
    .rejects_field("reason");
    boss.get("/v1/users?q=needle.mailbox@needle-post.example")
        .await
        .expect(200);
    boss.get("/v1/users/export").await;
    boss.post(
        "/v1/passwords/forgotten",
        json!({ "email": "needle.mailbox@needle-post.example" }),
    )
    .await;
    anonymous
        .with("authorization", "Bearer needle-of-the-metrics-token")
        .get("/metrics")
        .await;
    assert_eq!(boss.get(&page).await.status, 200);
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

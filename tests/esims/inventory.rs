//! The inventory: import, search, and reveal of activation codes.

use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

pub const FILE: &str = "ICCID;Activation Code;EID\n\
    8944538532008160222;LPA:1$smdp.example.com$AA-1;89049032021008881300304741158317\n\
    8944538532008160223;LPA:1$smdp.example.com$AA-2;\n\
    89014103211118510720;1$smdp.example.com$AA-3$$1;\n";

pub async fn import(by: &Client, query: &str, file: &str) -> Answer {
    by.raw(
        Method::POST,
        &format!("/v1/esims/import{query}"),
        "text/csv",
        file.as_bytes().to_vec(),
    )
    .await
}

pub fn counts(report: &Value) -> [i64; 4] {
    ["created", "updated", "unchanged", "refused"].map(|key| report[key].as_i64().expect("a count"))
}

#[actix_web::test]
async fn inventory_import_preview_writes_nothing() {
    let app = TestApp::start().await;
    let (admin, plan) = (app.as_admin(), app.given(|given| given.plan("9.90")));

    let report = import(&admin, &format!("?dry_run=true&plan_id={plan}"), FILE)
        .await
        .expect(200);

    assert_eq!(counts(&report), [3, 0, 0, 0]);
    assert_eq!(report["rows"][0]["esim_id"], Value::Null);
    assert_eq!(report["rows"][1]["warnings"][0]["code"], "check_digit");
    assert_eq!(
        app.count(
            "SELECT (SELECT count(*) FROM esims) + (SELECT count(*) FROM audit_log) AS count"
        ),
        0
    );
}

#[actix_web::test]
async fn repeated_inventory_import_adds_nothing() {
    let app = TestApp::start().await;
    let (admin, plan) = (app.as_admin(), app.given(|given| given.plan("9.90")));
    let query = format!("?plan_id={plan}");

    let first = import(&admin, &query, FILE).await.expect(200);
    let again = import(&admin, &query, FILE).await.expect(200);

    assert_eq!(
        (counts(&first), counts(&again)),
        ([3, 0, 0, 0], [0, 0, 3, 0])
    );
    assert_eq!(first["rows"][2]["esim_id"], again["rows"][2]["esim_id"]);
    assert_eq!(
        app.count("SELECT count(*) FROM esims WHERE status = 'available' AND user_id IS NULL"),
        3
    );
    assert_eq!(
        app.count("SELECT count(*) FROM esim_state_history WHERE source = 'import'"),
        3
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'esim.import'"),
        2
    );
    assert_eq!(app.count("SELECT count(*) FROM esims WHERE position('AA-' IN encode(activation_code, 'escape')) > 0"), 0);
}

#[actix_web::test]
async fn inventory_import_with_an_invalid_row_writes_nothing() {
    let app = TestApp::start().await;
    let admin = app.as_admin();

    let bad = format!(
        "{FILE}894000000000001;LPA:1$smdp.example.com$AA-4;\n8944538532008160222;LPA:1$smdp.example.com$AA-5;\n"
    );
    let problem = import(&admin, "", &bad).await.rejects_field("rows.5.iccid");

    assert_eq!(problem["errors"][1]["field"], "rows.6.iccid");
    assert_eq!(problem["errors"][1]["code"], "repeated");
    assert_eq!(app.count("SELECT count(*) FROM esims"), 0);
}

#[actix_web::test]
async fn inventory_import_rejects_known_iccid_with_another_code() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    import(&admin, "", FILE).await.expect(200);

    let problem = import(&admin, "", &FILE.replace("AA-1", "ZZ-1"))
        .await
        .rejects_field("rows.2.iccid");

    assert_eq!(problem["errors"][0]["code"], "known");
    assert!(!problem.to_string().contains("AA-1") && !problem.to_string().contains("ZZ-1"));
}

#[actix_web::test]
async fn inventory_import_accepts_json() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let rows = json!([{ "iccid": "8944538532008160222", "smdp_address": "smdp.example.com", "matching_id": "AA-1", "confirmation_code_required": true }]);

    let report = admin.post("/v1/esims/import", rows).await.expect(200);

    let id = report["rows"][0]["esim_id"].as_str().expect("an id");
    let revealed = admin
        .post(&format!("/v1/esims/{id}/reveal"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        revealed["activation_code"],
        "LPA:1$smdp.example.com$AA-1$$1"
    );
}

#[actix_web::test]
async fn esim_list_searches_by_iccid_prefix_and_masks_codes() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    import(&admin, "", FILE).await.expect(200);

    for (query, found) in [
        ("q=8944%205385", 2),
        ("q=890490", 1),
        ("q=5385", 0),
        ("has_user=true", 0),
        ("iccid_check=mismatch", 1),
        ("status=available,active", 3),
        ("status=active", 0),
    ] {
        let page = admin.get(&format!("/v1/esims?{query}")).await.expect(200);
        assert_eq!(
            page["data"].as_array().map(Vec::len),
            Some(found),
            "{query}"
        );
        assert!(!page.to_string().contains("AA-"), "{page}");
    }
    let page = admin.get("/v1/esims?limit=1&sort=iccid").await.expect(200);
    assert_eq!(
        page["data"][0]["activation_code"],
        "LPA:1$smdp.example.com$••••"
    );
    assert_eq!(page["total"], 3);
    assert!(!admin.get("/v1/esims/export").await.text().contains("AA-"));
}

#[actix_web::test]
async fn revealing_an_activation_code_is_logged_with_its_reason() {
    let app = TestApp::start().await;
    let (admin, (id, code)) = (
        app.as_admin(),
        app.given(|given| {
            let plan = given.plan("9.90");
            given.stock(plan)
        }),
    );

    let answer = admin
        .post(
            &format!("/v1/esims/{id}/reveal"),
            json!({ "reason": "Cannot scan" }),
        )
        .await;

    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.expect(200)["activation_code"], code);
    assert_eq!(
        app.count(
            "SELECT count(*) FROM audit_log WHERE action = 'esim.reveal' AND reason LIKE 'enc1:%'"
        ),
        1
    );
    assert_eq!(app.count("SELECT count(*) FROM pii_access_log WHERE subject_type = 'esim' AND field = 'activation_code' AND reason LIKE 'enc1:%'"), 1);
}

#[actix_web::test]
async fn qr_code_contains_the_full_code_and_is_logged() {
    let app = TestApp::start().await;
    let (admin, (id, code)) = (
        app.as_admin(),
        app.given(|given| {
            let plan = given.plan("9.90");
            given.stock(plan)
        }),
    );

    let png = admin.get(&format!("/v1/esims/{id}/qr.png")).await;
    let svg = admin.get(&format!("/v1/esims/{id}/qr.svg")).await;

    assert_eq!(png.header("content-type"), "image/png");
    assert_eq!(read_qr(&png.bytes), code);
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert!(svg.text().contains("<svg"));
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE field = 'activation_code'"),
        2
    );
}

fn read_qr(file: &[u8]) -> String {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("a picture");
    let width = usize::try_from(info.width).expect("a width");
    let height = usize::try_from(info.height).expect("a height");
    let step = pixels.len() / (width * height);
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        pixels[(y * width + x) * step]
    });
    picture
        .detect_grids()
        .first()
        .expect("a QR code")
        .decode()
        .expect("a readable QR code")
        .1
}

#[actix_web::test]
async fn customers_cannot_find_other_esims() {
    let app = TestApp::start().await;
    let customer = app.as_role(UserRole::Customer);
    let (id, _) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan)
    });

    for path in ["", "/history", "/qr.svg", "/qr.png"] {
        customer
            .get(&format!("/v1/esims/{id}{path}"))
            .await
            .problem(404, ProblemCode::NotFound);
    }
    customer
        .post(&format!("/v1/esims/{id}/reveal"), json!({}))
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(customer.get("/v1/esims").await.expect(200)["total"], 0);
    customer
        .patch(&format!("/v1/esims/{id}"), 1, json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
    import(&customer, "", FILE)
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(app.count("SELECT (SELECT count(*) FROM audit_log WHERE action <> 'access.deny') + (SELECT count(*) FROM pii_access_log) AS count"), 0);
}

#[actix_web::test]
async fn owner_sees_esim_without_its_supplier() {
    let app = TestApp::start().await;
    let (customer, admin) = (app.as_role(UserRole::Customer), app.as_admin());
    let (id, code) = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan)
    });
    let provider = app.given(|given| given.provider("Wholesale", 1));
    app.count(&format!("WITH sold AS (UPDATE esims SET user_id = '{}', provider_id = '{provider}', provider_ref = 'R-1' RETURNING 1) SELECT count(*) FROM sold", customer.id()));

    let (theirs, ours) = (
        customer.get(&format!("/v1/esims/{id}")).await.expect(200),
        admin.get(&format!("/v1/esims/{id}")).await.expect(200),
    );

    assert_eq!(
        (&ours["provider_name"], &ours["provider_ref"]),
        (&json!("Wholesale"), &json!("R-1"))
    );
    assert_eq!(
        (
            &theirs["provider_id"],
            &theirs["provider_name"],
            &theirs["provider_ref"]
        ),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(
        customer
            .post(&format!("/v1/esims/{id}/reveal"), json!({}))
            .await
            .expect(200)["activation_code"],
        code
    );
}

//! Corrections of the stock: activation codes are replaced, and eSIMs withdrawn.

use super::inventory::{FILE, counts, import};
use crate::harness::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn only_stock_can_be_edited_with_the_current_etag() {
    let app = TestApp::start().await;
    let (admin, (id, _)) = (
        app.as_admin(),
        app.given(|given| {
            let plan = given.plan("9.90");
            given.stock(plan)
        }),
    );
    let (path, eid) = (
        format!("/v1/esims/{id}"),
        "89049032021008881300304741158317",
    );

    let edited = admin
        .patch(&path, 1, json!({ "eid": eid }))
        .await
        .expect(200);
    assert_eq!(
        (&edited["eid"], &edited["version"]),
        (&json!(eid), &json!(2))
    );
    admin
        .patch(&path, 1, json!({ "eid": null }))
        .await
        .problem(412, ProblemCode::Stale);
    admin
        .patch(&path, 2, json!({ "plan_id": id }))
        .await
        .rejects_field("plan_id");
    admin
        .send(Method::PATCH, &path, Some(json!({ "eid": null })))
        .await
        .problem(428, ProblemCode::PreconditionRequired);

    let owner = admin.id();
    assert_eq!(app.count(&format!("WITH sold AS (UPDATE esims SET user_id = '{owner}' RETURNING 1) SELECT count(*) FROM sold")), 1);
    admin
        .patch(&path, 2, json!({ "eid": null }))
        .await
        .problem(409, ProblemCode::WrongState);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'esim.edit'"),
        1
    );
}

async fn stocked(app: &TestApp, admin: &Client) -> Value {
    let plan = app.given(|given| given.plan("9.90"));
    import(admin, &format!("?plan_id={plan}"), FILE)
        .await
        .expect(200);
    admin
        .get("/v1/esims?q=8944538532008160222")
        .await
        .expect(200)["data"][0]
        .clone()
}

async fn code_of(admin: &Client, path: &str) -> String {
    let reveal = format!("{path}/reveal");
    let opened = admin.post(&reveal, json!({})).await.expect(200);
    opened["activation_code"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn activation_code_can_be_corrected_while_the_esim_has_no_owner() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let esim = stocked(&app, &admin).await;
    let path = format!("/v1/esims/{}", esim["id"].as_str().unwrap());
    for wrong in ["", "LPA:1$", "AA-1", "LPA:1$smdp.example.com$A B"] {
        admin
            .patch(&path, 1, json!({ "activation_code": wrong }))
            .await
            .rejects_field("activation_code");
    }
    admin
        .patch(&path, 1, json!({ "activation_code": null }))
        .await
        .rejects_field("activation_code");
    let right = "LPA:1$smdp2.example.com$NEEDLE-9$$1";
    let edited = admin
        .patch(&path, 1, json!({ "activation_code": right }))
        .await
        .expect(200);
    assert_eq!(
        [
            &edited["smdp_address"],
            &edited["confirmation_code_required"]
        ],
        [&json!("smdp2.example.com"), &json!(true)]
    );
    assert_eq!(code_of(&admin, &path).await, right);
    // The audit log says that the code was replaced, without the code.
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'esim.edit' AND change->>'activation_code' = 'replaced'"),
        1
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE change::text LIKE '%NEEDLE%'"),
        0
    );
    // A file with the corrected code imports as unchanged.
    let file = format!("iccid;activation_code\n8944538532008160222;{right}\n");
    let again = import(&admin, "", &file).await.expect(200);
    assert_eq!(counts(&again), [0, 0, 1, 0]);

    let customer = app.given(|given| given.user(UserRole::Customer));
    app.execute(&format!(
        "UPDATE esims SET user_id = '{customer}', assigned_at = now() WHERE iccid = '8944538532008160222'"
    ));
    admin
        .patch(&path, 2, json!({ "activation_code": right }))
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .delete(&path, 2)
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn withdrawn_esim_can_be_imported_again() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let esim = stocked(&app, &admin).await;
    let path = format!("/v1/esims/{}", esim["id"].as_str().unwrap());
    admin
        .delete(&path, 7)
        .await
        .problem(412, ProblemCode::Stale);
    app.as_role(UserRole::Support)
        .delete(&path, 1)
        .await
        .problem(403, ProblemCode::Forbidden);
    admin.delete(&path, 1).await.expect(204);
    admin.get(&path).await.problem(404, ProblemCode::NotFound);
    assert_eq!(admin.get("/v1/esims").await.expect(200)["total"], 2);

    let file = "iccid;activation_code\n8944538532008160222;LPA:1$smdp.example.com$RIGHT-1\n";
    let dry = import(&admin, "?dry_run=true", file).await.expect(200);
    assert_eq!(counts(&dry), [0, 1, 0, 0]);
    admin.get(&path).await.problem(404, ProblemCode::NotFound);
    let back = import(&admin, "", file).await.expect(200);
    assert_eq!(counts(&back), [0, 1, 0, 0]);
    assert_eq!(back["rows"][0]["esim_id"], esim["id"]);
    assert_eq!(
        code_of(&admin, &path).await,
        "LPA:1$smdp.example.com$RIGHT-1"
    );
    let same = import(&admin, "", file).await.expect(200);
    assert_eq!(counts(&same), [0, 0, 1, 0]);
}

//! Users, KYC documents and API clients.

use super::{super::Scenes, id};
use crate::accounts::kyc;
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

/// Records operations on customers and staff.
pub async fn people(scenes: &mut Scenes<'_>) {
    let boss = scenes.app.as_role(UserRole::SuperAdmin);
    let person = json!({ "email": "needle@needle.example", "first_name": "Needle", "last_name": "Needle", "phone": "+44 20 7946 0958" });
    let ada = scenes
        .run_operation(&boss, ("users_create", ""), person, &["user.create"])
        .await;
    let reason = json!({ "reason": "As agreed" });
    for (operation, body, act) in [
        (
            "users_edit",
            json!({ "first_name": "Needles" }),
            "user.edit",
        ),
        ("users_reveal", reason.clone(), "user.reveal"),
        ("users_suspend", reason.clone(), "user.suspend"),
        ("users_activate", reason.clone(), "user.activate"),
        ("users_deactivate", reason.clone(), "user.deactivate"),
        ("users_activate", reason.clone(), "user.activate"),
        ("users_ban", reason.clone(), "user.ban"),
        ("users_undo_status", Value::Null, "user.undo_status"),
        ("users_export_data", reason.clone(), "user.export"),
        ("users_remove", reason.clone(), "user.delete"),
        ("users_restore", reason.clone(), "user.restore"),
        ("sessions_end_all", Value::Null, "session.end_all"),
        (
            "sessions_invitation_link",
            Value::Null,
            "password.create_link",
        ),
        (
            "users_change_role",
            json!({ "role": "support" }),
            "user.change_role",
        ),
        (
            "users_change_role",
            json!({ "role": "customer" }),
            "user.change_role",
        ),
    ] {
        scenes
            .run_operation(&boss, (operation, id(&ada)), body, &[act])
            .await;
    }
    let own = scenes.app.as_role(UserRole::Customer);
    let name = json!({ "first_name": "Needle" });
    scenes
        .run_operation(&own, ("users_edit_me", ""), name, &["user.edit"])
        .await;
    let bulk = json!({ "action": "suspend", "reason": "As agreed", "ids": [ada["id"]] });
    scenes
        .run_operation(&boss, ("users_bulk", ""), bulk, &["user.suspend"])
        .await;
    scenes
        .run_operation(
            &boss,
            ("users_remove", id(&ada)),
            reason.clone(),
            &["user.delete"],
        )
        .await;
    scenes
        .run_operation(&boss, ("users_erase", id(&ada)), reason, &["user.erase"])
        .await;
}

/// Records operations on KYC documents.
pub async fn documents(scenes: &mut Scenes<'_>) {
    let app = scenes.app;
    let (reviewer, uploader) = (app.as_admin(), app.as_admin());
    let customer = kyc::customer(app);
    let path = format!("document_type=passport&user_id={customer}");
    let mut taken = Vec::new();
    for number in 0..3 {
        let request = format!("scene-kyc-upload-{number}");
        let admin = uploader.with("x-request-id", &request);
        let sent = kyc::upload(
            &admin,
            &path,
            ("image/jpeg", "needle.jpg"),
            kyc::assets::jpeg(64, 48 + number),
        )
        .await;
        taken.push(sent.expect(201));
        scenes
            .check_entries("kyc_upload", (&request, &["kyc.upload"]), &uploader)
            .await;
    }
    let (first, second, third) = (id(&taken[0]), id(&taken[1]), id(&taken[2]));
    scenes
        .run_without_body(&reviewer, ("kyc_claim", first), &["kyc.claim"])
        .await;
    scenes
        .run_without_body(&reviewer, ("kyc_link", first), &["kyc.view"])
        .await;
    scenes
        .run_without_body(
            &reviewer,
            ("kyc_approve", first),
            &["kyc.approve", "user.change_kyc_status"],
        )
        .await;
    scenes
        .run_without_body(&reviewer, ("kyc_claim", second), &["kyc.claim"])
        .await;
    scenes
        .run_without_body(&reviewer, ("kyc_release", second), &["kyc.release"])
        .await;
    scenes
        .run_without_body(&reviewer, ("kyc_claim", second), &["kyc.claim"])
        .await;
    scenes
        .run_operation(
            &reviewer,
            ("kyc_reject", second),
            json!({ "reason": "Too dark" }),
            &["kyc.reject"],
        )
        .await;
    scenes
        .run_without_body(&reviewer, ("kyc_remove", third), &["kyc.delete"])
        .await;
}

/// Records operations on API clients.
pub async fn clients(scenes: &mut Scenes<'_>) {
    let boss = scenes.app.as_role(UserRole::SuperAdmin);
    let new = json!({ "name": "Shop", "mode": "live", "scopes": ["plans:read"] });
    let made = scenes
        .run_operation(
            &boss,
            ("api_clients_create", ""),
            new,
            &["api_client.create"],
        )
        .await;
    scenes.forbid(&made["key"]);
    let client = made["client"]["id"]
        .as_str()
        .or(made["id"].as_str())
        .expect("an id")
        .to_owned();
    scenes
        .run_operation(
            &boss,
            ("api_clients_edit", &client),
            json!({ "name": "Shops" }),
            &["api_client.edit"],
        )
        .await;
    let rotated = scenes
        .run_operation(
            &boss,
            ("api_clients_rotate", &client),
            json!({ "overlap_hours": 1 }),
            &["api_client.rotate"],
        )
        .await;
    scenes.forbid(&rotated["key"]);
    scenes
        .run_operation(
            &boss,
            ("api_clients_revoke", &client),
            json!({ "reason": "Over" }),
            &["api_client.revoke"],
        )
        .await;
}

//! The review of KYC documents by keyboard.

use super::{open_as, panel};
use crate::{
    accounts::kyc::{assets, passport},
    harness::TestApp,
};
use std::{env, fs};
use thirtyfour::Key;
use uuid::Uuid;
use wire::{UserId, accounts::users::UserRole};

const DRAWN: &str = "return document.querySelector('.canvas svg image') || null";

fn customer(app: &TestApp, email: &str, first: &str, last: &str) -> UserId {
    app.given(|given| given.person(UserRole::Customer, email, first, last))
}

#[actix_web::test]
async fn kyc_queue_is_reviewed_by_keyboard() {
    let app = panel().await;
    for user in [
        customer(&app, "ada@example.com", "Ada", "Lovelace"),
        customer(&app, "bob@example.com", "Bob", "Babbage"),
        customer(&app, "eve@example.com", "Eve", "Ampere"),
    ] {
        passport(&app, user).await;
    }
    let browser = open_as(&app, UserRole::Admin).await;
    browser.console_messages().await;

    browser.press("KYC").await;
    browser.is_at("/accounts/kyc?status=pending").await;
    browser
        .lists(&["Ada Lovelace", "Bob Babbage", "Eve Ampere"])
        .await;
    browser.keys("j").await;
    browser.keys(Key::Enter).await;
    browser.sees("Passport of Ada Lovelace").await;
    browser.sees("Locked to you until").await;
    browser.wait_for("the picture is drawn", DRAWN).await;
    browser.keys("++").await;
    browser.sees("156 %").await;
    browser.keys("r").await;
    let seen = "return document.querySelector('.canvas').getAttribute('aria-label').includes('rotated by 90') || null";
    browser.wait_for("the picture is rotated", seen).await;
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE subject_type = 'kyc_document' AND field = 'file'"),
        1
    );

    browser.keys("a").await;
    browser.sees("Approve the passport of Ada Lovelace?").await;
    browser.keys(Key::Enter).await;
    browser.sees("Passport of Bob Babbage").await;
    browser.wait_for("the next picture is drawn", DRAWN).await;
    browser.keys("n").await;
    browser.sees("Passport of Eve Ampere").await;
    browser
        .wait_for(
            "the skipped document is released",
            "return fetch('/health/live').then(() => true)",
        )
        .await;
    browser.sees("Locked to you until").await;
    browser.keys("x").await;
    browser.press("Not readable").await;
    browser.keys(Key::Enter).await;
    browser.press("Reject").await;
    browser.sees("Passport of Bob Babbage").await;
    browser.sees("Locked to you until").await;
    browser.keys("a").await;
    browser.sees("Approve the passport of Bob Babbage?").await;
    browser.keys(Key::Enter).await;
    browser.sees("No documents to review").await;

    assert_eq!(
        app.count("SELECT count(*) FROM kyc_documents WHERE status = 'approved'"),
        2
    );
    assert_eq!(app.count("SELECT count(*) FROM kyc_documents WHERE status = 'rejected' AND rejection_reason LIKE 'The picture is blurred%'"), 1);
    assert_eq!(browser.console_messages().await, Vec::<String>::new());
}

#[actix_web::test]
async fn staff_upload_document_for_a_customer() {
    let app = panel().await;
    let ada = customer(&app, "ada@example.com", "Ada", "Lovelace");
    let browser = open_as(&app, UserRole::Admin).await;
    let file = env::temp_dir().join(format!("passport-{}.jpg", Uuid::new_v4().simple()));
    fs::write(&file, b"<html>").expect("a file");

    browser
        .go(&format!("/accounts/users/{ada}?tab=documents"))
        .await;
    browser.sees("No documents yet.").await;
    browser.press("Upload").await;
    browser.has_value("Customer", "Ada Lovelace").await;
    browser.press("Upload").await;
    browser.sees("Choose").await;
    browser.fill("Document", "Passport").await;
    browser.upload(&file).await;
    browser.press("Upload").await;
    browser
        .sees("The content of this file is not a JPEG.")
        .await;
    fs::write(&file, assets::jpeg(60, 40)).expect("a file");
    browser.upload(&file).await;
    browser.press("Upload").await;
    browser.sees("Uploaded Passport of Ada Lovelace").await;
    fs::remove_file(&file).expect("the file is removed");

    browser.press("KYC").await;
    browser.press("Ada Lovelace").await;
    browser.sees("Show file").await;
    assert!(
        !browser.has_button("Approve").await,
        "a reviewer cannot review a document that they uploaded"
    );
    browser.press("Show file").await;
    browser.wait_for("the picture is drawn", DRAWN).await;
    assert_eq!(
        app.count("SELECT count(*) FROM kyc_documents WHERE claimed_by IS NULL"),
        1
    );
}

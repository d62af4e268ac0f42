//! The review of documents as somebody in the office does it, without a mouse.

use super::{opened_by, panel};
use crate::{
    accounts::kyc::{assets, passport},
    harness::TestApp,
};
use std::{env, fs};
use thirtyfour::Key;
use uuid::Uuid;
use wire::{UserId, accounts::users::UserRole};

const DRAWN: &str = "return document.querySelector('.easel svg image') || null";

fn customer(app: &TestApp, email: &str, first: &str, last: &str) -> UserId {
    app.given(|given| given.person(UserRole::Customer, email, first, last))
}

#[actix_web::test]
async fn the_queue_is_worked_through_by_keyboard() {
    let app = panel().await;
    for user in [
        customer(&app, "ada@example.com", "Ada", "Lovelace"),
        customer(&app, "bob@example.com", "Bob", "Babbage"),
        customer(&app, "eve@example.com", "Eve", "Ampere"),
    ] {
        passport(&app, user).await;
    }
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.complaints().await;

    browser.press("KYC").await;
    browser.is_at("/accounts/kyc?status=pending").await;
    browser
        .lists(&["Ada Lovelace", "Bob Babbage", "Eve Ampere"])
        .await;
    browser.keys("j").await;
    browser.keys(Key::Enter).await;
    browser.sees("Passport of Ada Lovelace").await;
    browser.sees("Yours to review until").await;
    browser.waits("the picture is drawn", DRAWN).await;
    browser.keys("++").await;
    browser.sees("156 %").await;
    browser.keys("r").await;
    let seen = "return document.querySelector('.easel').getAttribute('aria-label').includes('turned by 90') || null";
    browser.waits("the picture is turned", seen).await;
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE subject_type = 'kyc_document' AND field = 'file'"),
        1
    );

    browser.keys("a").await;
    browser.sees("Approve the passport of Ada Lovelace?").await;
    browser.keys(Key::Enter).await;
    browser.sees("Passport of Bob Babbage").await;
    browser.waits("the next picture is drawn", DRAWN).await;
    browser.keys("n").await;
    browser.sees("Passport of Eve Ampere").await;
    browser
        .waits(
            "what was skipped is laid back",
            "return fetch('/health/live').then(() => true)",
        )
        .await;
    browser.sees("Yours to review until").await;
    browser.keys("x").await;
    browser.press("Not readable").await;
    browser.keys(Key::Enter).await;
    browser.press("Reject").await;
    browser.sees("Passport of Bob Babbage").await;
    browser.sees("Yours to review until").await;
    browser.keys("a").await;
    browser.sees("Approve the passport of Bob Babbage?").await;
    browser.keys(Key::Enter).await;
    browser.sees("Nothing waits").await;

    assert_eq!(
        app.count("SELECT count(*) FROM kyc_documents WHERE status = 'approved'"),
        2
    );
    assert_eq!(app.count("SELECT count(*) FROM kyc_documents WHERE status = 'rejected' AND rejection_reason LIKE 'The picture is blurred%'"), 1);
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_document_that_came_by_mail_is_uploaded_for_a_customer() {
    let app = panel().await;
    let ada = customer(&app, "ada@example.com", "Ada", "Lovelace");
    let browser = opened_by(&app, UserRole::Admin).await;
    let file = env::temp_dir().join(format!("passport-{}.jpg", Uuid::new_v4().simple()));
    fs::write(&file, b"<html>").expect("a file");

    browser
        .go(&format!("/accounts/users/{ada}?tab=documents"))
        .await;
    browser.sees("Has not sent a document yet.").await;
    browser.press("Upload").await;
    browser.holds("Customer", "Ada Lovelace").await;
    browser.press("Upload").await;
    browser.sees("Choose").await;
    browser.fill("Document", "Passport").await;
    browser.upload(&file).await;
    browser.press("Upload").await;
    browser
        .sees("This is not a JPEG, whatever its name says.")
        .await;
    fs::write(&file, assets::jpeg(60, 40)).expect("a file");
    browser.upload(&file).await;
    browser.press("Upload").await;
    browser.sees("Uploaded Passport of Ada Lovelace").await;
    fs::remove_file(&file).expect("the file goes");

    browser.press("KYC").await;
    browser.press("Ada Lovelace").await;
    browser.sees("Show the file").await;
    assert!(
        !browser.offers("Approve").await,
        "nobody reviews what they have uploaded"
    );
    browser.press("Show the file").await;
    browser.waits("the picture is drawn", DRAWN).await;
    assert_eq!(
        app.count("SELECT count(*) FROM kyc_documents WHERE claimed_by IS NULL"),
        1
    );
}

//! Documents for customers with long names and names in any script.

use super::checkout::Shop;
use crate::flows::purchase::simulate;
use serde_json::json;
use wire::{accounts::users::UserRole, billing::transactions::SimulatedOutcome};

#[actix_web::test]
async fn invoice_pdf_renders_long_names_and_names_in_any_script() {
    let shop = Shop::open("9.90", &[]).await;
    let long = "Wolfeschlegelsteinhausenbergerdorff ".repeat(2);
    for (number, (first, last)) in [
        ("明", "李"),
        ("สมชาย", "ใจดี"),
        ("민준", "김"),
        ("प्रिया", "शर्मा"),
        ("ليلى", "حداد"),
        ("Ana 🎉", "María"),
        (long.trim(), long.trim()),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("customer-{number}@example.com");
        let customer = shop.app.given(|given| {
            given.stock(shop.plan);
            given.person(UserRole::Customer, &email, first, last)
        });
        let order = shop.order(json!({ "user_id": customer })).await.expect(201);
        shop.app.run_jobs().await;
        simulate(&shop.app, &shop.admin, &order, SimulatedOutcome::Succeed).await;
        let list = format!("/v1/invoices?user_id={customer}");
        let invoices = shop.admin.get(&list).await.expect(200);
        let id = invoices["data"][0]["id"].as_str().unwrap();
        let document = shop.admin.get(&format!("/v1/invoices/{id}/pdf")).await;
        assert_eq!(document.status, 200, "{first} {last}: {}", document.text());
        assert!(document.bytes.starts_with(b"%PDF-") && document.bytes.len() > 5_000);
        if let Ok(folder) = std::env::var("KEEP_PDFS") {
            std::fs::write(format!("{folder}/{number}.pdf"), &document.bytes).unwrap();
        }
    }
}

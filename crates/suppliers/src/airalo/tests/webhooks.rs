use super::*;
use crate::{SupplierEvent, Webhook, WebhookError, WebhookRequest};
use serde_json::json;

fn read(setup: &Setup, signature: Option<&str>, body: &str) -> Result<Webhook, WebhookError> {
    let headers: Vec<_> = signature
        .map(|signature| ("airalo-signature".to_owned(), signature.to_owned()))
        .into_iter()
        .collect();
    let request = WebhookRequest {
        method: "POST",
        url: "https://shop.example.com/v1/webhooks/airalo",
        headers: &headers,
        body: body.as_bytes(),
    };
    setup.adapter.read_webhook(&setup.account, &request)
}

/// The signature was computed with Python's `hmac` module.
#[tokio::test]
async fn a_known_signature_is_accepted() {
    let setup = setup().await;
    let body = r#"{"level":"90%","package_name":"change-7days-1gb","remaining_percentage":10,"iccid":"8944465400000009000"}"#;
    let signature = "88c3ac806cc3034800698d0f8d8ab3613db94669800d1dc0db9ef60018653ca1c1ebbbd21103c933b8399177773a82a8f5eaa2039c7dc656918a967f70cdb7bf";
    assert!(read(&setup, Some(signature), body).is_ok());
    assert!(read(&setup, Some(&signature.to_uppercase()), body).is_ok());
    let changed = body.replace("90%", "75%");
    assert_eq!(
        read(&setup, Some(signature), &changed),
        Err(WebhookError::Signature)
    );
}

#[tokio::test]
async fn kinds_are_recognized_by_their_fields() {
    let setup = setup().await;
    let hook = |body| {
        let (body, signature) = setup.provider.webhook(&body);
        read(&setup, Some(&signature), &body).unwrap()
    };
    let low = hook(
        json!({"level": "3days", "package_name": "a/b", "remaining_percentage": 43, "iccid": "8944465400000009000"}),
    );
    assert_eq!((low.kind.as_str(), low.is_signed), ("low_data", true));
    assert_eq!(
        low.events,
        [SupplierEvent::EsimChanged(esim("8944465400000009000"))]
    );
    assert!(low.event_id.starts_with("2026-11-29-"));
    let order = hook(
        json!({"request_id": "R-1", "data": {"code": "20261129-9", "description": "ref", "sims": []}}),
    );
    assert_eq!(
        (order.kind.as_str(), order.event_id.as_str()),
        ("order", "R-1")
    );
    let changed = SupplierEvent::OrderChanged {
        order_ref: Some("20261129-9".into()),
        reference: Some("ref".into()),
    };
    assert_eq!(order.events, [changed]);
    let credit = hook(json!({"message": "low", "remaining": "12.50"}));
    assert_eq!(credit.events, [SupplierEvent::LowBalance]);
    assert!(hook(json!({"a_new_kind": 1})).events.is_empty());
}

#[tokio::test]
async fn wrong_signatures_are_rejected() {
    let setup = setup().await;
    let (body, signature) = setup
        .provider
        .webhook(&json!({"iccid": "8999", "link": "https://a/b"}));
    assert!(body.contains("\\/"));
    assert!(read(&setup, Some(&signature), &body).is_ok());
    let reencoded = body.replace("\\/", "/");
    let short = &signature[..signature.len() - 2];
    let zeros = "0".repeat(128);
    for (signature, body) in [
        (None, body.as_str()),
        (Some(""), &body),
        (Some("not hex"), &body),
        (Some(short), &body),
        (Some(zeros.as_str()), &body),
        (Some(signature.as_str()), &reencoded),
        (Some(&signature), &format!("{body} ")),
        (Some(&signature), ""),
    ] {
        assert_eq!(read(&setup, signature, body), Err(WebhookError::Signature));
    }
    let mut other = setup;
    other.account.api_key = "another".to_owned().into();
    assert_eq!(
        read(&other, Some(&signature), &body),
        Err(WebhookError::Signature)
    );
    // An account without a secret accepts nothing, not even what is signed with nothing.
    other.account.api_key = String::new().into();
    let signed = crate::signature::hmac_sha512(b"", body.as_bytes()).unwrap();
    let signed = crate::signature::to_hex(&signed);
    assert_eq!(
        read(&other, Some(&signed), &body),
        Err(WebhookError::Signature)
    );
}

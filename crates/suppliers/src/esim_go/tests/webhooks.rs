use super::*;
use crate::{SupplierEvent, Webhook, WebhookError, WebhookRequest};

const BODY: &str = r#"{"iccid":"8944538532008100000","alertType":"Utilisation","bundle":{"id":"215000","name":"esim_1GB_7D_GB_V2","initialQuantity":1000000000,"remainingQuantity":200000000}}"#;

fn read(setup: &Setup, signature: Option<&str>, body: &str) -> Result<Webhook, WebhookError> {
    let headers: Vec<_> = signature
        .map(|signature| ("x-signature-sha256".to_owned(), signature.to_owned()))
        .into_iter()
        .collect();
    let request = WebhookRequest {
        method: "POST",
        url: "https://shop.example.com/v1/webhooks/esim-go",
        headers: &headers,
        body: body.as_bytes(),
    };
    setup.adapter.read_webhook(&setup.account, &request)
}

/// The signatures were computed with Python's `hmac` module.
#[tokio::test]
async fn both_encodings_of_a_known_signature_are_accepted() {
    let setup = setup().await;
    for signature in [
        "84c1a8b6fd4c0ceceffa5c052093f13c88c4efcb727c4e4be6050bf287851361",
        "hMGotv1MDOzv+lwFIJPxPIjE78tyfE5L5gUL8oeFE2E=",
    ] {
        let webhook = read(&setup, Some(signature), BODY).unwrap();
        assert_eq!(
            (webhook.kind.as_str(), webhook.is_signed),
            ("Utilisation", true)
        );
        let changed = SupplierEvent::EsimChanged(esim("8944538532008100000"));
        assert_eq!(webhook.events, [changed]);
        let changed = BODY.replace("200000000", "100000000");
        assert_eq!(
            read(&setup, Some(signature), &changed),
            Err(WebhookError::Signature)
        );
    }
}

#[tokio::test]
async fn kinds_are_read() {
    let setup = setup().await;
    let hook = |body: &str| {
        let [signature, _] = setup.provider.signatures(body);
        read(&setup, Some(&signature), body).unwrap()
    };
    assert_eq!(
        hook(r#"{"alertType":"LowBalance"}"#).events,
        [SupplierEvent::LowBalance]
    );
    let changed = [SupplierEvent::EsimChanged(esim("8944"))];
    for body in [
        r#"{"alertType":"FirstAttachment","iccid":"8944"}"#,
        r#"{"iccid":"8944","profileStatus":"Installed","device":{"imei":"1"}}"#,
        r#"{"alertType":"A new kind","iccid":"8944"}"#,
    ] {
        assert_eq!(hook(body).events, changed, "{body}");
    }
    // The number was rounded by the sender.
    assert!(
        hook(r#"{"alertType":"FirstUse","iccid":8944538532008160000}"#)
            .events
            .is_empty()
    );
    let again = hook(BODY);
    assert_eq!(hook(BODY).event_id, again.event_id);
    assert_ne!(
        hook(r#"{"alertType":"LowBalance"}"#).event_id,
        again.event_id
    );
}

#[tokio::test]
async fn wrong_signatures_are_rejected() {
    let mut setup = setup().await;
    let [hex, base64] = setup.provider.signatures(BODY);
    let zeros = "0".repeat(64);
    for signature in [
        None,
        Some(""),
        Some("?"),
        Some(&hex[..62]),
        Some(zeros.as_str()),
    ] {
        assert_eq!(read(&setup, signature, BODY), Err(WebhookError::Signature));
    }
    let spaced = format!("{BODY}\n");
    assert_eq!(
        read(&setup, Some(&base64), &spaced),
        Err(WebhookError::Signature)
    );
    // After a change of the key, the previous one signs for another day.
    setup.account.api_key = "new".to_owned().into();
    assert_eq!(read(&setup, Some(&hex), BODY), Err(WebhookError::Signature));
    let previous = ("previous_api_key".to_owned(), API_KEY.to_owned().into());
    setup.account.credentials = [previous].into();
    assert!(read(&setup, Some(&hex), BODY).is_ok());
    // An empty key signs nothing.
    setup.account.credentials.clear();
    setup.account.api_key = String::new().into();
    let signed = crate::signature::hmac_sha256(b"", BODY.as_bytes()).unwrap();
    let signed = crate::signature::to_hex(&signed);
    assert_eq!(
        read(&setup, Some(&signed), BODY),
        Err(WebhookError::Signature)
    );
}

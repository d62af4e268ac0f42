//! Webhooks. The provider does not sign them: their address is secret, and what they report is asked for.

use crate::{EsimRef, Json, SupplierEvent, Webhook, WebhookError, WebhookRequest, signature};

/// Reads a webhook.
pub(super) fn read(request: &WebhookRequest<'_>) -> Result<Webhook, WebhookError> {
    let body = Json::parse(request.body).ok_or(WebhookError::Body)?;
    let kind = body.get("notifyType").string().ok_or(WebhookError::Body)?;
    let content = body.get("content");
    let event = match kind.as_str() {
        "CHECK_HEALTH" => Some(SupplierEvent::Probe),
        "ORDER_STATUS" => Some(SupplierEvent::OrderChanged {
            order_ref: content.get("orderNo").string(),
            reference: content.get("transactionId").string(),
        }),
        _ => esim(content).map(SupplierEvent::EsimChanged),
    };
    Ok(Webhook {
        event_id: body
            .get("notifyId")
            .string()
            .unwrap_or_else(|| signature::sha256_hex(request.body)),
        kind,
        is_signed: false,
        events: event.into_iter().collect(),
    })
}

/// Returns the eSIM of an event.
fn esim(content: &Json) -> Option<EsimRef> {
    let provider_ref = content.get("esimTranNo").string();
    let iccid = content.get("iccid").string();
    (provider_ref.is_some() || iccid.is_some()).then(|| EsimRef {
        iccid: iccid.unwrap_or_default(),
        provider_ref,
        sim_ref: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(body: &str) -> Result<Webhook, WebhookError> {
        read(&WebhookRequest {
            method: "POST",
            url: "https://panel.example.com/v1/webhooks/providers/1",
            headers: &[],
            body: body.as_bytes(),
        })
    }

    #[test]
    fn webhooks_name_what_has_changed() {
        let order = webhook(
            r#"{"notifyType": "ORDER_STATUS", "content": {"orderNo": "B2611290001", "transactionId": "unit-1", "orderStatus": "GOT_RESOURCE"}}"#,
        )
        .unwrap();
        assert_eq!(
            order.events,
            [SupplierEvent::OrderChanged {
                order_ref: Some("B2611290001".into()),
                reference: Some("unit-1".into())
            }]
        );
        assert!(!order.is_signed);
        for kind in [
            "SMDP_EVENT",
            "ESIM_STATUS",
            "DATA_USAGE",
            "VALIDITY_USAGE",
            "NEW_KIND",
        ] {
            let event = webhook(&format!(
                r#"{{"notifyType": "{kind}", "notifyId": "n-1", "content": {{"iccid": "8943108170001029631", "esimTranNo": 26112900}}}}"#
            ))
            .unwrap();
            assert_eq!(
                (event.event_id.as_str(), event.kind.as_str()),
                ("n-1", kind)
            );
            assert_eq!(
                event.events,
                [SupplierEvent::EsimChanged(EsimRef {
                    iccid: "8943108170001029631".into(),
                    provider_ref: Some("26112900".into()),
                    sim_ref: None
                })]
            );
        }
        let probe =
            webhook(r#"{"notifyType": "CHECK_HEALTH", "content": {"orderStatus": "Test"}}"#);
        assert_eq!(probe.unwrap().events, [SupplierEvent::Probe]);
        assert_eq!(webhook(r#"{"notifyType": "NEWS"}"#).unwrap().events, []);
    }

    #[test]
    fn webhook_without_id_is_identified_by_its_body() {
        let body = r#"{"notifyType": "VALIDITY_USAGE", "content": {"iccid": "8943108170001029631", "remain": 1}}"#;
        let (one, same) = (webhook(body).unwrap(), webhook(body).unwrap());
        let other = webhook(&body.replace("1}", "2}")).unwrap();
        assert_eq!(one.event_id, same.event_id);
        assert_ne!(one.event_id, other.event_id);
        assert_eq!(one.event_id.len(), 64);
    }

    #[test]
    fn body_that_is_no_event_is_rejected() {
        for body in [
            "",
            "[]",
            "{}",
            "notifyType=CHECK_HEALTH",
            r#"{"notifyType": 1"#,
        ] {
            assert!(matches!(webhook(body), Err(WebhookError::Body)), "{body}");
        }
    }
}

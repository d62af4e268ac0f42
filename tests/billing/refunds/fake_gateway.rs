//! A fake gateway that answers refund requests with given replies, and counts what it has paid.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use gateways::Simulator;
use platform::ports::payments::{
    BadSignature, GatewayError, GatewayEvent, GatewayRefund, GatewayRefundRequest, NewPayment,
    OpenedPayment, PaymentEvent, PaymentGateway, RefundOutcome,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

/// A reply to a refund request. Without a reply left, the gateway pays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RefundReply {
    /// Accepts the refund and pays later.
    Pending,
    /// Rejects the refund.
    Reject,
    /// Pays, and the response is lost.
    PayWithoutResponse,
    /// The request is lost.
    NeverReceived,
}

/// A fake payment gateway for refunds.
pub struct FakeGateway {
    simulator: Simulator,
    replies: Mutex<VecDeque<RefundReply>>,
    /// Paid amounts in minor units, by our reference.
    pub paid: Mutex<BTreeMap<String, i64>>,
    /// The refund requests in order.
    pub requests: Mutex<Vec<GatewayRefundRequest>>,
}

impl FakeGateway {
    pub fn with_replies(replies: &[RefundReply]) -> Arc<Self> {
        let secret = testkit::config("postgres://nowhere", &[]).jwt_secret;
        Arc::new(Self {
            simulator: Simulator::new(&secret).expect("a simulator"),
            replies: Mutex::new(replies.iter().copied().collect()),
            paid: Mutex::default(),
            requests: Mutex::default(),
        })
    }

    /// Returns the signed webhook with the result of the last requested refund.
    pub fn refund_webhook(&self, failed: Option<&str>, now: DateTime<Utc>) -> (String, Vec<u8>) {
        let last = self
            .requests
            .lock()
            .unwrap()
            .last()
            .cloned()
            .expect("a request");
        self.simulator
            .signed_refund_webhook(&last, failed, now)
            .expect("a webhook")
    }

    fn pay(&self, refund: &GatewayRefundRequest) -> GatewayRefund {
        let minor = refund.amount.minor(refund.currency).expect("an amount");
        let mut paid = self.paid.lock().unwrap();
        paid.insert(refund.reference.clone(), minor);
        gateway_refund(
            refund,
            RefundOutcome::Processed {
                minor,
                currency: refund.currency.to_string(),
            },
        )
    }
}

fn gateway_refund(refund: &GatewayRefundRequest, outcome: RefundOutcome) -> GatewayRefund {
    GatewayRefund {
        gateway_refund_id: format!("simre_{}", refund.reference),
        reference: Some(refund.reference.clone()),
        outcome,
    }
}

impl PaymentGateway for FakeGateway {
    fn name(&self) -> &'static str {
        self.simulator.name()
    }
    fn is_simulated(&self) -> bool {
        true
    }
    fn open<'a>(
        &'a self,
        opening: &'a NewPayment,
    ) -> BoxFuture<'a, Result<OpenedPayment, GatewayError>> {
        self.simulator.open(opening)
    }
    fn close<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), GatewayError>> {
        self.simulator.close(id)
    }
    fn look_up<'a>(
        &'a self,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<PaymentEvent>, GatewayError>> {
        self.simulator.look_up(id)
    }
    fn refund<'a>(
        &'a self,
        refund: &'a GatewayRefundRequest,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>> {
        Box::pin(async move {
            self.requests.lock().unwrap().push(refund.clone());
            let unknown = || Err(GatewayError::Unknown("no answer in time".to_owned()));
            let reply = self.replies.lock().unwrap().pop_front();
            match reply {
                None => Ok(self.pay(refund)),
                Some(RefundReply::Pending) => Ok(gateway_refund(refund, RefundOutcome::Pending)),
                Some(RefundReply::Reject) => {
                    Err(GatewayError::Refused("the balance is too low".to_owned()))
                }
                Some(RefundReply::PayWithoutResponse) => {
                    self.pay(refund);
                    unknown()
                }
                Some(RefundReply::NeverReceived) => unknown(),
            }
        })
    }
    fn look_up_refund<'a>(
        &'a self,
        refund: &'a GatewayRefundRequest,
    ) -> BoxFuture<'a, Result<Option<GatewayRefund>, GatewayError>> {
        let paid = self.paid.lock().unwrap().contains_key(&refund.reference);
        Box::pin(async move { Ok(paid.then(|| self.pay(refund))) })
    }
    fn read(
        &self,
        header: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<GatewayEvent, BadSignature> {
        self.simulator.read(header, body, now)
    }
}

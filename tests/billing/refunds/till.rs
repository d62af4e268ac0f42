//! A gateway that pays refunds as it is told to, and counts what it has paid.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use gateways::Simulator;
use platform::ports::payments::{
    BadSignature, Event, GatewayError, GivingBack, News, Opened, Opening, PaymentGateway,
    RefundOutcome, RefundTold,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};

/// What it does when it is asked for a refund; once nothing is left to do, it pays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Word {
    /** Takes it on, and pays later. */
    Later,
    /** Refuses. */
    Refuses,
    /** Pays, and its answer is lost. */
    PaysUnheard,
    /** Never gets the question. */
    Hears,
}

/// The gateway.
pub struct Till {
    simulator: Simulator,
    words: Mutex<VecDeque<Word>>,
    /// What it has paid, by our reference.
    pub paid: Mutex<BTreeMap<String, i64>>,
    /// How often it was asked to pay.
    pub asked: Mutex<Vec<GivingBack>>,
}

impl Till {
    pub fn saying(words: &[Word]) -> Arc<Self> {
        let secret = testkit::config("postgres://nowhere", &[]).jwt_secret;
        Arc::new(Self {
            simulator: Simulator::new(&secret).expect("a simulator"),
            words: Mutex::new(words.iter().copied().collect()),
            paid: Mutex::default(),
            asked: Mutex::default(),
        })
    }

    /// The webhook by which it tells what became of the last refund that it was asked for.
    pub fn tells(&self, failed: Option<&str>, now: DateTime<Utc>) -> (String, Vec<u8>) {
        let last = self.asked.lock().unwrap().last().cloned().expect("asked");
        self.simulator
            .tell_refund(&last, failed, now)
            .expect("it is told")
    }

    fn pays(&self, back: &GivingBack) -> RefundTold {
        let minor = back.amount.minor(back.currency).expect("an amount");
        let mut paid = self.paid.lock().unwrap();
        paid.insert(back.reference.clone(), minor);
        told(
            back,
            RefundOutcome::Processed {
                minor,
                currency: back.currency.to_string(),
            },
        )
    }
}

fn told(back: &GivingBack, outcome: RefundOutcome) -> RefundTold {
    RefundTold {
        gateway_refund_id: format!("simre_{}", back.reference),
        reference: Some(back.reference.clone()),
        outcome,
    }
}

impl PaymentGateway for Till {
    fn name(&self) -> &'static str {
        self.simulator.name()
    }
    fn is_simulated(&self) -> bool {
        true
    }
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, GatewayError>> {
        self.simulator.open(opening)
    }
    fn close<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), GatewayError>> {
        self.simulator.close(id)
    }
    fn look_up<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<News>, GatewayError>> {
        self.simulator.look_up(id)
    }
    fn refund<'a>(
        &'a self,
        back: &'a GivingBack,
    ) -> BoxFuture<'a, Result<RefundTold, GatewayError>> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(back.clone());
            let unknown = || Err(GatewayError::Unknown("no answer in time".to_owned()));
            let word = self.words.lock().unwrap().pop_front();
            match word {
                None => Ok(self.pays(back)),
                Some(Word::Later) => Ok(told(back, RefundOutcome::Pending)),
                Some(Word::Refuses) => {
                    Err(GatewayError::Refused("the balance is too low".to_owned()))
                }
                Some(Word::PaysUnheard) => {
                    self.pays(back);
                    unknown()
                }
                Some(Word::Hears) => unknown(),
            }
        })
    }
    fn look_up_refund<'a>(
        &'a self,
        back: &'a GivingBack,
    ) -> BoxFuture<'a, Result<Option<RefundTold>, GatewayError>> {
        let paid = self.paid.lock().unwrap().contains_key(&back.reference);
        Box::pin(async move { Ok(paid.then(|| self.pays(back))) })
    }
    fn read(&self, header: &str, body: &[u8], now: DateTime<Utc>) -> Result<Event, BadSignature> {
        self.simulator.read(header, body, now)
    }
}
